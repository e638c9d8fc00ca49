"""What the answers hold (ml/content) and what raters would say (ml/interview), made when a report is built.

Both are made of words, the second of the voice as well: each says of which modalities, and is shown only where all of
them may be (``webapp.policy.all_allowed``).
"""

from __future__ import annotations

import hashlib
import logging
from typing import Any

from ml.core.errors import ModelMissing, Unreadable
from webapp.analysis.readers import plain
from webapp.analysis.visible import VisibleReading
from webapp.interviews.models import Answer, Interview
from webapp.policy import Modality, all_allowed
from webapp.transcripts import store

logger = logging.getLogger(__name__)

CONTENT_OF = (Modality.TEXT.value,)
RATERS_OF = (Modality.SPEECH.value, Modality.TEXT.value)


def answer_text(answer: Answer) -> str | None:
    """The words of an answer, wherever they come from: written, else the transcript that may be seen; None without."""
    written = answer.text or ""
    if written.strip():
        return written
    transcript = store.visible(answer)
    text = transcript.words.text if transcript else ""
    return text if text.strip() else None


def fingerprint(text: str) -> str:
    """Which text a reading is about: its places hold for no other."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def contents(interview: Interview) -> dict[str, dict[str, Any]]:
    """By answer id what each answer holds: {reading, text (its fingerprint), modalities}, or {reason} why not.

    Empty where the policy does not let words be read.
    """
    if not all_allowed(interview, CONTENT_OF):
        return {}
    found: dict[str, dict[str, Any]] = {}
    for answer in interview.answers:
        text = answer_text(answer)
        if text and (entry := _content(answer, text)):
            found[answer.id] = {**entry, "text": fingerprint(text), "modalities": list(CONTENT_OF)}
    return found


def _content(answer: Answer, text: str) -> dict[str, Any] | None:
    from ml.content.infer import read  # only workers read; the server shows what they found

    try:
        return {"reading": plain(read(text, answer.question.rubric).to_json())}
    except Unreadable as nothing:
        return {"reason": nothing.message}
    except ModelMissing:
        logger.exception("The content of answer %s could not be read", answer.id)
        return None


def raters(interview: Interview, readings: dict[str, dict[Modality, VisibleReading]]) -> dict[str, Any] | None:
    """What raters would probably say of the recorded answers together: {reading, modalities, answers}, or {reason}.

    None where there is no recorded answer with a transcript, or the policy does not let words and voice be read.
    """
    if not all_allowed(interview, RATERS_OF):
        return None
    from ml.interview.infer import Spoken, read

    spoken = []
    for answer in interview.answers:
        speech = readings.get(answer.id, {}).get(Modality.SPEECH)
        transcript = store.visible(answer)
        if speech is None or not speech.result or transcript is None:
            continue
        facts = speech.result.get("delivery") or {}
        spoken.append(
            Spoken(
                transcript.words.text,
                float(speech.result.get("seconds") or 0),
                facts.get("longest_pause_seconds"),
                facts.get("pitch_range_semitones"),
            )
        )
    if not spoken:
        return None
    base = {"modalities": list(RATERS_OF), "answers": len(spoken)}
    try:
        return {**base, "reading": plain(read(spoken).to_json())}
    except Unreadable as nothing:
        return {**base, "reason": nothing.message}
    except ModelMissing:
        logger.exception("Raters' opinions of interview %s could not be estimated", interview.id)
        return None


def marked(text: str, parts: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    """``text`` as pieces in order, each with the part of the story that it tells or None."""
    pieces: list[tuple[str, str | None]] = []
    at = 0
    for part in parts:
        if part["start"] > at:
            pieces.append((text[at : part["start"]], None))
        pieces.append((text[part["start"] : part["end"]], part["part"]))
        at = part["end"]
    return [*pieces, (text[at:], None)] if at < len(text) else pieces
