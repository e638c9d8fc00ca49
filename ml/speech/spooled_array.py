"""Values that come one after the other and are wanted again: in memory while few, in a nameless file when many.

Five hours hold 1.8 million frames of 10 ms. What is kept of each waits on disk beyond some minutes, so that a long
recording takes the memory of a short one; what is asked of all of them at once, percentiles, is counted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO

import numpy as np

MOST_IN_MEMORY = 200_000  # bytes of each: eight minutes of frames
PIECES = 1_000  # arrays that wait to be joined
PART = 60_000  # frames that are worked on at a time: ten minutes


class SpooledArray:
    """A growing column of numbers of one ``dtype``, or of rows of so many ``columns``; ``spool[a:b]`` reads some back.

    Where the disk is full or cannot be written, they stay in memory. The file has no name and is gone with the spool.
    """

    def __init__(self, dtype: type = np.float32, columns: int | None = None):
        self._nothing: np.ndarray = np.zeros(0 if columns is None else (0, columns), dtype)
        self._row = self._nothing.itemsize * (columns or 1)
        self._held: list[np.ndarray] = []
        self._file: IO[bytes] | None = None
        self._in_file = self._in_memory = 0
        self._writable = True

    def __len__(self) -> int:
        return self._in_file + self._in_memory

    def append(self, values: np.ndarray) -> None:
        """Take the next values: (N,) or (N, columns)."""
        self._held.append(np.array(values, self._nothing.dtype))
        self._in_memory += len(values)
        if len(self._held) >= PIECES:  # thousands of small arrays would weigh more than what is in them
            self._held = [self._joined()]
        if self._in_memory * self._row >= MOST_IN_MEMORY and self._writable:
            self._spill()

    def _spill(self) -> None:
        data = self._joined()
        try:
            self._file = self._file or tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (closed with the spool)
            self._file.seek(self._in_file * self._row)
            if self._file.write(data.data) < data.nbytes:
                raise OSError("no space is left")
        except OSError:
            self._writable, self._held = False, [data]
            return
        self._in_file += len(data)
        self._held, self._in_memory = [], 0

    def _joined(self) -> np.ndarray:
        return np.concatenate([self._nothing, *self._held])

    def values(self) -> np.ndarray | SpooledArray:
        """The plain array where all is in memory, else the spool itself: both can be cut into slices."""
        if self._in_file:
            return self
        self._held = [self._joined()]
        return self._held[0]

    def __getitem__(self, cut: slice) -> np.ndarray:
        first, last, _ = cut.indices(len(self))
        found = [self._nothing]
        if self._file is not None and first < min(last, self._in_file):
            self._file.seek(first * self._row)
            data = self._file.read((min(last, self._in_file) - first) * self._row)
            found.append(np.frombuffer(data, self._nothing.dtype).reshape(-1, *self._nothing.shape[1:]))
        if last > self._in_file:
            found.append(self._joined()[max(first - self._in_file, 0) : last - self._in_file])
        return np.concatenate(found)


#: Numbers per frame, in memory or in a file; both are read by slices.
Frames = np.ndarray | SpooledArray


def parts(length: int) -> Iterator[slice]:
    """Slices of PART that cover ``length`` values."""
    for start in range(0, length, PART):
        yield slice(start, min(start + PART, length))


class StreamingQuantiles:
    """Percentiles of any number of values in little memory: they are counted in bins of ``step``, from ``low`` up."""

    def __init__(self, low: float, high: float, step: float = 0.01):
        self._low, self._step = low, step
        self._counts = np.zeros(round((high - low) / step) + 1, np.int64)

    def add(self, values: np.ndarray) -> None:
        """Count values (N,); what is beyond the bins counts in the first or the last, NaN nowhere."""
        values = values[np.isfinite(values)]
        where = np.rint((values.astype(np.float64) - self._low) / self._step)
        last = len(self._counts) - 1
        self._counts += np.bincount(np.clip(where, 0, last).astype(np.int64), minlength=last + 1)

    def __len__(self) -> int:
        return int(self._counts.sum())

    def within(self, low: float, high: float) -> StreamingQuantiles:
        """Those of the values that lie between ``low`` and ``high``, both left out."""
        chosen = StreamingQuantiles(self._low, self._low + self._step * (len(self._counts) - 1), self._step)
        middles = self._low + self._step * np.arange(len(self._counts))
        chosen._counts = np.where((middles > low) & (middles < high), self._counts, 0)
        return chosen

    def percentiles(self, *wanted: float) -> list[float]:
        """As numpy.percentile gives them, to half a step; NaN where nothing was counted."""
        total = np.cumsum(self._counts)
        count = int(total[-1])
        if not count:
            return [float("nan")] * len(wanted)
        found = []
        for percent in wanted:
            place = (count - 1) * percent / 100
            below = int(place)
            low, high = (np.searchsorted(total, min(k, count - 1), side="right") for k in (below, below + 1))
            found.append(float(self._low + self._step * (low + (high - low) * (place - below))))
        return found
