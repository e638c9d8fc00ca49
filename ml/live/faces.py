"""The faces in one participant's frames: who is where, what each shows, its mouth and its blinks.

The tracker and the models are those of a recording (ml/face); what differs is that nothing is known of what comes.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ml.core.emotions import FACE_EMOTIONS
from ml.core.naming import is_sure
from ml.face import abstain, blinks, classifier, features, mouth, quality_checks, quantised
from ml.face.multi_tracker import PATIENCE
from ml.face.tracker import Face, Tracker

#: At most so many faces of a frame are read, the largest; the others have a box alone.
MOST_READ = 12
#: Seconds of the eyes' openness that blinks are looked for in, and how long one must be over before it counts: at the
#: edge of what is known a dip is not yet one.
EYES, SETTLED = 8.0, 0.35
#: Two blinks are at least so far apart (seconds).
_BETWEEN = 0.25
#: What the tracker remembers of people long gone is thrown away this often (seconds).
_FORGET = 30.0


@dataclass
class _Known:
    """What is remembered of one face: the last second's rows, some seconds of its eyes, how often it blinked."""

    seen: float
    rows: deque[tuple[float, np.ndarray]] = field(default_factory=deque)
    eyes: deque[tuple[float, float, np.ndarray]] = field(default_factory=deque)
    drawn: deque[bool] = field(default_factory=lambda: deque(maxlen=15))
    light: deque[float] = field(default_factory=lambda: deque(maxlen=10))
    blinks: int = 0
    blinked: float = -1e9

    def blink_count(self) -> int | None:
        """Blinks so far; None where frames come too rarely to see them."""
        if len(self.eyes) < 5:
            return 0
        times, ratios, around = (np.array(column) for column in zip(*self.eyes, strict=True))
        if float(np.median(np.diff(times[-30:]))) > 1 / quality_checks.LEAST_RATE + 1e-6:
            return None
        for time in blinks.find(times, ratios, around):
            if time > self.blinked + _BETWEEN and time <= times[-1] - SETTLED:
                self.blinks, self.blinked = self.blinks + 1, time
        return self.blinks


@dataclass(frozen=True)
class Seen:
    """A frame's faces. ``faces`` are for the answer, the followed one first; ``row`` (7,) and ``mouth`` (0..1) are of
    the followed face in this very frame, None where it is not there; ``width`` is its width in pixels of the picture;
    ``light`` its grey level and ``drawn`` the share of its last looks that seem drawn."""

    faces: list[dict[str, Any]]
    followed: int | None = None
    row: np.ndarray | None = None
    mouth: float | None = None
    width: float = 0.0
    light: float = 255.0
    drawn: float = 0.0


class Faces:
    """Push a participant's pictures in order; get back what is in each."""

    def __init__(self) -> None:
        self._tracker = Tracker(landmarks_of="all")
        self._known: dict[int, _Known] = {}
        self._forget_at = _FORGET

    def look(self, picture: np.ndarray, time: float, *, careful: bool = False) -> Seen:
        """Take in a grey picture, uint8 (H, W), at ``time`` (seconds, rising).

        ``careful``: the whole picture is searched finely and each face is read from six views instead of one; what is
        named is then this frame's alone instead of the last second's.
        """
        if careful:
            self._tracker.look_closely()
        found = self._tracker.step(picture, time)
        found.sort(key=lambda face: float(face.box[0] - face.box[2]))
        read = [face for face in found[:MOST_READ] if face.points is not None]
        rows: np.ndarray = np.zeros((0, 0))
        opened: np.ndarray = np.zeros(0)
        if read:
            cuts = np.stack([features.crop(picture, face.points) for face in read])
            rows = classifier.probabilities(cuts) if careful else quantised.probabilities(cuts)
            opened = mouth.probabilities(np.stack([mouth.crop(picture, face.points) for face in read]))
            for face, cut, row in zip(read, cuts, rows, strict=True):
                self._remember(face, picture, cut, row, time)
        self._tidy(time)
        followed = self._tracker.followed.number if self._tracker.followed else None
        place = {face.number: k for k, face in enumerate(read)}
        found.sort(key=lambda face: face.number != followed)
        faces = [self._answer(face, place.get(face.number), rows, opened, picture.shape, careful) for face in found]
        if followed not in place:
            return Seen(faces)
        known, own = self._known[followed], read[place[followed]]
        return Seen(
            faces,
            followed,
            rows[place[followed]],
            float(opened[place[followed]]),
            float(own.box[2] - own.box[0]),
            float(np.median(known.light)),
            float(np.mean(known.drawn)),
        )

    def _remember(self, face: Face, picture: np.ndarray, cut: np.ndarray, row: np.ndarray, time: float) -> None:
        known = self._known.setdefault(face.number, _Known(time))
        known.seen = time
        known.rows.append((time, row))
        around = features.around_eyes(picture, face.points)
        known.eyes.append((time, features.eye_aspect_ratio(face.points), around))
        known.light.append(float(cut.mean()))
        known.drawn.append(quality_checks.is_drawn(cut))
        while known.rows[0][0] <= time - abstain.SMOOTH:
            known.rows.popleft()
        while known.eyes[0][0] <= time - EYES:
            known.eyes.popleft()

    def _tidy(self, time: float) -> None:
        for number in [n for n, known in self._known.items() if time - known.seen > PATIENCE]:
            del self._known[number]
        if time >= self._forget_at:
            self._forget_at = time + _FORGET
            self._tracker.forget()

    def _answer(
        self, face: Face, k: int | None, rows: np.ndarray, opened: np.ndarray, shape: tuple[int, ...], careful: bool
    ) -> dict[str, Any]:
        """One face for the wire; ``k`` is its place among those that were read."""
        answer: dict[str, Any] = {"id": face.number, "box": _shares(face.box, shape)}
        if k is None:
            return answer | {"emotion": None, "confidence": 0.0, "probabilities": {}, "mouth": None, "blinks": None}
        known = self._known[face.number]
        row = rows[k] if careful else np.mean([row for _, row in known.rows], axis=0)
        return answer | {
            **named(FACE_EMOTIONS, row, bool(is_sure(row))),
            "mouth": mouth.LABELS[int(opened[k] > 0.5)],
            "blinks": known.blink_count(),
        }


def named(labels: tuple[str, ...], row: np.ndarray, worth: bool) -> dict[str, Any]:
    """A row of probabilities for the wire; its likeliest class is named where that is ``worth`` it."""
    best = int(np.argmax(row))
    return {
        "emotion": labels[best] if worth else None,
        "confidence": round(float(row[best]), 4),
        "probabilities": {label: round(float(p), 4) for label, p in zip(labels, row, strict=True)},
    }


def _shares(box: np.ndarray, shape: tuple[int, ...]) -> list[float]:
    """Left, top, width and height as shares of the picture, cut off at its edges."""
    size = np.array([shape[1], shape[0]], float)
    low, high = np.clip(box[:2] / size, 0, 1), np.clip(box[2:] / size, 0, 1)
    return [round(float(v), 4) for v in (*low, *(high - low))]
