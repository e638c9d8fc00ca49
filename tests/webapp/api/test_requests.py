"""How requests are answered: keys, errors, pages, rates, and requests that are sent twice."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from webapp.accounts.models import Role
from webapp.api.models import ApiKey, IdempotentRequest
from webapp.api.operations import forget_requests
from webapp.api.scopes import Scope
from webapp.core.database import db, new_id, now
from webapp.governance.models import AuditEntry
from webapp.interviews.models import Invitation
from webapp.organisations.models import TeamRole
from webapp.positions.models import Position

PROBLEM = "application/problem+json"


def a_position(world, **values) -> dict:
    return {"title": "Nurse", "city": "Lyon", "country": "FR", "team_id": world.team.id, **values}


def test_the_same_request_twice_is_done_once(call, key_of, world):
    secret = key_of(world.people[TeamRole.RECRUITER])
    asked = {"json": a_position(world), "headers": {"Idempotency-Key": "order 7"}}
    first, second = (call(secret, "POST", "/positions", **asked) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201) and first.json == second.json
    assert "Idempotent-Replayed" not in first.headers and second.headers["Idempotent-Replayed"] == "true"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Position).filter_by(title="Nurse")) == 1
    # the same key for something else is a mistake; another person's key knows nothing of it
    other = call(secret, "POST", "/positions", json=a_position(world, city="Paris"), headers=asked["headers"])
    assert other.status_code == 422 and other.mimetype == PROBLEM
    assert call(world.people[TeamRole.OWNER], "POST", "/positions", **asked).json["id"] != first.json["id"]


def test_what_failed_is_tried_again_and_every_kind_of_answer_is_repeated(call, key_of, world):
    secret = key_of(world.people[Role.ADMIN])
    key = {"headers": {"Idempotency-Key": "k"}}
    assert call(secret, "POST", "/positions", json={"title": "Nurse"}, **key).status_code == 422
    assert call(secret, "POST", "/positions", json=a_position(world), **key).status_code == 201
    paths = [
        f"/invitations/{world.ids['invitation_id']}/release", f"/interviews/{world.interview.id}/scorecard/skip",
        f"/interviews/{world.interview.id}/answers/{world.ids['answer_id']}/opened", "/audit/verify",
    ]  # fmt: skip
    for path in paths:
        answers = [call(secret, "POST", path, headers={"Idempotency-Key": path}) for _ in range(2)]
        assert answers[0].status_code == answers[1].status_code < 300, (path, answers[1].text)
        assert answers[1].headers["Idempotent-Replayed"] == "true"
    until = (now() + timedelta(days=2)).isoformat()
    people = [{"name": f"P {n}", "email": f"p{n}@viva-people.org"} for n in range(3)]
    body = {"position_id": world.ids["position_id"], "question_set_id": world.ids["set_id"], "deadline": until}
    many = [
        call(
            secret, "POST", "/invitations/bulk", json={**body, "people": people}, headers={"Idempotency-Key": "m"}
        ).json
        for _ in range(2)
    ]
    assert many[0] == many[1] and len(many[0]["data"]) == 3
    keys = [
        call(secret, "POST", "/keys", json={"title": "K", "scopes": ["policy:read"], "expires_at": until},
             headers={"Idempotency-Key": "n"}).json for _ in range(2)
    ]  # fmt: skip
    assert keys[0]["secret"].startswith("viva_") and keys[1] == {**keys[0], "secret": None}


def test_requests_are_remembered_for_a_day_and_by_ids_alone(call, world):
    call(world.people[Role.ADMIN], "POST", "/positions", json=a_position(world), headers={"Idempotency-Key": "k"})
    row = db.session.scalars(sa.select(IdempotentRequest)).one()
    assert set(row.result) == {"model", "id"}
    row.created_at = now() - timedelta(days=2)
    forget_requests()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(IdempotentRequest)) == 0


def test_what_was_lost_from_sight_is_not_shown_again(call, key_of, world):
    secret = key_of(world.people[TeamRole.RECRUITER])
    asked = {"headers": {"Idempotency-Key": "k"}, "json": a_position(world)}
    assert call(secret, "POST", "/positions", **asked).status_code == 201
    admin, member = world.people[Role.ADMIN], world.people[TeamRole.RECRUITER]
    assert call(admin, "DELETE", f"/teams/{world.team.id}/members/{member.id}").status_code == 204
    assert call(secret, "POST", "/positions", **asked).status_code == 404


def test_pages_hold_every_row_once_whatever_comes_meanwhile(call, key_of, make, world):
    admin = world.people[Role.ADMIN]
    secret, moment = key_of(admin), now()
    for number in range(7):  # three moments for seven rows
        make.position(
            created_by=admin, team=world.team, title=f"P{number}", created_at=moment - timedelta(hours=number % 3)
        )
    found, cursor = [], None
    while True:
        page = call(secret, "GET", "/positions", query_string={"limit": 3, **({"cursor": cursor} if cursor else {})})
        found += [each["id"] for each in page.json["data"]]
        cursor = page.json["next_cursor"]
        if cursor is None:
            break
        make.position(created_by=admin, team=world.team, title="Later")
    assert len(found) == len(set(found)) == 8
    for wrong in ("x", "bm8", "WyJ4IiwxXQ", "Ā"):
        assert call(secret, "GET", "/positions", query_string={"cursor": wrong}).status_code == 422


def test_every_error_is_a_problem(client, call, key_of, world):
    secret = key_of(world.people[Role.ADMIN])
    answers = {
        404: [call(secret, "GET", "/nothing"), call(secret, "GET", f"/positions/{new_id()}"), client.get("/api/v2/x")],
        401: [client.get("/api/v1/positions"), call("viva_wrong", "GET", "/positions")],
        405: [call(secret, "DELETE", "/positions")],
        400: [call(secret, "POST", "/positions", data="{", content_type="application/json")],
        422: [
            call(secret, "POST", "/positions", json={}), call(secret, "GET", "/positions?limit=0"),
            call(secret, "POST", "/positions", json=a_position(world, more=1)),
            call(secret, "POST", "/positions", json=a_position(world, title="Half \ud83d")),
            call(secret, "POST", "/positions", json=a_position(world, title="A\0B")),
        ],
    }  # fmt: skip
    for status, found in answers.items():
        for answer in found:
            assert (answer.status_code, answer.mimetype) == (status, PROBLEM), answer.text
            assert answer.json["status"] == status and answer.json["title"] and answer.json["detail"]
    assert answers[401][0].headers["WWW-Authenticate"] == "Bearer" and "GET" in answers[405][0].headers["Allow"]
    assert {"field": "title", "message": "Missing data for required field."} in answers[422][0].json["errors"]


def test_a_key_is_kept_as_a_hash_and_ends(call, key_of, make, world):
    admin = world.people[Role.ADMIN]
    secret = key_of(admin, Scope.POSITIONS_READ)
    row = db.session.scalars(sa.select(ApiKey).filter_by(title="A program")).one()
    assert secret not in (row.hash, row.title) and secret.startswith(row.begins_with) and len(row.begins_with) == 12
    assert call(secret, "GET", "/positions").status_code == 200
    assert call(secret, "POST", "/positions", json=a_position(world)).status_code == 403  # another scope
    assert call(secret, "GET", "/me").json["person"]["id"] == admin.id
    row.expires_at = now()
    assert call(secret, "GET", "/positions").status_code == 401
    row.expires_at = now() + timedelta(days=1)
    assert call(secret, "GET", "/positions").status_code == 200
    admin.active = False
    assert call(secret, "GET", "/positions").status_code == 401
    admin.active = True
    assert call(key_of(admin), "DELETE", f"/keys/{row.id}").status_code == 204
    assert call(secret, "GET", "/positions").status_code == 401


def test_a_key_makes_none_that_may_more_and_none_that_speaks_for_others(call, key_of, world):
    admin, reviewer = world.people[Role.ADMIN], world.people[TeamRole.REVIEWER]
    wanted = {"title": "K", "scopes": ["audit:read"], "expires_at": (now() + timedelta(days=2)).isoformat()}
    assert call(key_of(admin, Scope.KEYS_WRITE), "POST", "/keys", json=wanted).status_code == 403
    secret = key_of(admin)
    assert call(secret, "POST", "/keys", json={**wanted, "person_id": reviewer.id}).status_code == 201
    opinion = {**wanted, "person_id": reviewer.id, "scopes": ["decisions:write"]}
    assert "own word" in call(secret, "POST", "/keys", json=opinion).json["detail"]
    late = {**wanted, "expires_at": (now() + timedelta(days=500)).isoformat()}
    assert call(secret, "POST", "/keys", json=late).status_code == 422


def test_the_log_names_the_key_and_the_person(call, key_of, world):
    admin = world.people[Role.ADMIN]
    secret = key_of(admin)
    key = db.session.scalars(sa.select(ApiKey).filter_by(title="A program")).one()
    call(secret, "GET", f"/interviews/{world.interview.id}")
    call(secret, "POST", f"/invitations/{world.ids['invitation_id']}/revoke")
    rows = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number)).all()
    done = {row.action for row in rows if key.id in row.facts and row.actor_id == admin.id}
    assert {"api key made", "api key used", "saw", "changed", "invitation revoked"} <= done
    assert (
        call(secret, "GET", "/audit", query_string={"action": "api key used"}).json["data"][0]["actor_id"] == admin.id
    )


def test_rates_are_counted_for_each_key_and_told(app: Flask, limits, client, call, key_of, world):
    app.config.update(API_RATE="3 per minute", API_RATE_UNKNOWN="2 per minute")
    secret = key_of(world.people[Role.ADMIN])
    answers = [call(secret, "GET", "/me") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert [each.headers["RateLimit-Remaining"] for each in answers] == ["2", "1", "0", "0"]
    assert answers[0].headers["RateLimit-Limit"] == "3" and 0 < int(answers[0].headers["RateLimit-Reset"]) <= 61
    assert answers[3].mimetype == PROBLEM and int(answers[3].headers["Retry-After"]) > 0
    assert call(world.people[TeamRole.OWNER], "GET", "/me").status_code == 200
    assert [client.get("/api/v1/me").status_code for _ in range(3)] == [401, 401, 429]


def test_nobody_is_invited_where_one_cannot_be(call, make, world):
    until = (now() + timedelta(days=2)).isoformat()
    body = {"position_id": world.ids["position_id"], "question_set_id": world.ids["set_id"], "deadline": until}
    people = [{"name": "A", "email": "new@viva-people.org"}, {"name": "B", "email": "there@viva-people.org"}]
    admin = world.people[Role.ADMIN]
    make.invitation(position=world.interview.position, created_by=admin, email="there@viva-people.org")
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Invitation))
    answer = call(world.people[TeamRole.RECRUITER], "POST", "/invitations/bulk", json={**body, "people": people})
    assert answer.status_code == 422 and answer.json["errors"][0]["field"] == "people.1.email"
    people[1]["email"] = "no address"
    answer = call(world.people[TeamRole.RECRUITER], "POST", "/invitations/bulk", json={**body, "people": people})
    assert answer.status_code == 422 and answer.json["errors"][0]["field"] == "people.1.email"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation)) == before


def test_blind_review_hides_names_and_pictures_here_too(app: Flask, call, key_of, world):
    app.config["BLIND_REVIEW"] = True
    world.interview.position.blind_review = True
    reviewer = key_of(world.people[TeamRole.REVIEWER])
    one = f"/interviews/{world.interview.id}"
    assert call(reviewer, "GET", one).json["candidate_name"] is None
    shown = call(reviewer, "GET", "/invitations").json["data"]
    assert shown and all(each["name"] is None and each["email"] is None and each["link"] is None for each in shown)
    assert call(reviewer, "GET", "/invitations?q=zebra").json["data"] == []
    assert call(reviewer, "GET", f"{one}/report").status_code == 403
    assert call(reviewer, "GET", f"{one}/decisions").json["data"] == []
    assert call(world.people[TeamRole.RECRUITER], "GET", one).json["candidate_name"] is not None


def test_a_decision_needs_here_what_it_needs_on_the_pages(app: Flask, call, key_of, world):
    app.config["BLIND_REVIEW"] = True
    secret, one = key_of(world.people[TeamRole.HIRING_MANAGER]), f"/interviews/{world.interview.id}"
    wanted = {"outcome": "advance", "reason": "Strong answers."}
    assert "scorecard first" in call(secret, "POST", f"{one}/decisions", json=wanted).json["detail"]
    answers = call(secret, "GET", f"{one}/answers").json["data"]
    ratings = [{"question_id": each["question_id"], "score": 4} for each in answers]
    card = call(secret, "PUT", f"{one}/scorecard", json={"ratings": ratings})
    assert card.json["state"] == "draft" and {each["score"] for each in card.json["ratings"]} == {4}
    assert call(secret, "POST", f"{one}/scorecard/submit").json["state"] == "submitted"
    assert "Open the answer" in call(secret, "POST", f"{one}/decisions", json=wanted).json["detail"]
    for each in answers:
        assert call(secret, "POST", f"{one}/answers/{each['id']}/opened").status_code == 204
    decision = call(secret, "POST", f"{one}/decisions", json=wanted)
    assert decision.status_code == 201 and decision.json["state"] == "final"
    assert call(secret, "GET", one).json["outcome"] == "advance"
