"""Speakers that a transcript names in its words: “Kim Test: I led the team.”, as Zoom and people write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ml.transcripts.formats.cues import Cue

_LABEL = re.compile(
    r"\s*(?:>>\s*|[-–—]\s+)?[\[(]?(?P<name>[^\W\d_][\w.'’ ()/-]{0,58}?)[\])]?\s*[:：](?!//)\s*(?P<rest>\S.*|$)",
    re.DOTALL,
)
#: What programs call people whose names they do not know.
_PARTS = r"speaker|interviewer|interviewee|candidate|recruiter|host|guest|moderator|panel(?:l?ist)?|q|a"
_PART = re.compile(rf"(?:{_PARTS})(?:[ _-]?(?:\d+|[a-z]))?", re.IGNORECASE)
_SMALL = frozenset(
    ("de", "da", "di", "del", "der", "den", "van", "von", "la", "le", "bin", "ibn", "al", "el", "y", "e", "dos", "do")
)


def is_name(text: str) -> bool:
    """Whether ``text`` could be somebody's name or part: one to five words with capitals, or “Speaker 2”."""
    if _PART.fullmatch(text):
        return True
    words = re.sub(r"\([^()]*\)", " ", text).split()
    if not 1 <= len(words) <= 5:
        return False
    proper = [word for word in words if word.casefold() not in _SMALL]
    return bool(proper) and all(word[0].isupper() or not (word[0].islower()) for word in proper)


def _is_sure_name(text: str) -> bool:
    return is_name(text) and (len(text.split()) > 1 or bool(_PART.fullmatch(text)))


def label_of(text: str) -> tuple[str, str] | None:
    """(name, the rest) of a text that begins with a name and a colon."""
    found = _LABEL.match(text)
    if found is None or not is_name(found["name"]):
        return None
    return " ".join(found["name"].split()), found["rest"]


def named(cues: Sequence[Cue]) -> list[Cue]:
    """``cues`` with the speakers that their texts begin with, where the file as a whole names speakers so.

    “Situation: …” once in a text is a heading: a name counts where every cue begins with a full name (or a part such
    as “Interviewer”), or where names come again and again. A cue without a name goes on with the speaker before it.
    """
    if any(cue.speaker for cue in cues):
        return list(cues)
    labels = [label_of(cue.text) for cue in cues]
    if not _names_speakers(labels):
        return list(cues)
    result, speaker = [], None
    for cue, label in zip(cues, labels, strict=True):
        speaker = label[0] if label else speaker
        result.append(replace(cue, speaker=speaker, text=label[1] if label else cue.text))
    return result


def _names_speakers(labels: Sequence[tuple[str, str] | None]) -> bool:
    names = [label[0] for label in labels if label]
    if not names:
        return False
    if len(names) == len(labels) and all(_is_sure_name(name) for name in names):
        return True
    counts = Counter(names)
    often = counts.most_common(1)[0][1] >= 2
    return (
        labels[0] is not None and often and len(counts) <= max(2, len(names) // 2 + 1) and len(names) * 4 >= len(labels)
    )
