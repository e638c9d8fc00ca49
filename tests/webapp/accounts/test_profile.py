"""One's own password."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.webapp.conftest import PASSWORD, Client
from webapp.accounts.models import Role

NEW = "three or four words"


def change(client: FlaskClient, current: str = PASSWORD, password: str = NEW, again: str = NEW):
    return client.post("/profile", data={"current": current, "password": password, "again": again})


def test_changing_it_keeps_this_session_and_ends_the_others(app, client: FlaskClient, make, sign_in):
    user = sign_in(make.user(Role.CANDIDATE))
    other: Client = app.test_client()
    other.post("/sign-in", data={"email": user.email, "password": PASSWORD, "remember": "y"})
    assert other.get("/profile").status_code == 200

    assert change(client).status_code == 302
    assert client.get("/profile").status_code == 200
    assert other.get("/profile").status_code == 302
    assert other.post("/sign-in", data={"email": user.email, "password": PASSWORD}).status_code == 422
    assert other.post("/sign-in", data={"email": user.email, "password": NEW}).status_code == 302


def test_the_present_password_is_asked_for(client: FlaskClient, make, sign_in):
    user = sign_in(make.user(Role.RECRUITER))
    answer = change(client, current="not it")
    assert answer.status_code == 422 and 'id="current-errors"' in answer.text
    assert user.check_password(PASSWORD)


def test_a_short_or_mistyped_password_is_refused(client: FlaskClient, make, sign_in):
    user = sign_in(make.user(Role.RECRUITER))
    assert 'id="password-errors"' in change(client, password="short", again="short").text
    assert 'id="again-errors"' in change(client, again="three or four worlds").text
    assert user.check_password(PASSWORD)


def test_somebody_who_is_remembered_stays_remembered(client: FlaskClient, make):
    user = make.user(Role.RECRUITER)
    client.post("/sign-in", data={"email": user.email, "password": PASSWORD, "remember": "y"})
    old = client.get_cookie("remember_token", domain="viva.test").value
    change(client)
    assert client.get_cookie("remember_token", domain="viva.test").value != old
