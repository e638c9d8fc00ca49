"""Ten thousand interviews, ten of them to review: the ten made as candidates make them, the others written in bulk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bench.serving import say
from ml.media import synthetic

#: Who reviews, and with which password.
EMAIL, PASSWORD = "rosa@viva.example", "a bench of its own, every time"
POSITIONS, BATCH = 20, 500
#: What is searched for in what was said: common and rare words, phrases, beginnings, accents.
QUERIES = (
    "orders", "lock", "deadline", "the", "and we", "colleague plan", '"booking system"', '"two workers"', "holid*",
    "Zoë", "lukasz", "محمد", "manager -lock", "sup* team", '"asked her to show"', "kafka", "wörter", "naive cafe",
    "r*", "quorum queue", '"did not lose"', "élodie orders", "rel*", "simple words", "-orders manager", "postgres",
    '"my first week"', "migration", "nobodysaidthis", "weasel OR otter",
)  # fmt: skip
_FIRST = "Zoë Łukasz محمد Élodie Kim Anna José Maria Jörg Aiko Omar Inès Noor Tomasz Chloé Amara Wei Priya".split()
_LAST = "Tremblay Nowak أحمد Brûlé Lee Kowalska Núñez Silva Weiß Sato Haddad Costa Khan Zieliński Roy Diallo".split()
_RARE = "kafka postgres quorum weasel otter terraform naïve café Wörter żółć migration holiday latency".split()


@dataclass(frozen=True)
class Prepared:
    """What is in the database: interviews in all, and the ids of those to review."""

    interviews: int
    to_review: list[str]


def fill(home: Path, interviews: int, to_review: int) -> Prepared:
    """Make a database in ``home``; the ten are the ones that waited longest."""
    import flask_migrate

    from webapp import create_app
    from webapp.core.database import db

    app = create_app({"HOME": home})
    with app.app_context():
        flask_migrate.upgrade()
        setting = _Setting()
        say(f"{to_review} interviews with recordings")
        ids = _played(setting, to_review)
        say(f"{interviews - to_review} more interviews")
        for first in range(0, interviews - to_review, BATCH):
            _others(setting, first, min(BATCH, interviews - to_review - first))
        db.session.commit()
        from webapp.interviews.models import Interview

        count = db.session.query(Interview).count()
        db.session.remove()
        db.engine.dispose()
    return Prepared(count, ids)


class _Setting:
    """People, positions and the set of three questions with a competency each."""

    def __init__(self) -> None:
        from webapp.accounts.models import Role, User
        from webapp.accounts.operations import enrol, first_organisation
        from webapp.core.database import db
        from webapp.positions.operations import create_position
        from webapp.questions import operations as sets
        from webapp.questions.guide import Competency, ScoringGuide
        from webapp.questions.models import QuestionKind

        organisation = first_organisation().id
        self.me = User(role=Role.ADMIN, name="Rosa Moreau", email=EMAIL, organisation_id=organisation)
        self.me.set_password(PASSWORD)
        self.colleague = User(
            role=Role.ADMIN, name="Ada Lindqvist", email="ada@viva.example", organisation_id=organisation
        )
        self.colleague.lock_password()
        for person in (self.me, self.colleague):
            enrol(person)
        self.question_set = sets.create_set(title="First conversation", introduction="", by=self.me)
        levels = {1: "Nothing of it", 3: "About half of it", 5: "All of it, with an example"}
        for name, prompt in (
            ("Problem solving", "Tell us about a problem that you solved."),
            ("Working together", "Tell us about a disagreement at work."),
            ("Motivation", "Why would you like to work here?"),
        ):
            points = ["Gives a concrete example.", "Says what came of it."]
            guide = ScoringGuide([Competency("c1", name, levels, points)])
            sets.add_question(
                self.question_set, kind=QuestionKind.VIDEO, prompt=prompt, think_seconds=0, limit_seconds=90,
                takes_allowed=3, guide=guide, by=self.me,
            )  # fmt: skip
        sets.publish(self.question_set, by=self.me)
        self.positions = [
            create_position(title=f"Support engineer {number}", city="Montréal", country="CA", by=self.me)
            for number in range(1, POSITIONS + 1)
        ]
        self.random = np.random.default_rng(20261201)
        self.words = " ".join(synthetic.ANSWERS.values()).split()
        self.recordings: list[dict[str, Any]] = []
        db.session.commit()

    def name(self) -> str:
        """A made-up name."""
        return f"{self.random.choice(_FIRST)} {self.random.choice(_LAST)}"

    def said(self) -> list[str]:
        """Forty words in stretches of our own answers, now and then a rare one."""
        words: list[str] = []
        while len(words) < 40:
            at = int(self.random.integers(len(self.words) - 8))
            words += self.words[at : at + 8]
            if self.random.random() < 0.1:
                words.append(str(self.random.choice(_RARE)))
        return words[:40]


def _played(setting: _Setting, number: int) -> list[str]:
    """Interviews whose recordings play: made, sent, verified and submitted by the operations that browsers call."""
    from webapp.candidate import operations as candidate
    from webapp.core.database import db, now
    from webapp.interviews.answering import show_question
    from webapp.interviews.models import InterviewState
    from webapp.interviews.operations import create_invitation
    from webapp.policy import Purpose
    from webapp.recordings.models import Recording, RecordingState
    from webapp.recordings.takes import begin_take
    from webapp.transcripts import store
    from webapp.transcripts.models import Origin

    ids = []
    until = now() + timedelta(days=7)
    for each in range(number):
        invitation = create_invitation(
            position=setting.positions[0], question_set=setting.question_set, name=f"{_FIRST[each % len(_FIRST)]} Roy",
            email=f"candidate{each}@viva.example", deadline=until, by=setting.me,
        )  # fmt: skip
        interview = candidate.open_interview(invitation)
        candidate.record_consents(interview, {Purpose.RECORDING})
        for place, question in enumerate(interview.question_set.questions):
            answer = show_question(interview, question)
            take = begin_take(answer)
            if not each:
                setting.recordings.append(_record(take, place))
            else:  # the same file again
                take.recording = Recording(**setting.recordings[place], state=RecordingState.READY)
            db.session.flush()
            db.session.refresh(answer)
            store.add(answer, _transcript(synthetic.ANSWERS[_KEYS[place]].split()[:14]), Origin.TYPED, by_machine=False)
        candidate.submit(interview)
        interview.submitted_at = now() - timedelta(days=30, minutes=number - each)
        db.session.commit()
        if interview.state is not InterviewState.SUBMITTED:
            raise RuntimeError("An interview was not submitted")
        ids.append(interview.id)
    return ids


_KEYS = ("project", "conflict", "why")


def record(take: Any, answer: str, seconds: float, seed: int) -> Any:
    """Send a talking face that says ``answer`` for so many seconds; returns its verified recording.

    Raises RuntimeError where it was not accepted.
    """
    from webapp.core.database import db
    from webapp.recordings import operations, verification

    with tempfile.TemporaryDirectory(prefix="viva-bench-") as folder:
        body = synthetic.talking_face(Path(folder) / "take.mp4", answer, seconds, seed=seed).read_bytes()
    recording = operations.begin(take, "video/mp4;codecs=avc1,mp4a.40.2")
    operations.declare_length(recording, len(body))
    operations.append(recording, 0, body)
    operations.finish(recording)
    db.session.commit()
    verification.verify(recording)
    db.session.commit()
    if not recording.is_ready:
        raise RuntimeError(f"A recording was not accepted: {recording.reason}")
    return recording


def _record(take: Any, place: int) -> dict[str, Any]:
    """Record four seconds; returns what another recording of the same file says."""
    recording = record(take, synthetic.ANSWERS[_KEYS[place]], 4, seed=place)
    copied = (
        "media_type", "received", "length", "sha256", "original_key", "playable_key", "seconds", "width", "height",
        "has_video", "has_audio", "media_info", "received_at", "ready_at",
    )  # fmt: skip
    return {name: getattr(recording, name) for name in copied}


def _transcript(words: list[str]) -> Any:
    from ml.transcripts.transcript import Transcript, Word

    return Transcript([Word(text, number * 0.28, number * 0.28 + 0.25) for number, text in enumerate(words)], "en")


def _others(setting: _Setting, first: int, number: int) -> None:
    """Decided interviews by the rows that the operations would leave: a statement for each table."""
    import sqlalchemy as sa

    from webapp.core.database import db

    tables: dict[Any, list[dict[str, Any]]] = {}
    for each in range(first, first + number):
        for model, row in _rows(setting, each):
            tables.setdefault(model, []).append(row)
    for model in sorted(tables, key=lambda each: each.__tablename__ == "search_documents"):  # they point at all others
        db.session.execute(sa.insert(model), tables[model])
    db.session.commit()


def _rows(setting: _Setting, number: int) -> Iterator[tuple[Any, dict[str, Any]]]:
    from webapp.core.database import new_id, now
    from webapp.interviews.models import Answer, Consent, Interview, InterviewState, Invitation, Take
    from webapp.policy import Mode, Purpose
    from webapp.positions.models import ReviewState
    from webapp.recordings.models import Recording, RecordingState
    from webapp.reports.models import Report
    from webapp.reviews.models import Decision, Outcome, Rating, Scorecard, ScorecardState
    from webapp.search.folding import RULES
    from webapp.search.models import SearchDocument, SearchEntry
    from webapp.search.operations import documents
    from webapp.transcripts.models import Origin, Transcript

    moment: datetime = now() - timedelta(days=29, seconds=-60 * number)
    name, email = setting.name(), f"person{number}@viva.example"
    invitation, interview, card = new_id(), new_id(), new_id()
    common = {
        "position_id": setting.positions[number % POSITIONS].id, "question_set_id": setting.question_set.id,
        "organisation_id": setting.me.organisation_id,
    }  # fmt: skip
    decision = new_id()
    yield Invitation, {
        "id": invitation, **common, "name": name, "email": email, "deadline": moment + timedelta(days=7),
        "created_at": moment - timedelta(days=3), "created_by_id": setting.me.id,
    }  # fmt: skip
    yield Interview, {
        "id": interview, **common, "mode": Mode.ASSESSMENT, "state": InterviewState.SUBMITTED,
        "invitation_id": invitation, "candidate_name": name, "started_at": moment, "submitted_at": moment,
        "review_state": ReviewState.DECIDED,
    }  # fmt: skip
    yield Consent, {"interview_id": interview, "purpose": Purpose.RECORDING, "granted": True, "text_version": "bench"}
    yield SearchEntry, {"invitation_id": invitation, "rules": RULES}
    for text in (name, email):
        for row in documents(invitation, text):
            yield SearchDocument, row
    yield Scorecard, {
        "id": card, "interview_id": interview, "reviewer_id": setting.colleague.id, "summary": "",
        "state": ScorecardState.SUBMITTED, "closed_at": moment,
    }  # fmt: skip
    for place, question in enumerate(setting.question_set.questions):
        answer, take, recording, transcript = (new_id() for _ in range(4))
        said = setting.said()
        yield Answer, {"id": answer, "interview_id": interview, "question_id": question.id, "shown_at": moment}
        yield Take, {"id": take, "answer_id": answer, "number": 1, "kept": True}
        yield Recording, {
            **setting.recordings[place], "id": recording, "take_id": take, "state": RecordingState.READY
        }  # fmt: skip
        yield Transcript, {
            "id": transcript, "answer_id": answer, "recording_id": recording, "version": 1, "origin": Origin.TYPED,
            "by_machine": False, "body": _transcript(said).to_json(),
        }  # fmt: skip
        yield Rating, {"scorecard_id": card, "question_id": question.id, "competency": "c1", "score": 1 + number % 5}
        for row in documents(invitation, " ".join(said), answer_id=answer, transcript_id=transcript):
            yield SearchDocument, row
    yield Report, {"interview_id": interview, "body": {}, "built_at": moment}
    yield Decision, {
        "id": decision, "final_at": moment,
        "interview_id": interview, "outcome": Outcome.HOLD, "reason": "The answers against the guide.",
        "by_id": setting.colleague.id, "decided_at": moment,
    }  # fmt: skip
