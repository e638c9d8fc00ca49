"""What an answer holds: rubric points with quotes, the parts of a story, and counts of words that listeners notice.

No score and no total: a point is found, with its quote, or not found; a person says whether that is right.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from ml.content import rubric, star
from ml.content.points import points_of
from ml.core import registry
from ml.core.errors import Unreadable
from ml.core.messages import N_
from ml.core.readings import ContentReading, ModelVersion
from ml.interview.words import counts, is_filler, words_of
from ml.text import vectors
from ml.text.features import STOP_WORDS

VERSION = "content-2026.12.1"
#: An hour's speech has 54,000 characters; what lies beyond is not looked at, which bounds the work.
LONGEST = 60_000
FEWEST_WORDS = 20
#: Of English prose about half are words of grammar.
FEWEST_STOP_WORDS = 0.2


def read(text: str, rubric_text: str = "") -> ContentReading:
    """Read one answer against the rubric of its question.

    Raises Unreadable (``too_little_text``, ``not_english``) and ModelMissing.
    """
    words = words_of(text[:LONGEST])
    spoken = [word for word in words if not is_filler(word)]
    if len(spoken) < FEWEST_WORDS:
        raise Unreadable(
            "too_little_text",
            N_("This answer has %(words)s words; at least %(fewest_words)s are needed to look into it.")
            % {"words": len(spoken), "fewest_words": FEWEST_WORDS},
        )
    if sum(word in STOP_WORDS for word in spoken) < FEWEST_STOP_WORDS * len(spoken):
        raise Unreadable(
            "not_english", N_("This answer does not look like English prose, and nothing else can be read.")
        )
    card = registry.describe("text")
    parts = star.mark(text[:LONGEST])
    cut = len(text) > LONGEST
    return ContentReading(
        model=ModelVersion("content", VERSION, card["files"][vectors.FILE]),
        coverage=min(1.0, LONGEST / len(text)),
        warnings=[N_("Only the first %(longest)s characters were looked at.") % {"longest": f"{LONGEST:,}"}]
        if cut
        else [],
        points=[point.to_json() for point in rubric.match(text[:LONGEST], points_of(rubric_text))],
        parts=[part.to_json() for part in parts],
        missing=star.missing(parts),
        habits=habits(words),
    )


def habits(words: list[str]) -> dict[str, Any]:
    """Counts of filled pauses, hedges ("I guess") and vague words ("stuff") in words in lower case."""
    fillers = Counter(_spelt(word) for word in words if is_filler(word))
    tally = counts([word for word in words if not is_filler(word)])
    return {
        "words": len(words),
        "fillers": sum(fillers.values()),
        "filler_words": [[word, count] for word, count in fillers.most_common(3)],
        "hedges": tally["hedges"],
        "vague": tally["vague"],
    }


def _spelt(filler: str) -> str:
    """One spelling for each filled pause: "uhmm" and "umm" are "um"."""
    return "um" if "m" in filler and filler[0] == "u" else "uh" if filler[0] == "u" else filler
