"""What goes when a consent is withdrawn, in words: said before it goes, and once more when it has gone."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.analysis.models import Analysis, AnalysisState
from webapp.analysis.operations import analyses_of
from webapp.core.database import db
from webapp.interviews.models import Answer, Interview
from webapp.policy import Modality, Purpose, decide_for
from webapp.recordings.takes import counted_takes
from webapp.transcripts.models import Transcript


def withdrawn(interview: Interview, granted: Collection[Purpose]) -> bool:
    """Whether ``granted`` leaves out something that was agreed to until now."""
    return bool(interview.consented - set(granted))


def losses(interview: Interview, granted: Collection[Purpose]) -> list[str]:
    """What is deleted when only ``granted`` is agreed to from now on, as parts of a list; empty where nothing is."""
    dropped = Purpose.RECORDING in interview.consented and Purpose.RECORDING not in granted
    recorded = [answer for answer in interview.answers if dropped and counted_takes(answer)]
    parts = []
    if recorded:
        numbers = ", ".join(str(number) for number in sorted(answer.question.position for answer in recorded))
        parts.append(
            ngettext(
                "your recording of question %(numbers)s",
                "your recordings of questions %(numbers)s",
                len(recorded),
                numbers=numbers,
            )
        )
    if count := _transcripts(interview, granted, recorded):
        parts.append(ngettext("%(num)s transcript", "%(num)s transcripts", count))
    gone = {row.modality for row in analyses_of(interview) if _goes(row, granted, recorded)}
    names = {
        Modality.FACE: _("the analysis of your facial expressions"),
        Modality.SPEECH: _("the analysis of your voice"),
        Modality.TEXT: _("the analysis of your words"),
    }
    return [*parts, *(name for modality, name in names.items() if modality in gone)]


def _transcripts(interview: Interview, granted: Collection[Purpose], recorded: Collection[Answer]) -> int:
    """How many recordings lose their transcript: with the recording, or because no program may have written it."""
    gone: sa.ColumnElement[bool] = Transcript.answer_id.in_([answer.id for answer in recorded])
    if not _allowed(interview, Modality.TEXT, granted):
        gone = sa.or_(gone, Transcript.by_machine.is_(True))
    query = sa.select(sa.func.count(Transcript.recording_id.distinct())).where(
        Transcript.answer_id.in_([answer.id for answer in interview.answers]), gone
    )
    return db.session.scalar(query) or 0


def _goes(row: Analysis, granted: Collection[Purpose], recorded: Collection[Answer]) -> bool:
    if row.state not in (AnalysisState.QUEUED, AnalysisState.RUNNING, AnalysisState.DONE):
        return False
    spoken = row.modality is Modality.TEXT and row.answer in recorded and not row.answer.written
    return spoken or not _allowed(row.interview, row.modality, granted)


def _allowed(interview: Interview, modality: Modality, granted: Collection[Purpose]) -> bool:
    return bool(decide_for(interview, modality, granted))
