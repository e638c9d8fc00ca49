"""Whose analysis is next: organisations have turns, and practice goes first (webapp/core/turns.py)."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import answer_all
from webapp.accounts.models import Role
from webapp.analysis import leases, operations, runner, sweeper, tasks
from webapp.analysis.models import Analysis, AnalysisState
from webapp.core.database import db, new_id, now
from webapp.core.turns import PATIENCE, Turn
from webapp.interviews.models import Answer, Interview
from webapp.policy import Modality


@pytest.fixture
def queue(make, app, monkeypatch):
    """Queue so many analyses for an organisation, or for practice with None, some time ago (seconds)."""
    monkeypatch.setattr(tasks.read_words, "delay", lambda _analysis_id: None)
    moment, by = now(), make.user(Role.ADMIN)
    position, questions = make.position(created_by=by), make.question_set("text", created_by=by)

    def queue(organisation, number, ago=0.0):
        ids = []
        for place in range(number):
            if organisation is None:
                interview = make.practice(by, question_set=questions)
            else:
                invitation = make.invitation(position=position, question_set=questions, created_by=by)
                interview = make.interview(invitation=invitation, organisation_id=organisation.id)
            answer_all(make, interview)
            operations.queue_interview(interview)
            (analysis,) = operations.analyses_of(interview)
            assert analysis.state is AnalysisState.QUEUED, analysis.reason_code
            analysis.created_at = moment - timedelta(seconds=ago - 0.001 * place)
            ids.append(analysis.id)
        db.session.commit()
        return ids

    return queue


def take() -> str | None:
    return leases.WORDS.take(leases.new_owner())


def finish(analysis_id: str) -> None:
    leases.WORK.update(Analysis.id == analysis_id, state=AnalysisState.DONE, lease_owner=None, lease_until=None)


def one_worker(number: int) -> list[str]:
    """What one worker does, one after the other."""
    done = []
    for _ in range(number):
        if (taken := take()) is None:
            break
        done.append(taken)
        finish(taken)
    return done


def test_who_has_one_answer_waits_for_one_of_whoever_has_many(make, queue):
    large, small = make.organisation("Large"), make.organisation("Small")
    many = queue(large, 6, ago=600)
    one = queue(small, 1)
    done = one_worker(9)
    assert done.index(one[0]) <= 1
    assert sorted(done) == sorted(many + one)
    assert [each for each in done if each in many] == many  # within an organisation: first come, first served


def test_organisations_take_turns(make, queue):
    first, second, third = (make.organisation(name) for name in ("A", "B", "C"))
    whose = dict.fromkeys(queue(first, 5, ago=300), "a") | dict.fromkeys(queue(second, 3, ago=200), "b")
    whose |= dict.fromkeys(queue(third, 2, ago=100), "c")
    assert "".join(whose[each] for each in one_worker(10)) == "abcabcabaa"


def test_several_workers_are_shared_by_what_they_have_in_hand(make, queue):
    large, small = make.organisation("Large"), make.organisation("Small")
    many = queue(large, 5, ago=600)
    held = [take() for _ in range(3)]
    assert held == many[:3]  # nobody else waits: all of them
    mine = queue(small, 4)
    finish(many[0])
    assert [take(), take()] == mine[:2]  # until as much of both is in hand
    db.session.execute(sa.update(Turn).values(taken_at=now()))
    db.session.commit()
    assert take() in (many[3], mine[2])


def test_practice_goes_first_but_keeps_nobody_out_for_ever(make, queue):
    organisation = make.organisation("Large")
    assessed = queue(organisation, 3, ago=600)
    db.session.add(Turn(work="transcripts", share=organisation.id, taken_at=now()))
    practised = queue(None, 3)
    assert one_worker(2) == practised[:2]
    long_ago = now() - PATIENCE - timedelta(seconds=1)
    db.session.execute(sa.update(Turn).values(taken_at=long_ago))
    db.session.commit()
    assert one_worker(2) == [assessed[0], practised[2]]
    assert one_worker(9) == assessed[1:]


def test_a_message_takes_what_is_next_and_each_row_is_taken_once(make, queue, models):
    """As many messages as rows do all of them, whatever order they come in; one that comes twice makes nothing twice."""
    rows = queue(make.organisation("A"), 2, ago=60) + queue(make.organisation("B"), 2)
    for message in [*reversed(rows), rows[0], "0" * 32]:
        tasks.read_words(message)
    assert len(models["calls"]) == 4
    assert set(db.session.scalars(sa.select(Analysis.state))) == {AnalysisState.DONE}


def test_what_is_to_be_tried_later_waits_for_its_time_and_not_for_the_next_message(make, queue, models):
    (row,) = queue(make.organisation("A"), 1)
    models["text"] = RuntimeError("once")
    tasks.read_words(row)
    tasks.read_words(row)
    analysis = db.session.get(Analysis, row, populate_existing=True)
    assert (analysis.state, analysis.attempts, len(models["calls"])) == (AnalysisState.QUEUED, 1, 1)
    leases.WORK.update(Analysis.id == row, lease_until=now() - timedelta(seconds=1))
    assert runner.run_next(leases.WORDS) is True and len(models["calls"]) == 2


def test_what_took_its_worker_down_waits_for_the_sweep_and_takes_down_nobody_else(make, queue):
    dead, other = queue(make.organisation("A"), 2)
    past = now() - timedelta(seconds=1)
    leases.WORK.update(Analysis.id == dead, state=AnalysisState.RUNNING, lease_owner="killed", lease_until=past)
    assert (take(), take()) == (other, None)
    assert sweeper.sweep() == 1 and take() == dead


def test_words_wait_for_no_face_or_voice_and_these_for_no_words(make, queue, models):
    """The rows are the same table's; each kind of worker sees its own alone, in hand and waiting."""
    first, second, third = queue(make.organisation("A"), 3, ago=60)
    leases.WORK.update(Analysis.id.in_([first, second]), modality=Modality.FACE)
    assert take() == third and take() is None
    assert leases.FACES_AND_VOICES.take(leases.new_owner()) == first
    in_hand = [sa.select(Analysis.id).where(line.in_hand(now())) for line in leases.LINES]
    assert [db.session.scalars(each).all() for each in in_hand] == [[first], [third]]


