"""What a program found of the scoring guide in an answer: suggestions, each with a quote and its time.

That nothing was suggested says nothing: a point without a suggestion is a point to listen for.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from ml.core.readings import ContentReading
from ml.transcripts.transcript import Transcript
from webapp.questions.guide import Competency, ScoringGuide


@dataclass(frozen=True)
class Suggestion:
    """A point of a competency, and the words that are closest to it; without a quote nothing is suggested."""

    point: str
    quote: str = ""
    #: Where the quote begins and ends in the recording (s); None in what was written, or typed without times.
    start: float | None = None
    end: float | None = None


def suggestions(
    guide: ScoringGuide, reading: ContentReading | None, words: Transcript | None
) -> list[tuple[Competency, list[Suggestion]]]:
    """Per competency of ``guide`` its points with what was found in ``words``; those with a quote come first."""
    found = {each["point"]: each for each in (reading.points if reading else ()) if each.get("found")}
    times = _Times(words) if words is not None and words.timed else None
    rows = []
    for one in guide.competencies:
        points = [_suggestion(point, found.get(point), times) for point in one.points]
        rows.append((one, sorted(points, key=lambda each: not each.quote)))
    return rows


def _suggestion(point: str, found: dict | None, times: _Times | None) -> Suggestion:
    if not found:
        return Suggestion(point)
    start, end = times.between(found["start"], found["end"]) if times else (None, None)
    return Suggestion(point, found["quote"], start, end)


class _Times:
    """From a place in the running text of a transcript to its time."""

    def __init__(self, words: Transcript) -> None:
        self.words = words.words
        self.starts: list[int] = []
        at = 0
        for word in self.words:
            self.starts.append(at)
            at += len(word.text) + 1

    def between(self, start: int, end: int) -> tuple[float | None, float | None]:
        first = self.words[max(0, bisect_right(self.starts, start) - 1)]
        last = self.words[max(0, bisect_right(self.starts, max(start, end - 1)) - 1)]
        return first.start, last.end
