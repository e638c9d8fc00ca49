"""Rolling captions show the line before once more, or the same words and one more. What was said is said once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ml.transcripts.formats.cues import Cue

#: A file rolls where at least this share of its neighbouring captions repeat each other.
ROLLS = 0.5
#: Fewer words than this that two neighbours share prove nothing, unless they are a whole line.
_FEWEST = 2
#: Captions further apart than this (s) do not roll.
_APART = 1.0


def said_once(cues: Sequence[Cue]) -> list[Cue]:
    """``cues``, whose texts still have their line ends, without what rolling captions repeat."""
    pairs = [(_shared(a, b), b) for a, b in pairwise(cues)]
    repeating = sum(shared > 0 for shared, _ in pairs)
    grows = any(0 < shared < len(b.text.split()) for shared, b in pairs)
    if not pairs or not grows or repeating < ROLLS * len(pairs):
        return list(cues)
    result = [cues[0]]
    for shared, cue in pairs:
        if fresh := cue.text.split()[shared:]:
            result.append(replace(cue, text=" ".join(fresh)))
    return result


def _shared(before: Cue, after: Cue) -> int:
    """How many of the words at the beginning of ``after`` are those that ``before`` ends with."""
    if before.start is None or after.start is None or before.speaker != after.speaker:
        return 0
    if after.start - (before.end if before.end is not None else before.start) > _APART:
        return 0
    old, new = before.text.split(), after.text.split()
    lines = [line.split() for line in before.text.split("\n") if line.split()]
    for count in range(min(len(old), len(new)), 0, -1):
        if old[-count:] != new[:count]:
            continue
        whole = any(count == sum(len(line) for line in lines[-k:]) for k in range(1, len(lines) + 1))
        if count >= _FEWEST or whole:
            return count
    return 0
