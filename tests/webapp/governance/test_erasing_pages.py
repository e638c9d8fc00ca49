"""A recruiter erases a candidate on request; irreversible acts say what goes."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import answer_all
from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.personal_data import Kept
from webapp.governance import clocks, retention
from webapp.governance.models import Erasure, RetentionRule
from webapp.interviews.models import Interview, Invitation
from webapp.organisations.models import TeamRole


@pytest.fixture
def invitation(make, sign_in):
    recruiter = sign_in(make.user())
    found = make.invitation(created_by=recruiter)
    answer_all(make, make.interview(invitation=found))
    return found


def test_it_says_what_goes_and_wants_the_name(client, invitation):
    address = f"/invitations/{invitation.id}/erase"
    page = client.get(address).text
    assert "cannot be undone" in page and "interviews: 1" in page and "2 files" in page
    assert client.post(address, data={"name": "somebody"}).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count(Interview.id))) == 1
    done = client.post(address, data={"name": " kim tremblay"}, follow_redirects=True).text
    assert "What went" in done and "Kim" not in done.split("<main")[1]
    assert db.session.scalar(sa.select(sa.func.count(Invitation.id))) == 0
    row = db.session.scalars(sa.select(Erasure)).one()
    file = client.get(f"/erasures/{row.id}/certificate.json")
    assert file.get_json()["erased"]["tables"]["interviews"] == 1


def test_nobody_erases_anothers_candidate_nor_sees_the_certificate(client, make, sign_in, invitation):
    row = Erasure(
        ground="request",
        scope={},
        kept_classes=[],
        by_id=invitation.created_by_id,
        due_at=invitation.deadline,
        organisation_id=invitation.organisation_id,
    )
    db.session.add(row)
    db.session.commit()
    sign_in(make.user())
    assert client.get(f"/invitations/{invitation.id}/erase").status_code == 404
    assert client.post(f"/invitations/{invitation.id}/hold", data={"reason": "x"}).status_code == 404
    assert client.get(f"/erasures/{row.id}").status_code == 404


def test_a_hold_stands_in_the_way_until_an_admin_ends_it(client, make, sign_in, invitation):
    client.post(f"/invitations/{invitation.id}/hold", data={"reason": "A claim."})
    assert "keeps everything" in client.get(f"/invitations/{invitation.id}/erase").text
    assert client.post(f"/invitations/{invitation.id}/erase", data={"name": "Kim Tremblay"}).status_code == 422
    assert client.post(f"/invitations/{invitation.id}/hold", data={"end": "yes"}).status_code == 403
    sign_in(make.user(Role.ADMIN))
    client.post(f"/invitations/{invitation.id}/hold", data={"end": "yes"})
    assert "type the candidate" in client.get(f"/invitations/{invitation.id}/erase").text


def test_four_eyes_on_pages(client, make, sign_in, invitation, app):
    app.config["ERASURE_FOUR_EYES"] = True
    page = client.post(f"/invitations/{invitation.id}/erase", data={"name": "Kim Tremblay"}, follow_redirects=True)
    assert "another admin must agree" in page.text
    row = db.session.scalars(sa.select(Erasure)).one()
    sign_in(make.user(Role.ADMIN))
    assert "waits for another admin" in client.get("/retention").text
    client.post(f"/erasures/{row.id}/approve")
    assert row.done_at and db.session.scalar(sa.select(sa.func.count(Interview.id))) == 0


def test_how_long_what_is_kept(client, make, sign_in):
    sign_in(make.user(Role.ADMIN))
    assert client.post("/retention", data={"media": "90", "readings": "", "records": "1461"}).status_code == 302
    found = {row.kept.value: row.days for row in db.session.scalars(sa.select(RetentionRule))}
    assert found == {"media": 90, "records": 1461}
    assert client.post("/retention", data={"media": "0"}).status_code == 422
    client.post("/retention", data={"media": "30", "records": ""})
    assert {row.kept.value: row.days for row in db.session.scalars(sa.select(RetentionRule))} == {"media": 30}


def test_a_candidate_gets_everything_that_is_held_and_no_secret(client, invitation, open_interview):
    client.post("/sign-out")
    interview = open_interview(invitation.interview)
    answer = client.get(f"/interview/{interview.id}/data.json")
    held = answer.get_json()["holdings"]
    assert {"answers", "consents", "interviews", "invitations", "recordings"} <= set(held)
    assert held["invitations"][0]["name"] == "Kim Tremblay"
    assert not {"original_key", "lease_owner", "password_hash", "browser"} & set(held["recordings"][0]) and json.dumps(
        held
    )
    client.get("/sign-in")
    assert client.get("/interview/nothing/data.json").status_code == 404


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.REVIEWER])
def test_who_may_only_look_or_review_erases_nobody(client, make, sign_in, role):
    owner, other = make.user(), make.user()
    position = make.position(team=make.team((owner, TeamRole.OWNER), (other, role)), created_by=owner)
    invitation = make.invitation(position=position, created_by=owner)
    sign_in(other)
    assert "/erase" not in client.get(f"/invitations/{invitation.id}").text
    assert client.get(f"/invitations/{invitation.id}/erase").status_code == 403
    form = {"name": invitation.name}
    assert client.post(f"/invitations/{invitation.id}/erase", data=form).status_code == 403
    sign_in(owner)
    assert client.get(f"/invitations/{invitation.id}/erase").status_code == 200


def test_clocks_of_a_place(client, make, sign_in):
    admin = sign_in(make.user(Role.ADMIN))
    sent = client.post("/retention/places", data={"at-place": "US-IL", "at-media": "30", "at-records": "1500"})
    assert sent.status_code == 302
    found = {(row.place, row.kept.value): row.days for row in db.session.scalars(sa.select(RetentionRule))}
    assert found == {("US-IL", "media"): 30, ("US-IL", "records"): 1500}
    page = client.get("/retention").text
    assert "Illinois" in page and "1500" in page
    assert client.post("/retention/places", data={"at-place": "US-IL"}).status_code == 422  # no clock at all
    assert client.post("/retention/places", data={"at-place": "XX", "at-media": "3"}).status_code == 422
    client.post("/retention/places/US-IL/remove")
    assert db.session.scalar(sa.select(sa.func.count(RetentionRule.id))) == 0 and admin


def test_what_the_clocks_erase_next_is_counted_without_what_is_held(client, make, sign_in, invitation):
    admin = sign_in(make.user(Role.ADMIN))
    retention.set_rule(Kept.RECORDS, 1, by=admin)
    db.session.commit()
    assert clocks.due_counts(admin.organisation_id)[Kept.RECORDS] == 1
    retention.hold(invitation.interview.id, "A dispute.", by=admin)
    db.session.commit()
    assert clocks.due_counts(admin.organisation_id)[Kept.RECORDS] == 0
    assert "Legal holds" in client.get("/retention").text
