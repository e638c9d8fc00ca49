"""Which language a page is in: chosen, asked for by the browser, or the organisation's; and where a choice is kept."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp.accounts.models import Role
from webapp.candidate.status import status_token
from webapp.core.database import db
from webapp.interviews.models import Invitation
from webapp.interviews.operations import invitation_url
from webapp.messages import outbox
from webapp.messages.models import Message
from webapp.messages.writing import language_of
from webapp.organisations.models import OrganisationProfile


def lang(client: FlaskClient, path: str = "/", accept: str = "") -> str:
    page = client.get(path, headers={"Accept-Language": accept} if accept else {}, follow_redirects=True).text
    return re.search(r'<html lang="([^"]+)"', page)[1]


def choose(client: FlaskClient, name: str, path: str = "/") -> str:
    answer = client.post("/language", data={"language": name, "next": path})
    assert answer.status_code == 302
    return answer.location


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("ar", "ar"), ("de-CH, en;q=0.5", "de"), ("nl, pl;q=0.4", "pl"), ("fr-CA", "fr"), ("es-419,es;q=0.9", "es"),
        ("nl", "en"), ("*", "en"), ("de;q=0, en", "en"), ("x" * 50, "en"), ("", "en"),
    ],
)  # fmt: skip
def test_a_page_is_in_the_language_that_the_browser_asks_for(client: FlaskClient, accept: str, wanted: str):
    assert lang(client, accept=accept) == wanted


def test_arabic_runs_from_right_to_left(client: FlaskClient):
    page = client.get("/", headers={"Accept-Language": "ar"})
    assert '<html lang="ar" dir="rtl"' in page.text and "site_rtl-" in page.text
    assert "Accept-Language" in page.headers["Vary"]
    other = client.get("/", headers={"Accept-Language": "pl"}).text
    assert '<html lang="pl" dir="ltr"' in other and "site_rtl-" not in other


def test_every_page_offers_all_by_their_own_names(client: FlaskClient):
    for path in ("/", "/sign-in", "/no-such-page"):
        page = client.get(path).text
        for name in ("English", "Français", "Deutsch", "Español", "العربية", "Polski"):
            assert name in page


def test_a_choice_before_signing_in_wins_and_goes_with_the_account(client: FlaskClient, make, sign_in):
    assert choose(client, "fr", "/sign-in?next=/profile") == "/sign-in?next=/profile"
    assert lang(client, accept="de") == "fr"
    user = make.user(Role.RECRUITER)
    sign_in(user)
    assert lang(client, "/profile", "de") == "fr"
    client.post("/sign-out")
    assert lang(client, accept="de") == "fr"


def test_a_choice_is_kept_with_the_account_in_every_browser(app: Flask, client: FlaskClient, make, sign_in):
    user = make.user(Role.ADMIN)
    sign_in(user)
    choose(client, "pl", "/people")
    assert user.language == "pl" and lang(client, "/people", "es") == "pl"
    assert lang(app.test_client(), accept="es") == "es"


def test_the_organisation_says_what_nobody_else_does(client: FlaskClient, make, sign_in):
    admin = make.user(Role.ADMIN)
    db.session.add(OrganisationProfile(organisation_id=admin.organisation_id, language="de"))
    assert lang(client) == "de" and lang(client, accept="nl") == "de" and lang(client, accept="fr, nl") == "fr"
    sign_in(admin)
    assert 'value="de"' in client.get("/organisation").text
    client.post("/organisation", data={"name": "Ours", "language": "es"})
    assert lang(client, "/organisation", "nl") == "es"


def test_a_candidates_choice_is_kept_with_the_invitation(app: Flask, client: FlaskClient, make):
    invitation = make.invitation(email="kim@viva.test", language="es")
    path = invitation_url(invitation)
    assert lang(client, path) == "es" and lang(client, path, "fr") == "fr"
    choose(client, "ar", path)
    assert invitation.chosen_language == "ar" == language_of(invitation)
    other = app.test_client()
    assert lang(other, path, "fr") == "ar"
    assert lang(other, f"/status/{status_token(invitation)}", "fr") == "ar"
    assert lang(other, "/", "fr") == "fr"
    client.post(path)
    assert invitation.interview.language == "ar"
    here = f"/interview/{invitation.interview.id}"
    choose(client, "pl", here)
    assert lang(client, here, "fr") == "pl" and invitation.interview.language == "pl"


def test_nobody_chooses_for_an_interview_that_is_not_theirs(client: FlaskClient, make):
    interview = make.interview(invitation=make.invitation())
    choose(client, "ar", f"/interview/{interview.id}")
    assert interview.invitation.chosen_language == ""


def test_what_is_no_language_and_what_is_no_page_of_ours(client: FlaskClient):
    assert client.post("/language", data={"language": "tlh"}).status_code == 400
    for target in ("https://elsewhere.test/", "//elsewhere.test", "/sign-out"):
        assert choose(client, "fr", target) == "/"


def test_mail_is_in_the_language_of_who_gets_it(app: Flask, make):
    ours = make.user(Role.RECRUITER)
    ours.language = "fr"
    with app.test_request_context(headers={"Accept-Language": "ar"}):
        for user, wanted in ((ours, "fr"), (make.user(Role.RECRUITER), "en")):
            key = outbox.put(kind="test", cause=f"x:{user.id}", recipient=user.email, user=user)
            assert db.session.get(Message, key).language == wanted


def test_an_invitation_names_the_language_of_its_mail(client: FlaskClient, make, sign_in):
    admin = make.user(Role.ADMIN)
    position, questions = make.position(created_by=admin), make.question_set(created_by=admin)
    sign_in(admin)
    said = {"name": "Kim", "position": position.id, "question_set": questions.id, "zone": "UTC", "date": "2027-01-01",
            "time": "12:00"}  # fmt: skip
    page = client.get("/invitations/new").text
    assert 'name="language"' in page
    client.post("/invitations/new", data={**said, "language": "pl"})
    invitation = db.session.scalars(db.select(Invitation)).one()
    assert (invitation.language, language_of(invitation)) == ("pl", "pl")
