"""Reading an answer's words again, once they are there or have changed."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from ml.transcripts.codes import KNOWN
from ml.transcripts.recogniser import is_available, knows_languages
from webapp.analysis.models import FINISHED, Analysis
from webapp.analysis.operations import enqueue, forget_earlier
from webapp.core import events
from webapp.core.database import db
from webapp.interviews.models import Answer
from webapp.policy import Modality, decide_for
from webapp.transcripts import store
from webapp.transcripts.operations import TranscriptError


def words_changed(answer: Answer) -> bool:
    """Queue the reading of ``answer``'s words again; False where the policy denies it, or it is being read now.

    What was written beside a recording is read instead of its transcript; then there is nothing to do.
    """
    if isinstance(store.words_of(answer), str) or not decide_for(answer.interview, Modality.TEXT):
        return False
    query = sa.select(Analysis).where(Analysis.answer_id == answer.id, Analysis.modality == Modality.TEXT)
    analysis = db.session.scalar(query.execution_options(populate_existing=True))
    if analysis is None:
        return False
    if analysis.state not in FINISHED:
        # Whoever reads the old words loses the lease, and with it the right to store what they were read as.
        analysis.lease_owner = None
    forget_earlier([analysis.id])  # they are about words that are no longer the answer's
    enqueue(analysis)
    events.send(events.readings_deleted, interview_id=analysis.interview_id, analysis_ids=[analysis.id])
    return True


def in_language(answer: Answer, language: str) -> None:
    """Have a recording written down anew, in the ``language`` that a person says is spoken. Raises TranscriptError."""
    if language not in KNOWN or not knows_languages():
        raise TranscriptError(_("Speech recognition here does not know that language. Type or upload a transcript."))
    answer.spoken_language = language
    found = store.visible(answer)
    if found is not None and not store.in_another_language(answer, found):
        raise TranscriptError(_("Nothing was changed, so nothing was saved."))
    if not words_changed(answer):
        raise TranscriptError(
            _("This cannot be transcribed now: it is being analysed, or the candidate did not consent.")
        )


def recognise(answer: Answer) -> None:
    """Have a recording transcribed that has no transcript yet. Raises TranscriptError."""
    if store.visible(answer) is not None:
        raise TranscriptError(_("This answer already has a transcript. Correct it instead."))
    if not is_available():
        raise TranscriptError(_("Speech recognition is not available here. Type or upload a transcript."))
    if not words_changed(answer):
        raise TranscriptError(
            _("This cannot be transcribed now: it is being analysed, or the candidate did not consent.")
        )
