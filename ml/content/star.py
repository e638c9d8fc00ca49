"""Which part of a story each sentence tells: situation, task, action, result (STAR), or none.

Cue patterns with weights, and what the sentence's verbs do ("I checked …" is an action, "we had to …" a task); the
weights are ours, set on a small set of answers of our own and measured on another (MODEL_CARD.md). STAR is how
interviewers are taught to listen to "tell me about a time when …"; an answer to another question needs no such parts.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from ml.content.cues import CUES
from ml.content.sentences import Sentence, sentences
from ml.text.features import analyse

PARTS = ("situation", "task", "action", "result")
#: A part is named only where its evidence reaches this, and leads the next one.
ENOUGH = 0.9

_COMPILED = {
    part: tuple((re.compile(cue, re.IGNORECASE), weight) for cue, weight in cues) for part, cues in CUES.items()
}
#: Verbs in the past that tell a state rather than something done.
_STATES = frozenset(
    """be have think feel want need believe know hope grow start learn realize realise like love hate work study live
    """.split()
)
_PAST = frozenset({"VBD"})
#: Verbs whose past looks like their present, or that the tagger takes for other words.
_PAST_FORMS = frozenset({"let", "cut", "put", "set", "split", "hit", "shut", "quit", "fell", "rang"})
#: What a sentence's verbs are worth.
_ACTS, _STATE_OF_AFFAIRS, _PRESENT = 1.5, 0.6, -1.6
#: How much earlier sentences are situations, and later ones results.
_EARLY, _LATE = 0.9, 0.9


@dataclass(frozen=True)
class Part:
    """``part`` is told by ``text`` = answer[start:end] with ``strength`` (the evidence, 1 or more)."""

    part: str
    text: str
    start: int
    end: int
    strength: float

    def to_json(self) -> dict[str, Any]:
        """The same as what JSON can hold."""
        return asdict(self)


def mark(text: str) -> list[Part]:
    """The sentences of ``text`` that tell a part of a story, in order."""
    found = sentences(text)
    marked = []
    for i, sentence in enumerate(found):
        scores = score(sentence, i, len(found))
        best = max(scores, key=scores.__getitem__)
        if scores[best] >= ENOUGH:
            marked.append(Part(best, sentence.text, sentence.start, sentence.end, round(scores[best], 2)))
    return marked


def missing(parts: list[Part]) -> list[str]:
    """The parts of a story that nothing tells. Empty as well where there is no story: fewer than two parts."""
    told = {part.part for part in parts}
    return [part for part in PARTS if part not in told] if len(told) > 1 else []


def score(sentence: Sentence, place: int, count: int) -> dict[str, float]:
    """Evidence for each part of the sentence at ``place`` (from 0) of ``count``."""
    scores = {
        part: sum(weight for cue, weight in cues if cue.search(sentence.text)) for part, cues in _COMPILED.items()
    }
    document = analyse(sentence.text)
    pairs = enumerate(zip(document.tokens, document.tags, strict=True))
    past = [i for i, (token, tag) in pairs if tag in _PAST or token in _PAST_FORMS]
    if not past:
        return {part: value + _PRESENT for part, value in scores.items()}
    if any(_acts(document.tokens, document.lemmas, i) for i in past):
        scores["action"] += _ACTS
    else:
        scores["situation"] += _STATE_OF_AFFAIRS
    late = place / max(1, count - 1) if count > 2 else 0.5
    scores["situation"] += _EARLY * (1 - late) - 0.3
    scores["result"] += _LATE * late - 0.3
    return scores


def _acts(tokens: list[str], lemmas: list[str], verb: int) -> bool:
    """Whether the speaker does something here: "I" or "we" shortly before a verb in the past that is no state."""
    if lemmas[verb] in _STATES:
        return False
    before = [token.lower() for token in tokens[max(0, verb - 4) : verb]]
    for i in range(len(before) - 1, -1, -1):
        if before[i] in ("i", "we"):
            return True
        if before[i] in ("he", "she", "they", "it", "you", ".", "that", "who", "which"):
            return False
    return False
