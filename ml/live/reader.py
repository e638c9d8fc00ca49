"""One participant of a live room: frames and sound in, what can be said of them out.

The same calls as for a recording: ml.face's tracker and models picture by picture, ml.speech's window by window, and
ml.fusion's stream, which a recording's readings are pushed through too. A reader holds some seconds of sound and a few
numbers a face, however long the call is.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Any

import numpy as np

from ml.core.emotions import FACE_EMOTIONS, SEVEN, SPEECH_EMOTIONS
from ml.core.errors import VivaError
from ml.core.naming import is_sure
from ml.face import quality_checks
from ml.fusion.rows import to_states
from ml.fusion.stream import FusionStream, Moment
from ml.live import jpeg
from ml.live.faces import Faces, Seen, named
from ml.live.voice import Voice
from ml.speech.classifier import abstains, shipped
from ml.speech.features import RATE, WINDOW_HOP_SECONDS

#: A picture that has not moved for so long (seconds) is a photograph or a frozen camera.
FROZEN = 4.0
#: The fused track's newest moment counts for so long (seconds).
LAST_MOMENT = 1.0
#: The longest block of sound, in samples.
MOST_SAMPLES = RATE
#: A sender's clock that leaps by more than this (seconds; forward, back) is taken for a new one.
_LEAP, _BACK = 10.0, 2.0


class BadSound(VivaError):
    """Sound that is not read. Codes: ``too_big``, ``not_sound``."""


class Reader:
    """Reads one participant. Times are milliseconds of the sender's clock, in no particular epoch."""

    def __init__(self) -> None:
        self._clock = _Clock()
        self._faces, self._voice = Faces(), Voice()
        self._stream = FusionStream(voice_hold=WINDOW_HOP_SECONDS)
        self._moment: Moment | None = None
        self._framed = self._pushed = 0.0
        self._stillness = _Stillness()

    def frame(self, data: bytes, at: float, careful: bool = False) -> dict[str, Any]:
        """Read a JPEG frame taken at ``at`` (ms).

        Returns {faces, voice, fused, state, followed} as docs/live.md has them: ``faces`` [{id, box (x, y, w, h in
        0..1), emotion, confidence, probabilities, mouth, blinks}], the followed one first. ``careful`` searches the
        whole frame finely and reads every face from six views. Raises jpeg.BadFrame, ModelMissing.
        """
        picture, scale = jpeg.decode(data)
        return self.picture(picture, self._clock.read(at), scale=scale, careful=careful)

    def sound(self, samples: np.ndarray, at: float) -> None:
        """Take a block of mono sound at 16 kHz, int16 or float (-1..1), whose first sample was heard at ``at`` (ms).

        Raises BadSound for more than a second at once, ModelMissing.
        """
        samples = np.asarray(samples)
        if samples.ndim != 1 or not len(samples):
            raise BadSound("not_sound", "A block of sound must have samples of one channel.")
        if len(samples) > MOST_SAMPLES:
            raise BadSound("too_big", "A block of sound may be a second long at most.")
        if samples.dtype == np.int16:
            samples = samples.astype(np.float32) / 32768
        samples = np.clip(np.nan_to_num(samples.astype(np.float32)), -1, 1)
        if self._voice.push_audio(samples, self._clock.read(at)) and self._voice.speaks:
            row = to_states(SPEECH_EMOTIONS, self._voice.row[None])[0]
            self._push(self._voice.end, voice=row / row.sum())

    def picture(self, grey: np.ndarray, time: float, *, scale: float = 1.0, careful: bool = False) -> dict[str, Any]:
        """`frame` for a decoded picture, grey uint8 (H, W), at ``time`` (seconds from any start, rising); ``scale`` is
        the camera's own pixels to one of the picture's."""
        self._framed = time = max(time, self._framed + 1e-3)
        seen = self._faces.look(grey, time, careful=careful)
        state = self._state(grey, time, seen, scale)
        trusted = state not in ("frozen", "drawing")
        what: dict[str, Any] = {}
        if seen.row is not None and trusted:
            what = {"face": to_states(FACE_EMOTIONS, seen.row[None])[0], "mouth": seen.mouth}
        if self._voice.silent(time):
            what["speech"] = False
        self._push(time, **what)
        faces = seen.faces
        if not trusted:  # nothing is named that is not a living face's
            faces = [face | {"emotion": None, "blinks": None} for face in faces]
        return {
            "faces": faces,
            "voice": self._voice_answer(),
            "fused": self._fused(time),
            "state": state,
            "followed": seen.followed,
        }

    def _push(self, time: float, **what: Any) -> None:
        self._pushed = max(time, self._pushed)  # a window of the voice may end before the last frame
        for moment in self._stream.push(self._pushed, **what):
            if moment.probabilities is not None:
                self._moment = moment

    def _state(self, grey: np.ndarray, time: float, seen: Seen, scale: float) -> str:
        small = quality_checks.small_copy(grey)
        if self._stillness.lasts(small, time):
            return "frozen" if seen.faces else "no face"
        if quality_checks.is_black(small):
            return "too dark"
        if seen.row is None:
            return "no face"
        if seen.drawn > 0.5:
            return "drawing"
        if seen.width * scale < quality_checks.SMALL:
            return "too small"
        return "too dark" if seen.light < quality_checks.DARK else "ok"

    def _voice_answer(self) -> dict[str, Any] | None:
        row = self._voice.row
        return None if row is None else named(SPEECH_EMOTIONS, row, not abstains(row, shipped()))

    def _fused(self, time: float) -> dict[str, Any] | None:
        """The newest moment of the fused track. Its class stays until another is clearly likelier (the stream's own
        ``label``), and is named where it is likelier than all others together."""
        moment = self._moment
        if moment is None or time - moment.time > LAST_MOMENT:
            return None
        best = SEVEN.index(moment.label)
        answer = named(SEVEN, moment.probabilities, True)
        return answer | {
            "emotion": moment.label if is_sure(moment.probabilities) else None,
            "confidence": round(float(moment.probabilities[best]), 4),
            "valence": round(moment.valence[1], 4),
        }


class _Clock:
    """The sender's clock on ours: seconds from its first message; neither leaps nor goes far back."""

    def __init__(self) -> None:
        self._offset: float | None = None
        self._last = 0.0

    def read(self, milliseconds: float) -> float:
        if not math.isfinite(milliseconds):
            raise jpeg.BadFrame("time", "A time must be a number.")
        seconds = milliseconds / 1000
        if self._offset is None:
            self._offset = -seconds
        time = seconds + self._offset
        if not -_BACK <= time - self._last <= _LEAP:
            # A page that was loaded again, a laptop that slept: as if _LEAP had gone by.
            time = self._last + _LEAP
            self._offset = time - seconds
        self._last = max(self._last, time)
        return max(0.0, time)


class _Stillness:
    """Whether the picture has not moved for a while: small copies twice a second, each compared with that of a second
    before."""

    def __init__(self) -> None:
        self._copies: deque[tuple[float, np.ndarray]] = deque(maxlen=3)
        self._moved = 0.0

    def lasts(self, small: np.ndarray, time: float) -> bool:
        """Take a frame's small copy at ``time`` (s)."""
        if self._copies and time - self._copies[-1][0] > 2 * FROZEN:
            self._copies.clear()
            self._moved = time
        if not self._copies or time - self._copies[-1][0] >= 0.5:
            if self._copies and not quality_checks.is_still(small, self._copies[0][1]):
                self._moved = time
            self._copies.append((time, small))
        return time - self._moved >= FROZEN
