"""Which transcript an answer has. Knows the rows and the policy, and nothing of who asks for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ml.transcripts.transcript import Transcript as Words
from webapp.accounts.models import User
from webapp.core import events
from webapp.core.database import db
from webapp.core.once import asked_once, peek
from webapp.interviews.models import Answer, Interview
from webapp.policy import Modality, decide_for
from webapp.recordings.models import Recording
from webapp.transcripts.models import Origin, Transcript


def recording_of(answer: Answer) -> Recording | None:
    """The recording of the take that counts."""
    take = answer.kept_take
    return take.recording if take else None


def versions(answer: Answer) -> list[Transcript]:
    """All versions of the transcript of the recording that counts, the newest first, that the policy lets be seen."""
    recording = recording_of(answer)
    if recording is None:
        return []
    every = peek(_of_interview, answer.interview_id)
    return _allowed(answer, _of(recording.id) if every is None else every.get(recording.id, []))


def _newest() -> sa.Select[Transcript]:
    """Every version with who wrote it, the newest first."""
    return sa.select(Transcript).options(joinedload(Transcript.author)).order_by(Transcript.version.desc())


@asked_once(Transcript)
def _of(recording_id: str) -> list[Transcript]:
    return list(db.session.scalars(_newest().where(Transcript.recording_id == recording_id)))


@asked_once(Transcript)
def _of_interview(interview_id: str) -> dict[str, list[Transcript]]:
    query = _newest().join(Answer, Answer.id == Transcript.answer_id).where(Answer.interview_id == interview_id)
    found: dict[str, list[Transcript]] = defaultdict(list)
    for row in db.session.scalars(query):
        found[row.recording_id].append(row)
    return found


def load_all(interview: Interview) -> None:
    """Read every transcript of an interview at once, for a page that shows one after the other."""
    _of_interview(interview.id)


def _allowed(answer: Answer, found: Sequence[Transcript], known: dict[str, bool] | None = None) -> list[Transcript]:
    """Those of ``found`` that the policy lets be seen. ``known``: what it says of interviews, where several answers of
    each are asked about at once."""
    known = {} if known is None else known
    if not any(row.by_machine for row in found):
        return list(found)
    if answer.interview_id not in known:
        known[answer.interview_id] = bool(decide_for(answer.interview, Modality.TEXT))
    return [row for row in found if known[answer.interview_id] or not row.by_machine]


def visible_of(answers: Collection[Answer]) -> dict[str, Transcript]:
    """The same as ``visible`` for many answers by their ids, in one query; those without a transcript are not there."""
    recordings = {answer.id: recording.id for answer in answers if (recording := recording_of(answer)) is not None}
    query = sa.select(Transcript).where(Transcript.recording_id.in_(recordings.values()))
    found: dict[str, list[Transcript]] = defaultdict(list)
    for row in db.session.scalars(query.order_by(Transcript.version.desc())):
        found[row.recording_id].append(row)
    known: dict[str, bool] = {}
    seen = {
        answer.id: _allowed(answer, found[recordings[answer.id]], known)
        for answer in answers
        if answer.id in recordings
    }
    return {answer_id: rows[0] for answer_id, rows in seen.items() if rows}


def visible(answer: Answer | None) -> Transcript | None:
    """The transcript to show of an answer, if there is one and the policy allows it now (policy checks 2 and 3)."""
    if answer is None or not answer.takes:
        return None
    found = versions(answer)
    return found[0] if found else None


def words_of(answer: Answer | None) -> str | Transcript | None:
    """Where the words of an answer are: **what was written wins over what was recorded**, whose transcript is next.

    The written words as a string, else the transcript as ``visible`` allows it, else None.
    """
    if answer is None:
        return None
    return answer.written or visible(answer)


def add(answer: Answer, words: Words, origin: Origin, *, by_machine: bool, author: User | None = None) -> Transcript:
    """Store a new version. Raises LookupError where the answer has no recording."""
    recording = recording_of(answer)
    if recording is None:
        raise LookupError("There is no recording to which a transcript could belong")
    last = db.session.scalar(sa.select(sa.func.max(Transcript.version)).where(Transcript.recording_id == recording.id))
    row = Transcript(
        answer=answer,
        recording=recording,
        version=(last or 0) + 1,
        origin=origin,
        by_machine=by_machine,
        author=author,
        body=words.to_json(),
    )
    db.session.add(row)
    db.session.flush()
    events.send(events.transcript_stored, answer_id=answer.id)
    return row


def in_another_language(answer: Answer, row: Transcript) -> bool:
    """Whether a recogniser took ``answer`` to be in another language than a person says: it is then written anew."""
    said = answer.spoken_language
    return said is not None and row.by_machine and row.words.language != said


def forget_machine_made(interview: Interview) -> None:
    """Delete what a recogniser wrote, and corrections of it, where the consent for that is gone."""
    if decide_for(interview, Modality.TEXT):
        return
    answers = sa.select(Answer.id).where(Answer.interview_id == interview.id)
    db.session.execute(sa.delete(Transcript).where(Transcript.answer_id.in_(answers), Transcript.by_machine.is_(True)))


def to_json(row: Transcript) -> dict[str, Any]:
    """A transcript for the report's export."""
    return {
        "version": row.version,
        "origin": row.origin.value,
        "author": row.author.name if row.author else None,
        "created_at": row.created_at.isoformat(),
        **row.body,
    }
