"""Which language is spoken, and a recogniser for many languages that leaves English to the smaller one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from ml.speech.activity import detect
from ml.speech.features import RATE
from ml.transcripts.transcript import Transcript

if TYPE_CHECKING:
    from ml.transcripts.whisper import Whisper

#: A language is told from so much speech (s) or more, and said only then.
LEAST = 5.0


Piece = tuple[int, np.ndarray]


def heard_first(pieces: Iterable[Piece]) -> tuple[np.ndarray, float, Iterator[Piece]]:
    """The speech of the first pieces with LEAST seconds of it, how much that is (s), and all pieces, those included.

    A piece is (its first sample's index, float32 samples at 16 kHz); no more pieces are held than are needed.
    """
    stream = iter(pieces)
    held: list[Piece] = []
    speech: list[np.ndarray] = []
    seconds = 0.0
    for piece in stream:
        held.append(piece)
        found = detect(piece[1])
        if found.seconds:
            frame = RATE // 100
            said = np.repeat(np.asarray(found.speech[: len(found.speech)]), frame)[: len(piece[1])]
            speech.append(piece[1][: len(said)][said])
            seconds += found.seconds
        if seconds >= LEAST:
            break
    together = np.concatenate(speech) if speech else np.zeros(0, np.float32)
    return together[: 30 * RATE], seconds, chain(held, stream)


class ByLanguage:
    """Hears which language is spoken with the multilingual model; English is then written down by the smaller one.

    ``english`` makes that recogniser when it is first needed; None: the multilingual one writes English as well.
    """

    def __init__(self, multilingual: Whisper, english: Callable[[], Whisper] | None):
        self.name = multilingual.name
        self.multilingual = True
        self._all, self._english = multilingual, english

    def transcribe(
        self,
        blocks: Iterable[np.ndarray],
        *,
        language: str | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Transcript:
        """Write down ``blocks`` (float32 at 16 kHz); ``language`` where somebody said which one it is."""
        from ml.transcripts.whisper import pieces

        stream: Iterable[Piece] = pieces(blocks)
        sure = None
        if language is None:
            speech, seconds, stream = heard_first(stream)
            if len(speech):
                language, likelihood = self._all.tell(speech)
                sure = round(likelihood, 3) if seconds >= LEAST else None
        chosen = self._english() if language == "en" and self._english else self._all
        found = chosen.write(stream, language, progress=progress)
        return replace(found, language_likelihood=sure)

    def text_of(self, samples: np.ndarray, *, language: str | None = None) -> str:
        """The words of at most half a minute of ``samples`` (float32 mono, 16 kHz), without times and confidence."""
        if language is None:
            speech, _seconds, _pieces = heard_first([(0, samples)])
            language = self._all.tell(speech)[0] if len(speech) else None
        chosen = self._english() if language == "en" and self._english else self._all
        return chosen.text_of(samples, language=language)
