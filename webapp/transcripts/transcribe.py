"""The recogniser's part of reading a spoken answer's words. Runs in a worker, under the lease of the text analysis."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from ml.core.errors import Unreadable
from ml.core.messages import N_
from ml.media.demux import MediaInfo, audio_blocks, probe
from ml.transcripts.recogniser import recogniser
from ml.transcripts.transcript import Transcript as Words
from webapp.core.database import db
from webapp.interviews.models import Answer
from webapp.policy import Modality, decide_for
from webapp.transcripts import store
from webapp.transcripts.models import Origin

#: Less sure of its words on average, what a recogniser wrote is a guess: shown as such, and not read any further.
LEAST_CONFIDENCE = 0.5


def transcribe_recording(
    answer_id: str, path: str, progress: Callable[[float], None], *, info: MediaInfo | None = None
) -> str:
    """Have the recording at ``path`` written down, store that as a transcript, and return its words.

    ``progress`` gets 0..1 and may raise to stop; ``info`` is what is known of the recording, which is probed where
    that is None. Raises Unreadable (``no_audio``, ``no_words``, ``unclear_speech``,
    ``no_consent``), MediaError and ModelMissing.
    """
    info = info or probe(path)
    if not info.has_audio:
        raise Unreadable("no_audio", N_("The recording has no sound, so there were no words to transcribe."))
    total = info.seconds or 0.0
    language = db.session.scalar(sa.select(Answer.spoken_language).where(Answer.id == answer_id))
    db.session.rollback()  # nothing is held open for as long as the recogniser listens
    words = recogniser().transcribe(
        audio_blocks(path),
        language=language,
        progress=lambda seconds: progress(min(seconds / total, 1.0) if total else 0.0),
    )
    progress(1.0)  # raises where somebody else has the job now
    answer = db.session.get(Answer, answer_id, populate_existing=True)
    decision = decide_for(answer.interview, Modality.TEXT) if answer else None
    if answer is None or not decision:
        db.session.rollback()
        raise Unreadable(
            decision.code if decision else "no_answer",
            decision.reason if decision else N_("The answer has been deleted."),
        )
    if not words.words:
        db.session.rollback()
        raise Unreadable("no_words", N_("No words could be recognised in this recording."))
    store.add(answer, words, Origin.RECOGNISED, by_machine=True)
    db.session.commit()
    return readable(words)


def readable(words: Words) -> str:
    """The text of a transcript, if it is sure enough to be read further. Raises Unreadable (``unclear_speech``,
    ``not_english``)."""
    if words.language not in (None, "en"):
        raise Unreadable(
            "not_english", N_("This answer was not spoken in English. Only English words can be analysed.")
        )
    if not words.understood or (words.confidence is not None and words.confidence < LEAST_CONFIDENCE):
        raise Unreadable(
            "unclear_speech",
            N_(
                "Speech recognition was too uncertain of the words (another language, or unclear sound) for "
                "them to be analysed. Correct the transcript to have them analysed."
            ),
        )
    return words.text
