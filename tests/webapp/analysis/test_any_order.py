"""An interview whose steps come in any order, with workers that die and messages that are lost, doubled or poisoned.

Hypothesis looks for a sequence that breaks a promise, and makes it as short as it can.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.webapp.analysis.samples import READINGS
from tests.webapp.recordings.conftest import _webm
from webapp.analysis import leases, operations, sweeper
from webapp.analysis.models import FINISHED, Analysis, AnalysisState
from webapp.candidate import operations as candidate
from webapp.core import database, events, queues
from webapp.core.database import db
from webapp.core.storage import storage
from webapp.interviews.answering import AnsweringError, check_may_finish, show_question
from webapp.interviews.models import Interview, InterviewState
from webapp.policy import Purpose
from webapp.recordings import operations as recordings
from webapp.recordings import verification
from webapp.recordings.models import Recording, RecordingState
from webapp.recordings.operations import UploadError
from webapp.recordings.takes import begin_take
from webapp.reports.models import Report

TASKS = (queues.RUN_ANALYSIS, queues.READ_WORDS, queues.BUILD_REPORT, queues.VERIFY_RECORDING)
LATER = st.sampled_from([1, 31, 130, 400, 3600])
ANY = st.integers(0, 7)
#: Sweeps, each two minutes after the one before, within which everything must have come to its end.
ROUNDS = 15


class Clock(datetime):
    """What `webapp.core.database.now` asks; it goes forward by hand as well."""

    off = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return datetime.now(tz) + cls.off


class World:
    """What all sequences share: the application, its makers, a recording, and what stands in the models' place."""

    def __init__(self, app: Any, make: Any, models: dict[str, Any], data: bytes) -> None:
        self.make, self.models, self.data = make, models, data
        self.tasks = {name: app.extensions["celery"].tasks[name] for name in TASKS}
        self.messages: list[tuple[str, str]] = []


@pytest.fixture
def world(app, make, models, monkeypatch: pytest.MonkeyPatch) -> World:
    found = World(app, make, models, _webm(1.5))
    for name, task in found.tasks.items():
        monkeypatch.setattr(task, "delay", lambda key, name=name: found.messages.append((name, key)))
    monkeypatch.setattr(database, "datetime", Clock)
    return found


