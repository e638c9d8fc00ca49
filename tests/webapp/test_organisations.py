"""One organisation sees nothing of another's: every route is asked for its rows, by the most powerful stranger."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask, url_for
from flask.testing import FlaskClient

from tests.webapp import worlds
from webapp.accounts.models import Role, User
from webapp.core import scoping
from webapp.core.database import db
from webapp.interviews.models import Interview, Invitation
from webapp.organisations.models import Team, TeamRole
from webapp.positions.models import Position
from webapp.questions.models import QuestionSet

#: About nobody's things, or about the one who asks.
OWN = {"static", "accounts.sign_out", "accounts.end_sessions", "health.healthz", "health.readyz", "health.metrics"}
#: An address that only leads on, and says nothing about what is there.
LEADS_ON = {"earlier_positions.moved"}
#: For anybody to read.
PUBLIC = {"notices.public", "practice.by_mail"}
#: Wrong in themselves, whoever asks: there is no such token.
TOKENS = {"token", "link"}
#: No such thing, not here, or a request that is refused before anything is looked up.
REFUSED = {400, 403, 404, 410, 412}


@pytest.fixture
def theirs(make):
    return worlds.build(make)


@pytest.mark.parametrize("role", [Role.ADMIN, TeamRole.OWNER])
def test_every_route_is_asked_for_another_organisations_rows(
    app: Flask, client: FlaskClient, make, sign_in, theirs, role
):
    ours = worlds.build(make, "Ours")
    sign_in(ours.people[role])
    wrong = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OWN | PUBLIC or rule.endpoint.split(".")[0] == "api":  # api/test_access.py
            continue
        if rule.endpoint.startswith("scim."):
            continue  # by a token of the organisation's directory: tests/webapp/identity/test_scim.py
        if "room_id" in rule.arguments or "member_id" in rule.arguments:
            continue  # rooms are for those who hold a link, of whatever organisation
        values = worlds.address(theirs, rule)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            answer = client.open(url_for(rule.endpoint, **values), method=method, json=None)
            about = rule.arguments - {"filename", "kind", "form", "key", "place"}
            hidden = answer.status_code in REFUSED or (not about) or rule.endpoint in LEADS_ON
            hidden = hidden or bool(rule.arguments & TOKENS)
            if not hidden or worlds.MARK in answer.get_data(as_text=True):
                wrong.append((method, rule.endpoint, answer.status_code))
    assert wrong == []


def test_their_ids_in_forms_and_queries_are_unknown_too(client: FlaskClient, make, sign_in, theirs):
    ours = worlds.build(make, "Ours")
    sign_in(ours.people[Role.ADMIN])
    ids = theirs.ids
    asked = [
        client.get(f"/interviews?position={ids['position_id']}"),
        client.get("/interviews?q=zebra.test"),
        client.get(f"/invitations/new?position={ids['position_id']}&question_set={ids['set_id']}"),
        client.get(f"/invitations/links?position={ids['position_id']}"),
        client.get(f"/live/new?interview={ids['interview_id']}"),
        client.post(
            "/invitations/new",
            data={"name": "X", "position": ids["position_id"], "question_set": ids["set_id"]},
        ),
    ]
    for answer in asked:
        assert worlds.MARK not in answer.text, answer.request.path
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation).filter_by(name="X")) == 0


def test_queries_are_kept_apart_whatever_they_forget(app: Flask, make, theirs):
    ours = worlds.build(make, "Ours")
    everything = {model: db.session.scalars(sa.select(model)).all() for model in (Position, Invitation, Interview)}
    assert all(len(rows) >= 2 for rows in everything.values())
    with app.test_request_context():
        scoping.keep_to(ours.organisation.id)
        db.session.expunge_all()
        for model in (Position, Invitation, Interview, QuestionSet, Team, User):
            rows = db.session.scalars(sa.select(model)).all()
            assert rows and {row.organisation_id for row in rows} <= {ours.organisation.id}, model
        for model, name in ((Position, "position_id"), (Interview, "interview_id"), (User, "user_id")):
            assert db.session.get(model, theirs.ids[name]) is None
        done = db.session.execute(sa.update(Position).values(title="Mine now"))
        assert done.rowcount == 1
        db.session.rollback()


def test_whoever_works_for_no_organisation_sees_nothing(client: FlaskClient, make, sign_in, theirs):
    sign_in(make.user(Role.ADMIN, organisation_id=None))
    for path in ("/interviews", "/positions/", "/questions/", "/people"):
        assert worlds.MARK not in client.get(path).text


def test_a_practice_interview_belongs_to_no_organisation(client: FlaskClient, make, sign_in):
    person = sign_in(make.user())
    practice = make.practice(person)
    assert practice.organisation_id is None
    assert client.get(f"/reports/{practice.id}").status_code == 200
