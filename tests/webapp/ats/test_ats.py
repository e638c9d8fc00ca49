"""Orders from applicant tracking systems: listed, placed, asked for, cancelled, told of, and kept apart."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.ats import orders
from webapp.ats.models import Complaint, Order, System
from webapp.core import events
from webapp.core.database import db, now
from webapp.interviews import operations
from webapp.interviews.models import InterviewState, Invitation
from webapp.messages.models import Channel, Message, State

CANDIDATE = {"first_name": "Ada", "last_name": "Byron", "email": "ada@example.org"}


def submit(make, order_id: str) -> None:
    row = db.session.get(Order, order_id)
    interview = make.interview(invitation=row.invitation)
    events.send(events.interview_started, interview_id=interview.id)
    interview.state, interview.submitted_at = InterviewState.SUBMITTED, now()
    db.session.flush()
    events.send(events.interview_submitted, interview_id=interview.id)
    db.session.commit()


def test_greenhouse_from_the_list_to_the_status(side, theirs, make, deliver):
    here = side(System.GREENHOUSE)
    assert len(here.key) < 171
    listed = here.client.get("/ats/greenhouse/list_tests", headers=here.basic).json
    assert listed == [{"partner_test_id": here.offer.id, "partner_test_name": "Sales interview"}]
    wanted = {
        "partner_test_id": here.offer.id,
        "candidate": {**CANDIDATE, "resume_url": "https://x.test/cv", "phone_number": None,
                      "greenhouse_profile_url": "https://app.greenhouse.io/people/1?application_id=2"},
        "url": f"{theirs.url}/integrations/testing_partners/take_home_tests/12345",
    }  # fmt: skip
    first, again = (here.client.post("/ats/greenhouse/send_test", json=wanted, headers=here.basic) for _ in range(2))
    assert first.status_code == 200 and first.json == again.json and set(first.json) == {"partner_interview_id"}
    order_id = first.json["partner_interview_id"]
    invitation = db.session.scalars(sa.select(Invitation)).one()
    assert (invitation.name, invitation.email) == ("Ada Byron", "ada@example.org")
    asked = f"/ats/greenhouse/test_status?partner_interview_id={order_id}"
    for _hour in range(3):  # it may ask every hour
        status = here.client.get(asked, headers=here.basic).json
        assert status["partner_status"] == "invited" and "partner_profile_url" not in status
    submit(make, order_id)
    theirs.status = 200
    deliver()
    assert theirs.calls == [
        ("PATCH", "/integrations/testing_partners/take_home_tests/12345", here.basic["Authorization"], None)
    ]
    status = here.client.get(asked, headers=here.basic).json
    assert status["partner_status"] == "complete" and status["partner_profile_url"].endswith(f"/{invitation.id}")
    assert status["metadata"]["Completed at"] and "partner_score" not in status


def test_greenhouse_complains_and_no_address_is_kept(side):
    here = side(System.GREENHOUSE)
    said = {
        "api_call": "test_status", "errors": ["partner_profile_url is missing"], "partner_test_id": 12345,
        "candidate_email": "ada@example.org",
    }  # fmt: skip
    answer = here.client.post("/ats/greenhouse/response_error", json=said, headers=here.basic)
    assert (answer.status_code, answer.json) == (200, {"status": 200})
    row = db.session.scalars(sa.select(Complaint)).one()
    assert row.errors == ["partner_profile_url is missing"] and "ada@" not in str(vars(row))


def test_ashby_from_the_list_to_the_result_and_back(side, theirs, make, deliver):
    here = side(System.ASHBY)
    orders.change(here.connection, their_key="their-key", address="", active=True, by=here.admin)
    assert here.connection.address == "https://api.ashbyhq.com"
    here.connection.address = theirs.url
    db.session.commit()
    listed = here.client.post("/ats/ashby/assessment.list", json={}, headers=here.basic).json
    assert listed["success"] and listed["results"][0]["assessment_type_id"] == here.offer.id
    wanted = {
        "assessment_type_id": here.offer.id, "candidate": {"ashby_id": "c1", **CANDIDATE},
        "application": {"ashby_id": "a1", "status": "Active"}, "job": {"ashby_id": "j1", "name": "Sales"},
    }  # fmt: skip
    started = here.client.post("/ats/ashby/assessment.start", json=wanted, headers=here.basic).json
    order_id = started["results"]["assessment_id"]
    submit(make, order_id)
    deliver()
    assert [(method, path) for method, path, _key, _body in theirs.calls] == [("POST", "/assessment.update")] * 2
    assert theirs.calls[0][2].startswith("Basic ") and here.basic["Authorization"] != theirs.calls[0][2]
    bodies = sorted((body for *_rest, body in theirs.calls), key=lambda body: "assessment_result" in body)
    assert bodies[0]["assessment_status"]["value"] == "Started" and bodies[0]["assessment_id"] == order_id
    assert bodies[1]["assessment_result"]["type"] == "string" and bodies[1]["assessment_profile_url"]["type"] == "url"
    assert all(isinstance(body["timestamp"], int) and body["timestamp"] > 1.7e12 for body in bodies)
    late = here.client.post("/ats/ashby/assessment.cancel", json={"assessment_id": order_id}, headers=here.basic)
    assert late.status_code == 422 and late.json["success"] is False


def test_ashby_cancels_and_may_start_anew(side, theirs, deliver):
    here = side(System.ASHBY)
    orders.change(here.connection, their_key="k", address="", active=True, by=here.admin)
    here.connection.address = theirs.url
    wanted = {
        "assessment_type_id": here.offer.id, "candidate": CANDIDATE, "application": {"ashby_id": "a1"}, "job": {},
    }  # fmt: skip
    db.session.commit()
    ids = []
    for _time in range(2):
        order_id = here.client.post("/ats/ashby/assessment.start", json=wanted, headers=here.basic).json["results"][
            "assessment_id"
        ]
        ids.append(order_id)
        for _twice in range(2):
            answer = here.client.post(
                "/ats/ashby/assessment.cancel", json={"assessment_id": order_id}, headers=here.basic
            )
            assert answer.json == {"success": True, "results": {"assessment_id": order_id}}
    assert len(set(ids)) == 2 and all(db.session.get(Order, each).invitation.revoked_at for each in ids)
    deliver()
    assert theirs.calls == []  # whoever cancels is not told of it
    third = here.client.post("/ats/ashby/assessment.start", json=wanted, headers=here.basic).json["results"]
    operations.revoke(db.session.get(Order, third["assessment_id"]).invitation, by=here.admin)
    deliver()
    assert [body["assessment_id"] for *_rest, body in theirs.calls if "cancelled_reason" in body] == [
        third["assessment_id"]
    ]


def test_any_other_system(side, theirs, make, deliver):
    here = side(System.WEBHOOK)
    orders_at = "/ats/webhook/orders"
    assert here.client.get("/ats/webhook/tests", headers=here.bearer).json["tests"][0]["id"] == here.offer.id
    wanted = {"test_id": here.offer.id, "request_id": "47/11", "candidate": CANDIDATE}
    placed = here.client.post(orders_at, json=wanted, headers=here.bearer).json
    assert placed["status"] == "sent"
    submit(make, placed["providerAssessmentId"])
    theirs.status = 500
    deliver()
    assert {each.state for each in db.session.scalars(sa.select(Message).where(Message.channel == Channel.ATS))} == {
        State.WAITING
    }
    theirs.status, theirs.calls[:] = 204, []
    db.session.execute(sa.update(Message).where(Message.channel == Channel.ATS).values(due_at=now()))
    deliver()
    assert sorted(body["status"] for *_rest, body in theirs.calls) == ["completed", "inProgress"]
    assert {path for _method, path, *_rest in theirs.calls} == {"/47%2F11"}
    asked = here.client.get(
        f"/ats/webhook/status?providerAssessmentId={placed['providerAssessmentId']}", headers=here.bearer
    )
    assert asked.json["status"] == "completed" and "/invitations/" in asked.json["resultUrl"]


def test_what_cannot_be_used_says_why_and_invites_nobody(side, theirs):
    here = side(System.GREENHOUSE)
    good = {"partner_test_id": here.offer.id, "candidate": CANDIDATE}
    for body, status in (
        ({**good, "partner_test_id": "none"}, 404),
        ({**good, "candidate": {**CANDIDATE, "email": "nonsense"}}, 422),
        ({**good, "candidate": {"email": "a@example.org"}}, 422),
        ({**good, "candidate": "Ada"}, 422),
        ({**good, "url": "https://elsewhere.example.org/x"}, 422),
        ({**good, "url": "http://127.0.0.1@elsewhere.test/"}, 422),
        ([], 422),
    ):
        answer = here.client.post("/ats/greenhouse/send_test", json=body, headers=here.basic)
        assert answer.status_code == status and answer.json["errors"][0]["message"], body
    assert db.session.scalar(sa.select(sa.func.count(Invitation.id))) == 0
    for headers in ({}, here.bearer | {"Authorization": "Bearer x"}, {"Authorization": "Basic %%%"}):
        assert here.client.get("/ats/greenhouse/list_tests", headers=headers).status_code == 401
    assert here.client.post("/ats/ashby/assessment.list", json={}, headers=here.basic).status_code == 401
    orders.change(here.connection, their_key="", address="", active=False, by=here.admin)
    db.session.commit()
    assert here.client.get("/ats/greenhouse/list_tests", headers=here.basic).status_code == 401


def test_another_organisation_s_offers_and_orders_are_not_there(side, make):
    here = side(System.WEBHOOK)  # of the first organisation
    there = side(System.WEBHOOK, organisation_id=make.organisation("Other").id)
    wanted = {"test_id": there.offer.id, "request_id": "1", "candidate": CANDIDATE}
    assert here.client.post("/ats/webhook/orders", json=wanted, headers=here.bearer).status_code == 404
    placed = there.client.post("/ats/webhook/orders", json=wanted, headers=there.bearer).json
    asked = {"providerAssessmentId": placed["providerAssessmentId"]}
    assert here.client.get("/ats/webhook/status", query_string=asked, headers=here.bearer).status_code == 404
    assert here.client.post("/ats/webhook/cancel", json=asked, headers=here.bearer).status_code == 404
    assert [each["id"] for each in here.client.get("/ats/webhook/tests", headers=here.bearer).json["tests"]] == [
        here.offer.id
    ]


def test_admins_switch_systems_on_and_see_the_key_once(client, make, sign_in):
    sign_in(make.user(Role.RECRUITER))
    assert client.get("/ats-settings").status_code == 403
    admin = sign_in(make.user(Role.ADMIN))
    position, questions = make.position("FR", created_by=admin), make.question_set(created_by=admin)
    page = client.post("/ats-settings/greenhouse/key").text
    assert "viva_ats_" in page and "/ats/greenhouse/send_test" in page
    assert "viva_ats_" not in client.get("/ats-settings/greenhouse").text
    data = {"title": "Sales interview", "position": position.id, "question_set": questions.id, "days": "5"}
    assert "Sales interview" in client.post("/ats-settings/offers", data=data, follow_redirects=True).text
    assert client.post("/ats-settings/offers", data={**data, "days": "0"}).status_code == 422
    refused = client.post("/ats-settings/greenhouse", data={"address": "http://10.0.0.1", "active": "y"})
    assert refused.status_code == 422 and "https://" in refused.text
    assert client.get("/ats-settings/nothing").status_code == 404
