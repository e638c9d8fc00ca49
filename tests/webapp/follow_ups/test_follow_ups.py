"""One follow-up: when it is asked, which, and that nobody waits for it or is hurt by skipping it."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import recorded
from webapp.accounts.models import Role
from webapp.candidate import operations as candidate
from webapp.core import events
from webapp.core.database import db, now
from webapp.employer.operations import page_of
from webapp.follow_ups import listening, operations, receivers, tasks
from webapp.follow_ups.models import FollowUp, FollowUpState
from webapp.interviews.models import Consent
from webapp.policy import Purpose
from webapp.questions import follow_ups
from webapp.questions import operations as sets
from webapp.questions.models import QuestionKind, SetState
from webapp.reviews.presenters import answers_of

TEAM = "We were five people in the team and I met with my colleagues every morning to share out the work between us."
LINES = "Works with colleagues in a team = Who else was part of it?\nKeeps to the budget and compares prices = What did it cost?"


class Heard:
    """In place of the recogniser: what it is given, and the words that it makes of all that."""

    name, multilingual = "Heard", False

    def __init__(self):
        self.text, self.seconds = TEAM, []

    def text_of(self, samples, *, language=None):
        self.seconds.append(len(samples) / 16_000)
        return self.text


@pytest.fixture
def heard(monkeypatch):
    heard = Heard()
    monkeypatch.setenv("VIVA_WHISPER", "/a/folder")
    monkeypatch.setattr(listening, "recogniser", lambda: heard)
    monkeypatch.setattr(listening, "_place", lambda recording: nullcontext("/nowhere"))
    monkeypatch.setattr(listening, "audio_blocks", lambda path: iter([np.zeros(16_000 * heard_length(), np.float32)]))
    return heard


LENGTH = [40]


def heard_length():
    return LENGTH[0]


@pytest.fixture
def published(make):
    """A published set of a video question with two follow-ups, and a text question."""
    row = make.question_set("video text", state=SetState.DRAFT)
    row.questions[0].follow_ups = LINES
    sets.publish(row, by=row.created_by)
    db.session.commit()
    return row


@pytest.fixture
def begun(make, published, open_interview):
    """An assessment where the admin has switched follow-ups on, with a saved answer to its first question."""
    interview = make.interview(invitation=make.invitation(question_set=published))
    page = page_of(interview.organisation_id)
    page.follow_ups_since = interview.started_at - timedelta(days=1)
    db.session.add(page)
    recorded(make, make.answer(interview, published.questions[0]))
    db.session.commit()
    return open_interview(interview)


def saved(interview):
    """Say that the first answer's recording is saved, and listen as the worker does."""
    recording = interview.answers[0].takes[0].recording
    events.send(events.recording_ready, recording_id=recording.id)
    db.session.commit()
    listening.listen(recording.id)
    db.session.expire_all()
    return operations.of_answer(interview.answers[0])


def test_the_set_holds_follow_ups_apart_and_new_versions_carry_them(published):
    assert [each.position for each in published.questions] == [1, 2]
    assert [(each.position, each.prompt) for each in published.follow_ups] == [
        (3, "Who else was part of it?"),
        (4, "What did it cost?"),
    ]
    copy = sets.new_version(published, by=published.created_by)
    assert copy.questions[0].follow_ups == LINES and not copy.follow_ups
    with pytest.raises(follow_ups.FollowUpError):
        follow_ups.read("a point without a question")


def test_the_point_with_least_support_is_asked_answered_and_reviewed(client, heard, begun, make):
    row = saved(begun)
    assert (row.state, row.reason, row.question.prompt) == (FollowUpState.ASKED, "least_support", "What did it cost?")
    assert [point for point, _ in row.support] == [
        each.follows_point for each in row.answer.question.question_set.follow_ups
    ]
    assert row.support[0][1] > row.support[1][1] and not row.heard and row.recording_id is None
    base = f"/interview/{begun.id}/questions"
    asked = client.get(f"{base}/1/follow-up").json
    assert asked == {"state": "asked", "url": f"{base}/4", "prompt": "What did it cost?"}
    page = client.get(asked["url"]).text
    assert "Follow-up to question 1" in page and "Keeps to the budget" in page and "Skip it" in page
    assert f'href="{base}/2"' in page  # it goes on where it came from
    assert "Follow-up to question 1" in client.get(f"/interview/{begun.id}/review").text
    # It is recorded like any answer; a second take of the first answer changes nothing.
    follow_up = next(each for each in begun.answers if each.question.follows_id)
    recorded(make, follow_up)
    db.session.commit()
    assert operations.begin(begun.answers[0], "another") is None
    candidate.submit(begun, incomplete=True)
    db.session.commit()
    assert [each.question.position for each in answers_of(begun)] == [1, 2, 4]


def test_skipping_has_no_consequence(client, heard, begun):
    saved(begun)
    assert client.post(f"/interview/{begun.id}/questions/4/skip").location.endswith("/questions/2")
    db.session.expire_all()
    assert operations.of_answer(begun.answers[0]).state is FollowUpState.SKIPPED
    assert client.get(f"/interview/{begun.id}/questions/4").status_code == 404
    assert client.post(f"/interview/{begun.id}/questions/1/skip").status_code == 404
    assert [question.position for question, _ in candidate.unfinished(begun)] == [2]


def test_one_that_nobody_answers_keeps_nobody_from_submitting(heard, begun):
    saved(begun)
    assert [question.position for question, _ in candidate.unfinished(begun)] == [2]
    candidate.submit(begun, incomplete=True)
    assert [each.question.position for each in answers_of(begun)] == [1, 2]