class Steps(RuleBasedStateMachine):
    """One interview of a video and a text."""

    world: World
    CLAIMS: ClassVar[dict[str, Callable[[str], object]]] = {
        queues.RUN_ANALYSIS: leases.FACES_AND_VOICES.take, queues.READ_WORDS: leases.WORDS.take, queues.VERIFY_RECORDING: verification.claim_next
    }  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        db.session.rollback()
        Clock.off = timedelta()
        self.world.messages.clear()
        self.heal()
        make = self.world.make
        self.key = make.interview(invitation=make.invitation(question_set=make.question_set("video text"))).id
        self.checksum = hashlib.sha256(self.world.data).hexdigest()
        self.uploads: list[str] = []
        self.confirmed: set[str] = set()
        self.text: str | None = None

    @property
    def interview(self) -> Interview:
        db.session.expire_all()
        return db.session.get_one(Interview, self.key)

    @property
    def is_open(self) -> bool:
        return self.interview.state is InterviewState.OPEN

    def _answer(self, number: int) -> Any:
        interview = self.interview
        return show_question(interview, interview.question_set.questions[number])

    def _try(self, step: Callable[[], object]) -> bool:
        """One request: it commits, or is refused for a reason that people are told."""
        try:
            step()
        except (AnsweringError, UploadError):
            db.session.rollback()
            return False
        db.session.commit()
        return True

    # what a candidate does

    @rule()
    def begin(self) -> None:
        def step() -> None:
            recording = recordings.begin(begin_take(self._answer(0)), "video/webm")
            recordings.declare_length(recording, len(self.world.data))
            self.uploads.append(recording.id)

        self._try(step)

    def _upload(self, number: int) -> Recording | None:
        return db.session.get(Recording, self.uploads[number % len(self.uploads)]) if self.uploads else None

    @rule(number=ANY, skipped=st.sampled_from([0, 0, 0, 1000]), parts=st.integers(1, 3))
    def send(self, number: int, skipped: int, parts: int) -> None:
        """A part, or some, or one that comes before its turn; of what is begun for it, where nothing is."""
        if not self.uploads:
            self.begin()
        if (recording := self._upload(number)) is None or not self.is_open:
            return
        at = recordings.offset_of(recording)
        block = self.world.data[at + skipped : at + skipped + parts * len(self.world.data) // 3 + 1]
        took = self._try(lambda: recordings.append(recording, at + skipped, block))
        assert not (took and skipped), "a part was taken before its turn"

    @rule(number=ANY)
    def finish(self, number: int) -> None:
        if (recording := self._upload(number)) is None:
            return

        def step() -> None:
            check_may_finish(recording.take.answer)
            recordings.finish(recording, sha256=self.checksum)

        key = recording.id
        if self._try(step):
            self.confirmed.add(key)

    @rule(text=st.sampled_from(["We plan, we try, we learn.", "Another answer of some words.", " "]))
    def write(self, text: str) -> None:
        if self._try(lambda: candidate.save_text(self._answer(1), text)):
            self.text = text

    @rule(sure=st.sampled_from([False, False, False, True]))
    def submit(self, sure: bool = True) -> None:
        """Seldom, for nothing more can be answered after it."""
        if not sure:
            return
        self._try(lambda: candidate.submit(self.interview, incomplete=True))

    @rule(gone=st.sampled_from([frozenset(), {Purpose.TEXT}, {Purpose.FACE, Purpose.VOICE}, {Purpose.RECORDING}]))
    def consent(self, gone: frozenset[Purpose]) -> None:
        self._try(lambda: candidate.record_consents(self.interview, set(Purpose) - gone))
        if Purpose.RECORDING in gone:
            self.confirmed.clear()
            self.uploads.clear()

    @precondition(lambda self: self.is_open)
    @rule()
    def do_all(self) -> None:
        """The whole way at once, as most candidates go it."""
        self.write("We plan, we try, we learn, and then we plan again.")
        self.begin()
        self.send(len(self.uploads) - 1, 0, 3)
        self.finish(len(self.uploads) - 1)
        for message in [each for each in self.world.messages if each[0] == queues.VERIFY_RECORDING]:
            self._work(*message)
        self.submit()

    # what happens to messages and workers

    @precondition(lambda self: self.world.messages)
    @rule(number=ANY)
    def work(self, number: int) -> None:
        """A worker takes one of the messages that wait, whichever."""
        self._work(*self.world.messages.pop(number % len(self.world.messages)))

    @precondition(lambda self: self.world.messages)
    @rule(number=ANY, copies=st.sampled_from([0, 2]))
    def lose_or_double(self, number: int, copies: int) -> None:
        message = self.world.messages.pop(number % len(self.world.messages))
        self.world.messages += [message] * copies

    @precondition(lambda self: any(name in self.CLAIMS for name, _key in self.world.messages))
    @rule(number=ANY)
    def die(self, number: int) -> None:
        """A worker takes a message, and the row, and is never heard of again."""
        there = [each for each in self.world.messages if each[0] in self.CLAIMS]
        name, key = there[number % len(there)]
        self.world.messages.remove((name, key))
        db.session.rollback()
        self.CLAIMS[name](leases.new_owner())
        db.session.commit()

    def _work(self, name: str, key: str) -> None:
        db.session.rollback()
        self.world.tasks[name](key)
        db.session.rollback()

    @rule(name=st.sampled_from(TASKS), key=st.sampled_from(["0" * 32, "", "x" * 500]))
    def poison(self, name: str, key: str) -> None:
        self._work(name, key)

    @rule()
    def sweep(self) -> None:
        db.session.rollback()
        events.send_sweep()
        db.session.commit()

    @rule(seconds=LATER)
    def wait(self, seconds: int) -> None:
        Clock.off += timedelta(seconds=seconds)

    @rule(name=st.sampled_from(["face", "speech", "text"]))
    def break_model(self, name: str) -> None:
        self.world.models[name] = RuntimeError("broken")

    @rule()
    def heal(self) -> None:
        self.world.models.update({name: make() for name, make in READINGS.items()})

    # what must hold

    @invariant()
    def nothing_confirmed_is_lost(self) -> None:
        db.session.rollback()
        for key in self.confirmed:
            row = db.session.get(Recording, key)
            assert row is not None, "a confirmed recording is gone"
            assert row.state in (RecordingState.VERIFYING, RecordingState.READY), row.reason_code
            if row.original_key:
                data = storage.read(row.original_key)
            else:
                with storage.uploads.local_path(key) as path:
                    data = path.read_bytes()
            assert data == self.world.data
        if self.text is not None:
            assert self._answer(1).text == self.text

    @invariant()
    def nothing_is_counted_twice(self) -> None:
        rows = operations.analyses_of(self.interview)
        assert len({(row.answer_id, row.modality) for row in rows}) == len(rows)
        assert db.session.scalar(sa.select(sa.func.count()).where(Report.interview_id == self.key)) in (0, 1)
        given = [answer for answer in self.interview.answers if answer.kept_take]
        assert all(sum(take.kept for take in answer.takes) <= 1 for answer in given)

    @invariant()
    def what_failed_says_so(self) -> None:
        for row in operations.analyses_of(self.interview):
            assert row.state not in (AnalysisState.FAILED, AnalysisState.NOT_DONE) or row.reason

    def teardown(self) -> None:
        """With models that work, all comes to its end by the sweep alone; what failed can be tried again."""
        db.session.rollback()
        self.heal()
        self._settle()
        failed = [row for row in operations.analyses_of(self.interview) if row.state is AnalysisState.FAILED]
        for row in failed:
            operations.retry(row)
        db.session.commit()
        self._settle()
        rows = operations.analyses_of(self.interview)
        assert {row.state for row in rows} <= {AnalysisState.DONE, AnalysisState.NOT_DONE}
        self.nothing_confirmed_is_lost()
        if rows:
            assert db.session.scalar(sa.select(Report.id).where(Report.interview_id == self.key)), "no report"

    def _settle(self) -> None:
        for _round in range(ROUNDS):
            Clock.off += timedelta(seconds=130)
            self.sweep()
            while self.world.messages:
                self._work(*self.world.messages.pop(0))
            if not self._unfinished():
                return
        raise AssertionError(f"stuck: {self._unfinished()}")

    def _unfinished(self) -> list[Any]:
        rows: list[Any] = [row for row in operations.analyses_of(self.interview) if row.state not in FINISHED]
        takes = [take for answer in self.interview.answers for take in answer.takes]
        rows += [
            each.recording for each in takes if each.recording and each.recording.state is RecordingState.VERIFYING
        ]
        if rows or self.is_open:
            return rows
        if db.session.scalar(sa.select(Analysis.id).where(Analysis.interview_id == self.key).limit(1)) is None:
            return []
        built = db.session.scalar(sa.select(Report.id).where(Report.interview_id == self.key))
        return [] if built else ["the report"]


def run(world: World, examples: int, steps: int, phases: tuple[Phase, ...] = (Phase.generate, Phase.shrink)) -> None:
    class Here(Steps):
        pass

    Here.world = world
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck), phases=phases, print_blob=False,
    )  # fmt: skip
    run_state_machine_as_test(Here, settings=chosen)


