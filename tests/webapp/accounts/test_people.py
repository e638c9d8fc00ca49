"""Admins look after people: adding, roles, access, the link to set a password."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from webapp.accounts import operations
from webapp.accounts.models import Role, User
from webapp.core.database import db


def link_on(page: str) -> str:
    return re.search(r'value="(http[^"]+/set-password/[^"]+)"', page).group(1)


@pytest.fixture
def admin(make, sign_in) -> User:
    return sign_in(make.user(Role.ADMIN))


def add(client: FlaskClient, email: str = "New@Example.org"):
    return client.post(
        "/people/new", data={"name": " Noor ", "email": email, "role": "recruiter"}, follow_redirects=True
    )


def test_adding_somebody_leads_to_a_link_that_works_once(client: FlaskClient, admin):
    link = link_on(add(client).text)
    user = db.session.scalar(sa.select(User).where(User.email == "new@example.org"))
    assert (user.name, user.role) == ("Noor", Role.RECRUITER)
    client.post("/sign-out")

    assert "Noor" in client.get(link).text
    differ = client.post(link, data={"password": "a long enough one", "again": "another long one"})
    assert differ.status_code == 422 and "do not match" in differ.text
    short = client.post(link, data={"password": "short", "again": "short"})
    assert short.status_code == 422 and "12 characters" in short.text
    done = client.post(link, data={"password": "a long enough one", "again": "a long enough one"})
    assert done.status_code == 302
    assert client.get("/positions/").status_code == 200

    client.post("/sign-out")
    assert client.get(link).status_code == 410
    assert client.post(link, data={"password": "yet another one", "again": "yet another one"}).status_code == 410
    assert (
        client.post("/sign-in", data={"email": "new@example.org", "password": "a long enough one"}).status_code == 302
    )


def test_a_new_person_cannot_sign_in_before_the_link_was_used(client: FlaskClient, admin):
    add(client)
    client.post("/sign-out")
    assert client.post("/sign-in", data={"email": "new@example.org", "password": ""}).status_code == 422


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "WyJ4IiwieSJd.x.y"])
def test_a_garbled_password_link_opens_nothing(client: FlaskClient, token: str):
    assert client.get(f"/set-password/{token}").status_code in {404, 410}


def test_an_old_password_link_opens_nothing(app: Flask, client: FlaskClient, make):
    token = operations.password_token(make.user())
    app.config["PASSWORD_LINK_SECONDS"] = -1
    answer = client.get(f"/set-password/{token}")
    assert answer.status_code == 410 and "Ask the person who sent it to you" in answer.text


def test_an_invitation_token_sets_no_password(client: FlaskClient, make):
    from webapp.interviews.operations import invitation_url

    token = invitation_url(make.invitation()).rsplit("/", 1)[1]
    assert client.get(f"/set-password/{token}").status_code == 410


def test_a_deactivated_person_s_link_opens_nothing(client: FlaskClient, make):
    user = make.user()
    token = operations.password_token(user)
    user.active = False
    db.session.commit()
    assert client.get(f"/set-password/{token}").status_code == 410


def test_the_same_address_twice_is_refused_beside_its_field(client: FlaskClient, admin):
    add(client)
    again = add(client, "NEW@example.org")
    assert again.status_code == 422 and 'id="email-errors"' in again.text
    assert db.session.scalar(sa.select(sa.func.count()).where(User.email == "new@example.org")) == 1


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("name", "  "), ("email", "nonsense"), ("email", ""), ("role", "owner")]
)
def test_a_form_with_a_fault_says_which(client: FlaskClient, admin, field: str, value: str):
    data = {"name": "Noor", "email": "noor@example.org", "role": "recruiter", field: value}
    answer = client.post("/people/new", data=data)
    assert answer.status_code == 422 and f'id="{field}-errors"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count(User.id))) == 1


def test_another_role_holds_at_once(app: Flask, client: FlaskClient, admin, make):
    user = make.user(Role.RECRUITER)
    client.post(f"/people/{user.id}", data={"role": "candidate"})
    assert user.role is Role.CANDIDATE


def test_nobody_changes_their_own_role_or_access(client: FlaskClient, admin, make):
    make.user(Role.ADMIN)
    role = client.post(f"/people/{admin.id}", data={"role": "recruiter"}, follow_redirects=True)
    assert "your own role" in role.text
    access = client.post(f"/people/{admin.id}/deactivate", follow_redirects=True)
    assert "cannot deactivate yourself" in access.text
    assert admin.role is Role.ADMIN and admin.active


def test_the_last_admin_stays(app: Flask, make):
    last, former = make.user(Role.ADMIN), make.user(Role.RECRUITER)
    for attempt in (
        lambda: operations.change_role(last, Role.RECRUITER, by=former),
        lambda: operations.deactivate(last, by=former),
    ):
        with pytest.raises(operations.AccountError, match="last admin"):
            attempt()
        db.session.rollback()
    assert last.role is Role.ADMIN and last.active


def test_an_admin_who_is_deactivated_does_not_count_as_one_who_remains(app: Flask, make):
    last, former = make.user(Role.ADMIN), make.user(Role.ADMIN, active=False)
    with pytest.raises(operations.AccountError):
        operations.deactivate(last, by=former)


def test_deactivating_and_letting_in_again(client: FlaskClient, admin, make):
    user = make.user(Role.RECRUITER)
    before = user.password_hash
    client.post(f"/people/{user.id}/deactivate")
    assert not user.active
    assert client.get(f"/people/{user.id}/password-link").status_code == 404
    page = client.post(f"/people/{user.id}/reactivate", follow_redirects=True).text
    assert user.active and user.password_hash != before and "/set-password/" in page


def test_somebody_who_is_not_here(client: FlaskClient, admin):
    assert client.get("/people/nobody").status_code == 404


def test_the_log_names_nobody(app: Flask, client: FlaskClient, admin, caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    add(client)
    ours = [record.getMessage() for record in caplog.records if record.name == app.name]
    assert any(re.fullmatch(rf"User [0-9a-f]{{32}} added by {admin.id}", line) for line in ours)
    assert not any("noor" in line.lower() or "@" in line or "set-password" in line for line in ours)


def test_links_to_set_a_password_end_with_the_links_key_and_not_with_the_secret_key(app, make):
    user = make.user()
    token = operations.password_token(user)
    app.config["SECRET_KEY"] = "another"
    assert operations.user_of_password_token(token) == user
    old = app.config["LINK_KEYS"]
    app.config["LINK_KEYS"] = [*old, "a newer key"]  # rotated: the old one counts for a while
    assert operations.user_of_password_token(token) == user
    app.config["LINK_KEYS"] = ["a newer key"]  # after a leak
    assert operations.user_of_password_token(token) is None
