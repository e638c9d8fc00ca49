"""Question by question: think time, written answers, takes, deadlines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from webapp.candidate import operations
from webapp.candidate.progress import duration
from webapp.core.database import db, now
from webapp.interviews.answering import AnsweringError, think_seconds_left
from webapp.interviews.models import Answer, Take
from webapp.questions.models import SetState
from webapp.recordings.models import RecordingState
from webapp.recordings.takes import begin_take


@pytest.fixture
def interview(make, open_interview):
    return open_interview(make.interview())


def url_of(interview, position: int, more: str = "") -> str:
    return f"/interview/{interview.id}/questions/{position}{more}"


@pytest.fixture
def thoughtful(make, open_interview):
    """An interview whose first question has 90 seconds of think time."""
    questions = make.question_set(state=SetState.DRAFT)
    questions.questions[0].think_seconds = 90
    questions.state = SetState.PUBLISHED
    db.session.commit()
    return open_interview(make.interview(invitation=make.invitation(question_set=questions)))


def test_a_question_with_think_time_is_covered_until_asked_for(client, thoughtful):
    interview, question = thoughtful, thoughtful.question_set.questions[0]
    page = client.get(url_of(interview, 1)).text
    assert question.prompt not in page
    assert "1 minute 30 seconds to think" in page
    assert question.prompt not in client.get(f"/interview/{interview.id}/review").text
    client.post(url_of(interview, 1, "/show"))
    page = client.get(url_of(interview, 1)).text
    assert question.prompt in page
    assert "Time to think" in page


def test_the_think_time_runs_by_the_servers_clock(client, thoughtful):
    interview = thoughtful
    client.post(url_of(interview, 1, "/show"))
    answer = db.session.query(Answer).one()
    answer.shown_at -= timedelta(seconds=60)
    db.session.commit()
    assert 25 < think_seconds_left(answer) <= 30
    client.post(url_of(interview, 1, "/show"))  # again: the clock does not start anew
    db.session.refresh(answer)
    assert think_seconds_left(answer) <= 30
    answer.shown_at -= timedelta(days=1)
    assert think_seconds_left(answer) == 0


def test_written_answers_are_saved_while_typing_and_on_going_on(client, interview):
    saved = client.post(url_of(interview, 3, "/text"), json={"text": "Three small words"})
    assert saved.json["words"] == 3
    assert "Three small words" in client.get(url_of(interview, 3)).text
    answer = client.post(url_of(interview, 3, "/text"), data={"text": "Other words\r\nnow"})
    assert answer.headers["Location"].endswith("/review")
    assert db.session.query(Answer).one().text == "Other words\nnow"


def test_a_written_answer_has_an_end(client, interview):
    answer = client.post(url_of(interview, 3, "/text"), json={"text": "x" * (operations.LONGEST_TEXT + 1)})
    assert answer.status_code == 403
    assert "at most 20,000" in answer.json["error"]["message"]
    assert client.post(url_of(interview, 3, "/text"), json={"text": ["no"]}).status_code == 400


def test_words_are_escaped(client, interview):
    client.post(url_of(interview, 3, "/text"), json={"text": "</textarea><script>alert(1)</script>"})
    assert "<script>alert" not in client.get(url_of(interview, 3)).text


def test_choosing_a_take(client, make, interview, recorded):
    answer = make.answer(interview, interview.question_set.questions[0])
    first, second = recorded(answer), recorded(answer)
    assert answer.kept_take is second
    client.post(url_of(interview, 1, f"/keep/{first.id}"))
    db.session.expire_all()
    assert answer.kept_take is first
    page = client.get(url_of(interview, 1)).text
    assert "1 of 3 takes left" in page
    assert page.count("Use this take") == 1
    assert "the take you chose of 2" in client.get(f"/interview/{interview.id}/review").text


def test_a_take_cut_short_or_made_by_accident_replaces_no_complete_one_by_itself(client, make, interview, recorded):
    answer = make.answer(interview, interview.question_set.questions[0])
    broken = recorded(answer, interrupted=True)
    assert answer.kept_take is broken  # better than nothing, and said
    page = client.get(f"/interview/{interview.id}/review").text
    assert "this take was interrupted" in page
    assert "Recording broke off before the end of this answer" in page
    whole = recorded(answer)
    accident = recorded(answer, seconds=1.4)
    db.session.expire_all()
    assert answer.kept_take is whole
    page = client.get(f"/interview/{interview.id}/review").text
    assert "interrupted" not in page
    assert "broke off" not in page
    client.post(url_of(interview, 1, f"/keep/{accident.id}"))
    db.session.expire_all()
    assert answer.kept_take is accident  # somebody's own choice


def test_the_newest_of_equal_takes_is_submitted(make, interview, recorded):
    answer = make.answer(interview, interview.question_set.questions[0])
    recorded(answer, seconds=1.2, interrupted=True)
    short = recorded(answer, seconds=1.4)
    assert answer.kept_take is short
    longer = recorded(answer, interrupted=True)
    recorded(answer, seconds=1.4)
    db.session.expire_all()
    assert answer.kept_take is longer  # more of an answer than a slip of the finger


def test_the_link_leads_back_to_a_recording_that_broke_off(client, make, interview, recorded):
    first, second, _ = interview.question_set.questions
    recorded(make.answer(interview, first))
    take = recorded(make.answer(interview, second), RecordingState.RECEIVING, length=None)
    page = client.get(f"/interview/{interview.id}").text
    assert "Go back to question 2: its recording broke off before all of it was saved" in page
    assert f'href="{url_of(interview, 2)}"' in page
    take.recording.state = RecordingState.READY
    db.session.commit()
    assert "Continue with question 3" in client.get(f"/interview/{interview.id}").text


def test_a_take_that_is_not_saved_cannot_be_chosen(client, make, interview, recorded):
    answer = make.answer(interview, interview.question_set.questions[0])
    take = recorded(answer, RecordingState.VERIFYING)
    client.post(url_of(interview, 1, f"/keep/{take.id}"))
    assert not db.session.get(Take, take.id, populate_existing=True).kept


def test_the_takes_of_others_cannot_be_chosen(client, make, interview, recorded):
    other = make.interview()
    take = recorded(make.answer(other, other.question_set.questions[0]))
    assert client.post(url_of(interview, 1, f"/keep/{take.id}")).status_code == 404
    assert client.post(f"/interview/{other.id}/questions/1/keep/{take.id}").status_code == 404


def test_all_takes_used(client, make, interview, recorded):
    answer = make.answer(interview, interview.question_set.questions[0])
    for _ in range(3):
        recorded(answer)
    assert "0 of 3 takes left" in client.get(url_of(interview, 1)).text
    with pytest.raises(AnsweringError, match="all your takes"):
        begin_take(answer)


def test_nothing_new_after_the_deadline_but_what_was_begun(client, make, interview):
    make.answer(interview, interview.question_set.questions[2]).shown_at -= timedelta(minutes=10)
    interview.invitation.deadline = now() - timedelta(minutes=1)
    db.session.commit()
    assert client.post(url_of(interview, 3, "/text"), json={"text": "Just in time."}).status_code == 200
    answer = client.get(url_of(interview, 1), follow_redirects=True)
    assert "The deadline has passed" in answer.text
    assert "Review and submit" in answer.text


@pytest.mark.parametrize("position", [0, 4, 99])
def test_there_is_no_such_question(client, interview, position):
    assert client.get(url_of(interview, position)).status_code == 404


def test_the_rubric_is_never_shown(client, interview):
    for page in ("", "/questions/1", "/questions/3", "/review", "/check", "/consent"):
        assert "An example." not in client.get(f"/interview/{interview.id}{page}").text


def test_the_connection_test_counts_and_forgets(client, interview):
    assert client.post(f"/interview/{interview.id}/probe", data=b"x" * 1000).json == {"received": 1000}


def test_words_for_times():
    assert [duration(n) for n in (0, 30, 60, 90, 120)] == [
        "0 seconds",
        "30 seconds",
        "1 minute",
        "1 minute 30 seconds",
        "2 minutes",
    ]