def test_a_message_that_announces_words_where_they_were_announced_before_goes_on_to_their_queue(
    make, queue, models, monkeypatch
):
    """Viva is updated while it lies in the queue of analyses."""
    (row,) = queue(make.organisation("A"), 1)
    sent: list[str] = []
    monkeypatch.setattr(tasks.read_words, "delay", sent.append)
    tasks.run(row)
    assert sent == [row] and not models["calls"]
    leases.WORK.update(Analysis.id == row, modality=Modality.FACE)
    tasks.run("0" * 32)  # of a row that is gone: there is something to do all the same
    assert sent == [row] and db.session.get(Analysis, row, populate_existing=True).attempts == 1


def test_a_choice_asks_the_database_a_few_times_however_much_waits(make, queue):
    """Once who waits, once what is in hand, once whose turn was when, once for the first in line; then the claim."""
    for name in "ABCDE":
        queue(make.organisation(name), 2)
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement.split()[0])

    sa.event.listen(db.engine, "before_cursor_execute", note)
    take()
    sa.event.remove(db.engine, "before_cursor_execute", note)
    assert statements == ["SELECT"] * 4 + ["UPDATE", "UPDATE", "INSERT"]


def test_a_long_queue_is_announced_bit_by_bit(make, queue, monkeypatch):
    rows = queue(make.organisation("A"), 5)
    sent: list[str] = []
    monkeypatch.setattr(tasks.read_words, "delay", sent.append)
    monkeypatch.setattr("webapp.analysis.sweeper.SENT_AT_ONCE", 2)
    leases.WORK.update(sa.true(), lease_until=now() - timedelta(seconds=1))
    assert sweeper.sweep() == 2 and len(set(sent)) == 2
    assert sweeper.sweep() == 2 and sweeper.sweep() == 1 and sweeper.sweep() == 0
    assert sorted(sent) == sorted(rows)


@pytest.mark.full
def test_a_choice_among_thousands_takes_no_time_worth_speaking_of(make, queue):
    """A worker chooses before each analysis, also while 20,000 of two organisations wait."""
    shares = [make.organisation(name) for name in ("A", "B")]
    for share, row in zip(shares, queue(None, 2), strict=True):
        first = db.session.get(Analysis, row)
        interview, question = first.interview, first.answer.question_id
        with db.engine.begin() as connection:
            like = (
                connection.execute(sa.select(Interview.__table__).where(Interview.id == interview.id)).one()._asdict()
            )
            keys = [new_id() for _ in range(10_000)]
            answers = [{"id": new_id(), "interview_id": key, "question_id": question} for key in keys]
            waiting = [
                {"id": new_id(), "interview_id": answer["interview_id"], "answer_id": answer["id"],
                 "modality": Modality.TEXT, "state": AnalysisState.QUEUED, "progress": 0.0, "attempts": 0}
                for answer in answers
            ]  # fmt: skip
            connection.execute(
                sa.insert(Interview.__table__), [like | {"id": key, "organisation_id": share.id} for key in keys]
            )
            connection.execute(sa.insert(Answer.__table__), answers)
            connection.execute(sa.insert(Analysis.__table__), waiting)
    began = time.process_time()
    taken = {take() for _ in range(10)}
    assert len(taken) == 10 and None not in taken
    assert time.process_time() - began < 10 * 0.5
