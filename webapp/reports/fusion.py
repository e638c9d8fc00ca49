"""From stored readings to the fusion of face and voice (ml/fusion), answer by answer, and its facts in plain words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ml.core.naming import LEAST_COVERAGE
from ml.core.readings import FaceReading, FusedReading, SpeechReading

#: The tones of ml/fusion/agreement.py as a face looks and a voice sounds.
TONES = {
    "even": _l("calm and even"),
    "cheerful": _l("cheerful"),
    "tense": _l("tense"),
    "low": _l("low"),
    "surprised": _l("surprised"),
}
#: Words quoted from a transcript beside a fact at most.
QUOTED = 30


def fuse(face: FaceReading | None, speech: SpeechReading | None) -> FusedReading | None:
    """The fused reading of one answer; None where there is nothing to fuse.

    Raises whatever ml.fusion raises: the caller decides what a report without a fusion looks like.
    """
    if face is None and speech is None:
        return None
    from ml.fusion.combine import combine

    return combine(face, speech)


def describe(fact: dict[str, Any]) -> str:
    """One fact of agreement in a sentence, no firmer than it is."""
    sounds, looks = (TONES.get(fact[side], fact[side]) for side in ("speech", "face"))
    if fact["agrees"] and fact["firm"]:
        return _("Voice and face: both come across as %(tone)s.", tone=sounds)
    if fact["agrees"]:
        return _("Voice and face: both may come across as %(tone)s.", tone=sounds)
    if fact["firm"]:
        return _("Voice: %(voice)s. Face: %(face)s.", voice=sounds, face=looks)
    return _("Voice: possibly %(voice)s. Face: possibly %(face)s. Neither is clear.", voice=sounds, face=looks)


def reliability_note(fused: FusedReading) -> str:
    """How firmly the whole may be taken, from how much could be read and who said it."""
    if fused.coverage < LEAST_COVERAGE:
        return _("Too little of the answer could be analysed to describe it as a whole.")
    if fused.weights.get("face", 0) > 0.9:
        return _("Nearly all of this comes from the face: treat it as an analysis of the face alone.")
    if fused.weights.get("speech", 0) > 0.9:
        return _("Nearly all of this comes from the voice: treat it as an analysis of the voice alone.")
    if fused.coverage < 0.7:
        return _("Parts of the answer could not be analysed: treat this as an indication only.")
    return ""


def said_between(words: list[Any], start: float, end: float) -> str:
    """The transcript's words between two times (s), at most QUOTED of them; "" where none have times there."""
    found = [word.text for word in words if word.start is not None and start <= word.start < end]
    return " ".join(found[:QUOTED]) + (" …" if len(found) > QUOTED else "")


def duration(facts: list[dict[str, Any]]) -> float:
    """Seconds that facts last together."""
    return sum(fact["end"] - fact["start"] for fact in facts)


def valence_rows(fused: FusedReading, most: int = 30) -> list[dict[str, Any]]:
    """Valence in at most ``most`` stretches of a second or longer: start and end (s), low, value, high (None where
    nothing was read)."""
    times, rows = fused.track.times, fused.valence
    step = times[1] - times[0] if len(times) > 1 else 2 * times[0] if times else 0.0
    together = max(1, -(-len(times) // most), round(1 / step) if step else 1)
    table = []
    for first in range(0, len(times), together):
        last = min(first + together, len(times)) - 1
        known = [row for row in rows[first : last + 1] if row is not None]
        means = [sum(column) / len(known) for column in zip(*known, strict=True)] if known else [None] * 3
        bounds = {"start": times[first] - step / 2, "end": times[last] + step / 2}
        table.append({**bounds, **dict(zip(("low", "value", "high"), means, strict=True))})
    return table


def filters() -> dict[str, Any]:
    """What the templates call these by."""
    return {
        "describe": describe,
        "reliability_note": reliability_note,
        "total_seconds": duration,
        "said_between": said_between,
        "valence_rows": valence_rows,
    }
