"""Yes or no for every 10 ms of a long recording, a bit each, and the stretches of yes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from ml.speech.spooled_array import parts


class Bitset:
    """``length`` bools in an eighth of the memory: slices are read and written as arrays, and start as False."""

    def __init__(self, length: int):
        self._length = length
        self._bits = np.zeros(-(-length // 8), np.uint8)

    @classmethod
    def made(cls, length: int, values: Callable[[slice], np.ndarray]) -> Bitset:
        """Of what ``values`` gives for each of `spool.parts`."""
        found = cls(length)
        for part in parts(length):
            found[part] = values(part)
        return found

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, cut: slice) -> np.ndarray:
        first, last, _ = cut.indices(self._length)
        whole = np.unpackbits(self._bits[first // 8 : -(-last // 8)]).view(bool)
        return whole[first % 8 : first % 8 + max(0, last - first)]

    def __setitem__(self, cut: slice, values: np.ndarray | bool) -> None:
        first, last, _ = cut.indices(self._length)
        if first >= last:
            return
        bits = self._bits[first // 8 : -(-last // 8)]
        whole = np.unpackbits(bits).view(bool)
        whole[first % 8 : first % 8 + last - first] = values
        bits[:] = np.packbits(whole)

    def sum(self) -> int:
        """How many are True."""
        return int(np.bitwise_count(self._bits).sum(dtype=np.int64))

    def any(self) -> bool:
        """Whether one is True."""
        return bool(self._bits.any())


#: A bool for each frame; both are read by slices.
Flags = np.ndarray | Bitset


def pieces(flags: Flags) -> Iterator[np.ndarray]:
    """The flags one part after the other."""
    return (flags[part] for part in parts(len(flags)))


def each_run(chunks: Iterable[np.ndarray]) -> Iterator[tuple[int, int]]:
    """Stretches of True in consecutive bool arrays as (first, last + 1); what is given already may be written to."""
    at, begin, previous = 0, None, False
    for flags in chunks:
        for edge in (at + np.flatnonzero(np.diff(flags, prepend=previous))).tolist():
            if begin is None:
                begin = edge
            else:
                yield begin, edge
                begin = None
        at, previous = at + len(flags), flags[-1] if len(flags) else previous
    if begin is not None:
        yield begin, at


def runs(flags: Flags) -> list[tuple[int, int]]:
    """Stretches of True as (first, last + 1)."""
    return list(each_run(pieces(flags)))