@pytest.mark.full
def test_no_order_of_steps_loses_doubles_or_holds_up_anything(world):
    run(world, examples=60, steps=30)


def sweep_nothing(patch: pytest.MonkeyPatch) -> None:
    """Rows whose worker died, and whose message was lost, are left as they are."""
    patch.setattr(sweeper, "sweep", lambda: 0)


def take_parts_in_any_order(patch: pytest.MonkeyPatch) -> None:
    """A part that comes before its turn is answered as if it had been taken."""
    append = recordings.append

    def take(recording: Recording, offset: int, block: bytes) -> object:
        return None if offset != recordings.offset_of(recording) else append(recording, offset, block)

    patch.setattr(recordings, "append", take)


def keep_the_first_text(patch: pytest.MonkeyPatch) -> None:
    """A second text that is confirmed and not stored."""
    save = candidate.save_text
    patch.setattr(candidate, "save_text", lambda answer, text: None if answer.text else save(answer, text))


@pytest.mark.full
@pytest.mark.parametrize(
    "broken", [sweep_nothing, take_parts_in_any_order, keep_the_first_text], ids=lambda each: each.__name__
)
def test_a_broken_promise_is_found(world, monkeypatch, broken):
    broken(monkeypatch)
    with pytest.raises((AssertionError, ExceptionGroup)):
        run(world, examples=60, steps=30, phases=(Phase.generate,))
