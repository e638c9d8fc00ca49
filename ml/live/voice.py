"""One participant's voice while it speaks: the last seconds of sound, read as a recording's windows are (ml/speech)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ml.speech import classifier
from ml.speech.activity import detect
from ml.speech.bitset import Flags
from ml.speech.features import HOP, RATE, WINDOW_HOP_SECONDS, WINDOW_SECONDS, seconds_to_frames
from ml.speech.first_pass import first_pass
from ml.speech.infer import ENOUGH_SPEECH

#: Seconds of sound that are held: what speech stands out from, and whose voice it is, is judged by them.
HELD = 12.0
#: A hole in the sound shorter than this (seconds) is jitter, not silence.
GAP = 0.2
#: After so many seconds without speech nothing is said of the voice any more.
SILENT = 2.0


class Voice:
    """Push sound; a window of the last three seconds is read every second and a half.

    ``row`` (8,) is that of the newest window with enough speech, None where nobody has spoken for a while; ``speaks``
    says whether the newest window held enough, ``spoke`` when speech was last heard (seconds).
    """

    def __init__(self) -> None:
        self.row: np.ndarray | Any = None
        self.spoke: float | None = None
        self.speaks = False
        self._held = np.zeros(0, np.float32)
        self._end: float | None = None
        self._fresh = 0

    @property
    def end(self) -> float:
        """When the sound that came so far ends, seconds."""
        return self._end or 0.0

    def push_audio(self, samples: np.ndarray, time: float) -> bool:
        """Take the next samples, float32 mono, 16 kHz, -1..1, the first of them heard at ``time`` (seconds).

        Returns whether a window was read. What was not sent (a muted microphone) counts as silence.
        """
        if self._end is not None and time - self._end > GAP:
            hole = np.zeros(round(min(HELD, time - self._end) * RATE), np.float32)
            self._take(hole)
            self._end = time
        self._end = (time if self._end is None else self._end) + len(samples) / RATE
        self._take(samples)
        if self._fresh < WINDOW_HOP_SECONDS * RATE:
            return False
        self._fresh = 0
        self._read()
        return True

    def silent(self, time: float) -> bool:
        """Whether nobody has spoken for a while; forgets the row then."""
        if self.spoke is not None and time - self.spoke <= SILENT:
            return False
        self.row = None
        return True

    def _take(self, samples: np.ndarray) -> None:
        self._held = np.concatenate([self._held, samples])[-round(HELD * RATE) :]
        self._fresh += len(samples)

    def _read(self) -> None:
        self.speaks, size = False, seconds_to_frames(WINDOW_SECONDS)
        if self._last_speech(detect(self._held).speech) is None:
            return  # nobody speaks: most of the time, and nothing dear has to be asked
        activity = first_pass([self._held]).activity
        if self._last_speech(activity.speech) is None:
            return
        stop = len(activity.speech)
        start = max(0, stop - size)
        said, bounds = activity.said(self._held, start, stop), activity.bounds(start, stop)
        if said is None or bounds is None or self._end is None:
            return
        self.row = classifier.probabilities(said)
        self.spoke = self._end - (stop - bounds[1]) * HOP / RATE
        self.speaks = True

    @staticmethod
    def _last_speech(speech: Flags) -> int | None:
        """How many frames of the last window are speech; None where they are too few."""
        count = int(speech[-seconds_to_frames(WINDOW_SECONDS) :].sum())
        return count if count >= ENOUGH_SPEECH else None
