"""A deadline that passes in mid-interview: the candidate and the recruiter are told the same, and nothing saved is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from webapp.core.database import db, now
from webapp.interviews.answering import GRACE
from webapp.interviews.models import InterviewState
from webapp.interviews.operations import invitation_url
from webapp.interviews.status import Status, entry_of


@pytest.fixture
def late(make, open_interview, recorded):
    """Begun in time, the first question answered, the deadline over by so much."""

    def late(by: timedelta, *, saved: bool = True, recruiter=None):
        interview = open_interview(make.interview(invitation=make.invitation(created_by=recruiter or make.user())))
        if saved:
            recorded(make.answer(interview, interview.question_set.questions[0]))
        interview.invitation.deadline = now() - by
        db.session.commit()
        return interview

    return late


def test_what_was_saved_is_shown_and_offered_for_submission(client, late):
    interview = late(GRACE + timedelta(days=2))
    for path in ("", "/review", "/questions/2"):
        page = client.get(f"/interview/{interview.id}{path}")
        assert page.status_code == 410 and "Submit my saved answers" in page.text, path
        assert "Question 1: Recorded, 1:05 long" in page.text and "Question 2: Not answered<" in page.text
    form = re.search(r'<form method="post" action="([^"]+/submit)".*?</form>', page.text, re.DOTALL)
    answer = client.post(form[1], data={"incomplete": "y"})
    assert answer.headers["Location"].endswith("/arrived")
    db.session.expire_all()
    assert interview.state is InterviewState.SUBMITTED
    assert "not answered yet" not in client.get(f"/interview/{interview.id}/arrived").text.lower()


def test_the_link_does_not_invite_to_answer_what_is_over(client, late):
    interview = late(GRACE + timedelta(minutes=1))
    page = client.get(urlsplit(invitation_url(interview.invitation)).path).text
    assert "The deadline was" in page and "Answer in your own time" not in page and "Nothing has started" not in page


def test_nothing_can_be_added_by_submitting_late(client, late):
    interview = late(GRACE + timedelta(minutes=1))
    assert client.post(f"/interview/{interview.id}/questions/3/text", json={"text": "More"}).status_code in (403, 410)


def test_the_recruiter_reads_the_same_story(client, late, make, sign_in):
    recruiter = make.user()
    within, over, empty = (
        late(timedelta(minutes=5), recruiter=recruiter),
        late(GRACE + timedelta(minutes=5), recruiter=recruiter),
        late(GRACE + timedelta(minutes=5), saved=False, recruiter=recruiter),
    )
    found = [entry_of(recruiter, each.invitation_id).status for each in (within, over, empty)]
    assert found == [Status.IN_PROGRESS, Status.EXPIRED, Status.EXPIRED]
    page = client.get(f"/interview/{within.id}/review").text
    assert "What you have begun can be finished until" in page and "The deadline was" in page
    assert "The deadline is" not in page
    sign_in(recruiter)
    pages = [client.get(f"/invitations/{each.invitation_id}").text for each in (within, over, empty)]
    assert "What was begun can be finished until" in pages[0]
    assert "1 answer is saved; Kim Tremblay can still submit it" in pages[1]
    assert "no answer was saved before the deadline" in pages[2]


def test_an_invitation_never_begun_expires_at_its_deadline(make):
    recruiter = make.user()
    invitation = make.invitation(created_by=recruiter, deadline=now() - timedelta(minutes=5))
    assert entry_of(recruiter, invitation.id).status is Status.EXPIRED


@pytest.mark.parametrize(
    ("consents", "country", "said"),
    [("recording", "CA", False), ("recording text", "CA", True), ("recording face", "FR", False), ("", "CA", False)],
)
def test_analyses_are_announced_only_to_those_who_agreed_to_one(client, make, open_interview, consents, country, said):
    interview = open_interview(make.interview(country, consents=consents))
    interview.state, interview.submitted_at = InterviewState.SUBMITTED, now()
    db.session.commit()
    page = client.get(f"/interview/{interview.id}/arrived").text
    assert ("analyses that you agreed to" in page) is said


def test_the_length_is_said_once(client, make, open_interview):
    from webapp.demo import content

    questions = make.question_set(introduction=content.SET_INTRODUCTION)
    interview = open_interview(make.interview(invitation=make.invitation(question_set=questions)))
    page = client.get(f"/interview/{interview.id}").text
    assert len(re.findall(r"\bminutes?\b", page)) == 1
