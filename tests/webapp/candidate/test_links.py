"""The invitation's link: what it opens, and what it says when it opens nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from webapp.core.database import db, now
from webapp.interviews.answering import GRACE
from webapp.interviews.models import Interview, InterviewState
from webapp.interviews.operations import invitation_url
from webapp.policy import Purpose


def path_of(invitation) -> str:
    return invitation_url(invitation)[invitation_url(invitation).index("/i/") :]


def test_a_link_opens_one_interview_any_number_of_times(client, make):
    invitation = make.invitation()
    pages = {client.post(path_of(invitation)).headers["Location"] for _ in range(3)}
    assert len(pages) == 1
    assert db.session.query(Interview).count() == 1
    page = client.get(pages.pop())
    assert page.status_code == 200
    for words in (
        "Welcome, Kim Tremblay",
        "Data engineer, Montréal",
        "2 on video, 1 in writing",
        "minutes; you may pause",
    ):
        assert words in page.text


@pytest.mark.parametrize("token", ["garbled", "eyJ4IjoxfQ.abc", "%22%22", "a" * 500])
def test_a_garbled_link(client, make, token):
    answer = client.get(f"/i/{token}")
    assert answer.status_code == 404
    assert "This link does not work" in answer.text


def test_a_changed_signature(client, make):
    link = path_of(make.invitation())
    middle = -10  # the last character of a base64 signature has bits to spare
    changed = link[:middle] + ("A" if link[middle] != "A" else "B") + link[middle + 1 :]
    assert client.get(changed).status_code == 404


def test_an_expired_link(client, make):
    invitation = make.invitation(deadline=now() - timedelta(minutes=1))
    answer = client.get(path_of(invitation))
    assert answer.status_code == 410
    assert "The deadline has passed" in answer.text
    assert "extend the deadline" in answer.text
    assert db.session.query(Interview).count() == 0


def test_a_link_that_expired_midway(client, make):
    interview = make.interview()
    interview.invitation.deadline = now() - GRACE - timedelta(minutes=1)
    db.session.commit()
    answer = client.post(path_of(interview.invitation))
    assert answer.status_code == 410
    assert "your answers so far are still there" in answer.text
    assert client.get(f"/interview/{interview.id}/questions/1").status_code == 410
    assert client.get(f"/interview/{interview.id}/consents").status_code == 200


def test_a_revoked_link(client, make):
    invitation = make.invitation(revoked_at=now())
    answer = client.get(path_of(invitation))
    assert answer.status_code == 410
    assert "This invitation was withdrawn" in answer.text


def test_revoked_midway(client, make, open_interview):
    interview = open_interview(make.interview())
    interview.invitation.revoked_at = now()
    db.session.commit()
    answer = client.get(f"/interview/{interview.id}")
    assert answer.status_code == 410
    assert "withdrawn" in answer.text


def test_consents_can_be_taken_back_after_a_revocation_and_not_given(client, make):
    interview = make.interview(consents="recording text")
    interview.invitation.revoked_at = now()
    db.session.commit()
    url = f"/interview/{interview.id}/consents"
    assert client.get(url).status_code == 404  # without the link
    assert url in client.get(path_of(interview.invitation)).text
    assert client.get(url).status_code == 200
    assert client.post(url, data={"recording": "yes", "face": "yes", "confirmed": "yes"}).status_code == 302
    db.session.expire_all()
    assert interview.consented == {Purpose.RECORDING}


def test_a_used_link(client, make):
    interview = make.interview(state=InterviewState.SUBMITTED, submitted_at=now())
    answer = client.post(path_of(interview.invitation), follow_redirects=True)
    assert answer.status_code == 200
    assert "This link has been used" in answer.text
    assert "Your interview is submitted" in answer.text
    assert client.get(f"/interview/{interview.id}/questions/1").status_code == 302


@pytest.mark.parametrize(
    "page",
    ["", "/consent", "/consents", "/check", "/questions/1", "/questions/1/takes", "/review", "/arrived"],
)
def test_without_the_link_there_is_nothing(client, make, sign_in, page):
    interview = make.interview()
    assert client.get(f"/interview/{interview.id}{page}").status_code == 404
    sign_in(interview.invitation.created_by)
    assert client.get(f"/interview/{interview.id}{page}").status_code == 404


def test_practice_belongs_to_its_candidate(client, make, sign_in):
    interview = make.practice()
    assert client.get(f"/interview/{interview.id}").status_code == 404
    sign_in(make.user())
    assert client.get(f"/interview/{interview.id}").status_code == 404
    sign_in(interview.candidate)
    answer = client.get(f"/interview/{interview.id}")
    assert answer.status_code == 200
    assert "no recruiter can" in answer.text
