"""The one thing to try next in practice: one bounded rule over what the analyses say of each attempt.

A round is one practice interview; an attempt is one answer in it. The things to try stand in one fixed order, and the
first that holds for an answer of the newest round is named. What was named after both of the last two rounds and still
holds has not helped: the next one in order takes its place for once. Nothing is graded, summed or compared with other
people, and what an analysis does not say holds for nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ml.speech.quality import NOISY_DB
from webapp.reports.feedback import is_noticed

#: A story told in fewer words than this leaves most of it out.
FEW_WORDS = 60
#: Syllables a second while somebody speaks: outside of these most listeners notice.
FAST, SLOW = 6.0, 2.5
#: A pause (s) after which listeners wonder whether more comes.
LONG_PAUSE = 4.0


@dataclass(frozen=True)
class Attempt:
    """What the analyses say of one answer; None where they do not say it.

    ``story``: whether the question asks for something that happened. ``told``: the parts of a story found in the words
    (ml/content/star.py). ``points``: points of evidence that the question is about, and whether the words support each.
    ``pace`` in syllables a second, ``longest_pause`` in seconds, ``clearness`` of the voice in dB above the background,
    ``fillers``, ``hedges`` and ``vague`` are counts.
    """

    story: bool = False
    words: int | None = None
    told: frozenset[str] | None = None
    points: tuple[tuple[str, bool], ...] = ()
    pace: float | None = None
    pauses_per_minute: float | None = None
    longest_pause: float | None = None
    clearness: float | None = None
    fillers: int | None = None
    hedges: int | None = None
    vague: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether any analysis says anything of it."""
        return any(value is not None for value in (self.words, self.told, self.pace, self.clearness))


@dataclass(frozen=True)
class Step:
    """What to try next: its ``kind``, and the question (key of the round) that it is about.

    ``kind`` is "unknown" where no analysis says anything of the newest round, and "again" where nothing stands out;
    then ``question`` is None. ``done`` is the kind named after the round before, where it no longer holds.
    """

    kind: str
    question: str | None = None
    done: str | None = None


def _without(part: str) -> Callable[[Attempt], bool | None]:
    """A story that is there and lacks ``part``: one part alone is no story yet."""

    def holds(attempt: Attempt) -> bool | None:
        if attempt.told is None or not attempt.story:
            return None
        return part not in attempt.told

    return holds


def _no_example(attempt: Attempt) -> bool | None:
    if attempt.told is None or not attempt.story:
        return None
    return not attempt.told & {"action", "result"}


def _noticed(name: str) -> Callable[[Attempt], bool | None]:
    def holds(attempt: Attempt) -> bool | None:
        count, words = getattr(attempt, name), attempt.words
        if count is None or not words:
            return None
        return is_noticed(name, count, words)

    return holds


def _below(name: str, bound: float) -> Callable[[Attempt], bool | None]:
    def holds(attempt: Attempt) -> bool | None:
        value = getattr(attempt, name)
        return None if value is None else value < bound

    return holds


def _above(name: str, bound: float) -> Callable[[Attempt], bool | None]:
    def holds(attempt: Attempt) -> bool | None:
        value = getattr(attempt, name)
        return None if value is None else value > bound

    return holds


def _too_short(attempt: Attempt) -> bool | None:
    return None if attempt.words is None or not attempt.story else attempt.words < FEW_WORDS


def _unsupported(attempt: Attempt) -> bool | None:
    return not all(found for _point, found in attempt.points) if attempt.points else None


#: What may be named, in this order: first to be heard, then to have said enough of it, then how it is said. Each says
#: whether it holds for an attempt, or None where nothing tells.
THINGS: Mapping[str, Callable[[Attempt], bool | None]] = {
    "quiet": _below("clearness", NOISY_DB),
    "short": _too_short,
    "example": _no_example,
    "result": _without("result"),
    "action": _without("action"),
    "situation": _without("situation"),
    "task": _without("task"),
    "point": _unsupported,
    "vague": _noticed("vague"),
    "hedges": _noticed("hedges"),
    "fillers": _noticed("fillers"),
    "fast": _above("pace", FAST),
    "slow": _below("pace", SLOW),
    "pauses": _above("longest_pause", LONG_PAUSE),
}


def choose(rounds: Sequence[Mapping[str, Attempt]]) -> Step:
    """The one thing to try after the newest of ``rounds``: each maps questions, in order, to attempts; oldest first.

    Raises ValueError where there is no round.
    """
    if not rounds:
        raise ValueError("There is no round to say anything about.")
    named: list[tuple[str, str | None]] = []
    for attempts in rounds:
        named.append(_name(attempts, named))
    kind, question = named[-1]
    return Step(kind, question, _done(named[-2], rounds[-1]) if len(named) > 1 else None)


def _name(attempts: Mapping[str, Attempt], named: Sequence[tuple[str, str | None]]) -> tuple[str, str | None]:
    if not any(attempt.is_known for attempt in attempts.values()):
        return "unknown", None
    found = [(kind, question) for kind in THINGS for question, each in attempts.items() if THINGS[kind](each)]
    worn = named[-1] if len(named) > 1 and named[-1] == named[-2] else None
    return next((each for each in found if each != worn), found[0] if found else ("again", None))


def _done(before: tuple[str, str | None], newest: Mapping[str, Attempt]) -> str | None:
    """What was named before, if the newest attempt at its question is known not to show it any more."""
    kind, question = before
    attempt = newest.get(question) if question is not None else None
    return kind if attempt is not None and kind in THINGS and THINGS[kind](attempt) is False else None
