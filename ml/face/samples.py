"""What is kept of a recording while its pictures go by: a few numbers a picture, about 11 MB an hour."""

from __future__ import annotations

from array import array
from collections import deque

import numpy as np

from ml.face import classifier, features, frozen, mouth, occlusion, quality_checks, quantised
from ml.face.landmark_interpolation import FrameSample

#: Times a second that the whole picture is looked at: is it black, does it move, is its face drawn?
_LOOKS = 2


class Samples:
    """Push looks in order; call :meth:`flush` at the end."""

    def __init__(self) -> None:
        self.picture_times = array("d")
        self.times, self.owners = array("d"), array("i")  # of expression samples; owner -1: no face
        self.rows, self.open, self.light = array("f"), array("f"), array("f")  # of those with a face
        self.eye_times, self.eye_owners = array("d"), array("i")  # of pictures with a face
        self.eyes, self.lips = array("f"), array("f")
        self.around = bytearray()  # of both eyes
        self.drawn, self.black, self.still = array("b"), array("b"), array("b")  # some times a second
        self.eyes_covered, self.mouth_covered = array("b"), array("b")  # of expression samples with a face
        self.looked, self.same = array("d"), array("b")  # when the whole picture was, and whether it was as before
        self.scale = 1.0
        self._faces: list[np.ndarray] = []
        self._mouths: list[np.ndarray] = []
        self._small: deque[np.ndarray] = deque(maxlen=_LOOKS)

    def add(self, look: FrameSample) -> None:
        """Take in a picture."""
        self.picture_times.append(look.time)
        if look.time * _LOOKS >= len(self.black):
            self._add_whole(look.picture, look.time)
        if look.points is not None:
            self.eye_times.append(look.time)
            self.eye_owners.append(look.owner)
            self.eyes.append(look.eyes)
            self.lips.append(look.lips)
            self.around += look.around.tobytes()
        if look.due:
            self.times.append(look.time)
            self.owners.append(look.owner if look.points is not None else -1)
            if look.points is not None:
                self._add_face(look)

    def flush(self) -> None:
        """Read the faces that wait for a batch to be full."""
        if self._faces:
            self.rows.extend(quantised.probabilities(np.stack(self._faces)).ravel().tolist())
            self.open.extend(mouth.probabilities(np.stack(self._mouths)).tolist())
            self._faces.clear()
            self._mouths.clear()

    def _add_whole(self, picture: np.ndarray, time: float) -> None:
        """Whether the whole picture is black, or has not moved for a second."""
        small = quality_checks.small_copy(picture)
        self.black.append(quality_checks.is_black(small))
        before = self._small[-1] if self._small else None
        self.looked.append(time)
        self.same.append(frozen.Change.MOVED if before is None else frozen.change(small, before))
        if len(self._small) == _LOOKS:
            self.still.append(quality_checks.is_still(small, self._small[0]))
        self._small.append(small)

    def _add_face(self, look: FrameSample) -> None:
        face = features.crop(look.picture, look.points)
        self.light.append(float(face.mean()))
        spread = float(face.std())
        self.eyes_covered.append(occlusion.eyes_covered(look.picture, look.points, spread))
        self.mouth_covered.append(occlusion.mouth_covered(look.picture, look.points, spread))
        if look.time * _LOOKS >= len(self.drawn):
            self.drawn.append(quality_checks.is_drawn(face))
        self._faces.append(face)
        self._mouths.append(mouth.crop(look.picture, look.points))
        if len(self._faces) == classifier.BATCH:
            self.flush()