def test_what_arrives_is_written_down_once_and_the_rest_when_it_is_saved(heard, begun, monkeypatch):
    answer = begun.answers[0]
    recording = answer.takes[0].recording
    ready = type(recording).is_ready
    monkeypatch.setattr(type(recording), "is_ready", property(lambda self: False))
    operations.begin(answer, recording.id)
    db.session.commit()
    LENGTH[0] = 65
    listening.listen(recording.id)
    db.session.expire_all()
    row = operations.of_answer(answer)
    assert len(heard.seconds) == 2 and row.state is FollowUpState.LISTENING and 40 <= row.heard_seconds <= 56
    listening.listen(recording.id)  # nothing new
    assert len(heard.seconds) == 2
    monkeypatch.setattr(type(recording), "is_ready", ready)
    listening.listen(recording.id)
    LENGTH[0] = 40
    assert sum(heard.seconds) == pytest.approx(65) and len(heard.seconds) == 3
    db.session.expire_all()
    assert operations.of_answer(answer).state is FollowUpState.ASKED


def test_a_recording_that_is_saved_while_somebody_listens_is_decided_all_the_same(heard, begun, monkeypatch):
    answer = begun.answers[0]
    recording = answer.takes[0].recording
    saved_now = [False]
    monkeypatch.setattr(type(recording), "is_ready", property(lambda self: saved_now[0]))
    operations.begin(answer, recording.id)
    db.session.commit()
    text_of = heard.text_of

    def meanwhile(samples, **rest):
        if not saved_now[0]:
            saved_now[0] = True
            listening.listen(recording.id)  # the message that it is saved, in another worker
        return text_of(samples, **rest)

    heard.text_of = meanwhile
    LENGTH[0] = 65
    listening.listen(recording.id)
    LENGTH[0] = 40
    db.session.expire_all()
    assert operations.of_answer(answer).state is FollowUpState.ASKED


def test_the_sweep_finds_what_a_worker_left_when_it_died(app, heard, begun, monkeypatch):
    answer = begun.answers[0]
    recording = answer.takes[0].recording
    row = operations.begin(answer, recording.id)
    recording.received_at = now()
    row.lease_owner, row.lease_until = "somebody", now() + timedelta(seconds=30)
    db.session.commit()
    sent = []
    monkeypatch.setattr(tasks.listen, "delay", sent.append)
    assert receivers.sweep(app) == 0
    row.lease_until = now() - timedelta(seconds=1)
    db.session.commit()
    assert receivers.sweep(app) == 1 and receivers.sweep(app) == 0 and sent == [recording.id]
    listening.listen(recording.id)
    db.session.expire_all()
    assert operations.of_answer(answer).state is FollowUpState.ASKED
    assert receivers.sweep(app) == 0


@pytest.mark.parametrize("why", ["not_switched_on", "not_told", "no_consent", "no_recogniser"])
def test_without_switch_word_or_consent_nobody_listens(heard, begun, why, monkeypatch):
    page = page_of(begun.organisation_id)
    if why == "not_switched_on":
        page.follow_ups_since = None
    elif why == "not_told":  # it was switched on after they had begun
        page.follow_ups_since = begun.started_at + timedelta(minutes=1)
    elif why == "no_consent":
        begun.consents.append(Consent(purpose=Purpose.TEXT, granted=False, text_version="test"))
    else:
        monkeypatch.setenv("VIVA_WHISPER", "off")
    db.session.commit()
    assert saved(begun) is None and not heard.seconds


def test_a_consent_withdrawn_meanwhile_stops_it(heard, begun):
    recording = begun.answers[0].takes[0].recording
    operations.begin(begun.answers[0], recording.id)
    begun.consents.append(Consent(purpose=Purpose.TEXT, granted=False, text_version="test"))
    db.session.commit()
    listening.listen(recording.id)
    db.session.expire_all()
    row = db.session.scalar(sa.select(FollowUp))
    assert (row.state, row.reason) == (FollowUpState.NONE, "no_consent") and not heard.seconds


def test_the_admin_switches_it_on_and_candidates_are_told(client, sign_in, make, heard, begun, published):
    told = "one follow-up question may be asked"
    assert told in client.get(f"/interview/{begun.id}").text
    page = page_of(begun.organisation_id)
    page.follow_ups_since = None
    db.session.commit()
    assert told not in client.get(f"/interview/{begun.id}").text
    sign_in(make.user(Role.ADMIN))
    form = {"ai_help": "not_said", "extra_time": "50", "person_instead": "y"}
    client.post("/employer/", data={**form, "follow_ups": "y"})
    since = page_of(begun.organisation_id).follow_ups_since
    assert since is not None
    client.post("/employer/", data={**form, "follow_ups": "y", "welcome": "Hello"})
    assert page_of(begun.organisation_id).follow_ups_since == since  # it stays when something else is changed
    client.post("/employer/", data=form)
    assert page_of(begun.organisation_id).follow_ups_since is None


def test_in_practice_it_is_always_on(make, heard):
    from webapp.practice.operations import built_in_set, start

    person = make.user(Role.CANDIDATE)
    interview = start(person, built_in_set(person))
    assert operations.is_switched_on(interview) and operations.may_be_asked(interview)
    assert len(operations.offered(interview.question_set.questions[0])) == 2
    assert {each.kind for each in interview.question_set.follow_ups} == {QuestionKind.VIDEO}
