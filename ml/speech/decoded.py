"""Sound that is read twice and decoded once: between the passes it waits in a nameless file, not in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO

import numpy as np

from ml.speech.features import RATE

MOST_SECONDS = 3_600  # of sound that wait on disk, 230 MB; what is longer is decoded twice
_BLOCK = 10 * RATE


class Decoded:
    """A stream of float32 blocks that can be read again.

    The first whole reading writes the samples into a file without a name, which is gone when the process ends, however
    it ends. Later readings take them from there, bit for bit, or open the stream anew where they are more than
    MOST_SECONDS or the disk is full. A context manager: leaving it frees the file.
    """

    def __init__(self, opener: Callable[[], Iterable[np.ndarray]]):
        self._opener = opener
        self._file: IO[bytes] | None = None
        self._whole = self._given_up = False

    def __enter__(self) -> Decoded:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def blocks(self) -> Iterator[np.ndarray]:
        """The samples from the start, in blocks of any length."""
        if self._whole and self._file is not None:
            self._file.seek(0)
            while data := self._file.read(4 * _BLOCK):
                yield np.frombuffer(data, np.float32)
            return
        self._close()
        for block in self._opener():
            self._keep(block)
            yield block
        self._whole = self._file is not None

    def _keep(self, block: np.ndarray) -> None:
        if self._given_up:
            return
        try:
            self._file = self._file or tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (closed in _close)
            if self._file.tell() + block.nbytes > 4 * MOST_SECONDS * RATE:
                raise OSError("too long")
            if self._file.write(np.ascontiguousarray(block, np.float32).data) < block.nbytes:
                raise OSError("no space is left")
        except OSError:
            self._close()
            self._given_up = True

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._whole = None, False
