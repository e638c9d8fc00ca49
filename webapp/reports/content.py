"""What the answers hold (ml/content) and what raters would say (ml/interview), made when a report is built.

Both are made of words, the second of the voice as well: each says of which modalities, and is shown only where all of
them may be (``webapp.policy.all_allowed``).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ml.core.errors import ModelMissing, Unreadable
from ml.core.readings import ContentReading, RatersReading, SpeechReading
from ml.core.stored import Stored
from webapp.analysis.visible import VisibleReading
from webapp.interviews.models import Answer, Interview
from webapp.policy import Modality, all_allowed
from webapp.questions.models import QuestionKind
from webapp.transcripts import store

logger = logging.getLogger(__name__)

CONTENT_OF = (Modality.TEXT.value,)
RATERS_OF = (Modality.SPEECH.value, Modality.TEXT.value)


@dataclass(frozen=True)
class ContentPart(Stored):
    """What one answer holds, or the ``reason`` why nothing is said; ``text`` is the fingerprint of its words."""

    schema_version: ClassVar[int] = 2
    revive: ClassVar[Mapping[str, Callable[[Any], Any]]] = {"reading": ContentReading.from_json}

    text: str
    modalities: list[str]
    reading: ContentReading | None = None
    reason: str | None = None


@dataclass(frozen=True)
class RatersPart(Stored):
    """What raters would probably say of so many ``answers`` together, or the ``reason`` why nothing is said."""

    schema_version: ClassVar[int] = 2
    revive: ClassVar[Mapping[str, Callable[[Any], Any]]] = {"reading": RatersReading.from_json}

    modalities: list[str]
    answers: int
    reading: RatersReading | None = None
    reason: str | None = None


def answer_text(answer: Answer) -> str | None:
    """The words of an answer, wherever they come from: written, else the transcript that may be seen; None without."""
    words = store.words_of(answer)
    text = words if isinstance(words, str) else words.words.text if words else ""
    return text if text.strip() else None


def fingerprint(text: str) -> str:
    """Which text a reading is about: its places hold for no other."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def contents(interview: Interview) -> dict[str, dict[str, Any]]:
    """By answer id the JSON of its `ContentPart`. Empty where the policy does not let words be read."""
    if not all_allowed(interview, CONTENT_OF):
        return {}
    found: dict[str, dict[str, Any]] = {}
    for answer in interview.answers:
        text = answer_text(answer)
        if answer.question.is_given or answer.question.kind is QuestionKind.CODE:
            continue  # no prose
        if text and (part := _content(answer, text)):
            found[answer.id] = part.to_json()
    return found


def _content(answer: Answer, text: str) -> ContentPart | None:
    from ml.content.infer import read  # only workers read; the server shows what they found

    part = ContentPart(fingerprint(text), list(CONTENT_OF))
    try:
        return replace(part, reading=read(text, answer.question.rubric))
    except Unreadable as nothing:
        return replace(part, reason=nothing.message)
    except ModelMissing:
        logger.exception("The content of answer %s could not be read", answer.id)
        return None


def raters(interview: Interview, readings: dict[str, dict[Modality, VisibleReading]]) -> dict[str, Any] | None:
    """What raters would probably say of the recorded answers together: the JSON of a `RatersPart`.

    None where there is no recorded answer with a transcript, or the policy does not let words and voice be read.
    """
    if not all_allowed(interview, RATERS_OF):
        return None
    from ml.interview.infer import Spoken, read

    spoken = []
    for answer in interview.answers:
        speech = readings.get(answer.id, {}).get(Modality.SPEECH)
        transcript = store.visible(answer)
        if speech is None or not isinstance(speech.result, SpeechReading) or transcript is None:
            continue
        facts = speech.result.delivery
        spoken.append(
            Spoken(
                transcript.words.text,
                speech.result.seconds,
                facts["longest_pause_seconds"],
                facts["pitch_range_semitones"],
            )
        )
    if not spoken:
        return None
    part = RatersPart(list(RATERS_OF), len(spoken))
    try:
        return replace(part, reading=read(spoken)).to_json()
    except Unreadable as nothing:
        return replace(part, reason=nothing.message).to_json()
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
