"""Landmarks for every picture of a film, of which most are found and some lie between those of their neighbours.

Landmarks are dear, and a face at rest has the same a fifteenth of a second later. A recording can be asked what came
after: a picture left out is looked at once the next has landmarks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.face import features

#: Landmarks are found at least this often (seconds), give or take a rounded time; pictures between may wait.
APART = 4 / 15 - 0.01
#: A face that moved faster than this (widths of its box a second) gets landmarks in every picture, to be followed.
FAST = 0.4
#: Nothing happened around the eyes where what is there is as much like what lies between its neighbours (one minus the
#: correlation, each eye). A blink changes more (blinks.STIRRED).
SAME = 0.01
#: Eyes narrower than this share of what they were lately may be about to shut, or just opening.
NARROW = 0.8
#: Landmarks jitter with the box that they start from: where the eyes are between these shares of what they were, about
#: where a blink begins to be one (1 - blinks.DEPTH), a second start is taken too, and the mean of both.
DOUBTFUL = (0.6, 0.85)
#: How fast what is usual follows eyes that open wider, and eyes that narrow (share of the way from look to look).
_WIDENS, _NARROWS = 0.2, 0.05


@dataclass
class FrameSample:
    """A grey picture, uint8 (H, W), at ``time`` (s). ``owner`` is whose face is read in it (-1: nobody's), ``points``
    its landmarks (68, 2), ``eyes`` and ``lips`` their aspect ratios and ``around`` what is around the eyes (see
    :func:`features.around_eyes`). ``due`` says that the expression is wanted."""

    time: float
    picture: np.ndarray
    due: bool
    owner: int = -1
    points: np.ndarray | Any = None
    eyes: float = 0.0
    lips: float = 0.0
    around: np.ndarray | Any = None

    def measure(self, points: np.ndarray) -> FrameSample:
        """Take these landmarks and what follows from them."""
        self.points = points
        self.eyes, self.lips = features.eye_aspect_ratio(points), features.mouth_aspect_ratio(points)
        self.around = features.around_eyes(self.picture, points)
        return self


class LandmarkInterpolator:
    """Push looks in order, some of them of a face without its landmarks; get them back whole, in order."""

    def __init__(self) -> None:
        self._before: FrameSample | Any = None
        self._waiting: list[FrameSample] = []
        self._usual, self._moves = 0.0, False

    def wants(self, time: float) -> bool:
        """Whether the picture at ``time`` (s) must have landmarks."""
        return self._before is None or self._moves or time - self._before.time >= APART

    def push(self, look: FrameSample) -> list[FrameSample]:
        """Take in a look, with landmarks or without; returns those that are whole now."""
        before: FrameSample | Any = self._before
        same = before is not None and before.owner == look.owner
        if look.points is None and look.owner >= 0:
            if same:
                self._waiting.append(look)
                return []
            raise ValueError("nobody's landmarks are known to go on from")
        if look.points is None:
            whole, self._before = self.end(), None
            return [*whole, look]
        look = _doubted(look.measure(look.points), self._usual)
        whole = self._settled(look) if same else self.end()
        self._moves = same and _speed(before, look) > FAST
        self._usual += (_WIDENS if look.eyes > self._usual else _NARROWS) * (look.eyes - self._usual)
        self._before = look
        return [*whole, look]

    def end(self) -> list[FrameSample]:
        """What waits, made whole although nothing comes after it."""
        waiting, self._waiting = self._waiting, []
        return [_found(look, self._before.points, self._usual) for look in waiting]

    def _settled(self, after: FrameSample) -> list[FrameSample]:
        """What waits, made whole, each look by those on both sides of it."""
        whole = [self._before]
        for look in self._waiting:
            whole.append(_between(look, whole[-1], after, self._usual))
        self._waiting = []
        return whole[1:]


def _between(look: FrameSample, before: FrameSample, after: FrameSample, usual: float) -> FrameSample:
    """A look made whole from its neighbours where that will do, from its own picture where it will not."""
    share = (look.time - before.time) / (after.time - before.time)
    points = _mix(before.points, after.points, share)
    if min(before.eyes, after.eyes) < NARROW * usual:
        return _found(look, before.points, usual)
    around = features.around_eyes(look.picture, points)
    if max(features.unlike(around, _mix(before.around.astype(np.float32), after.around, share))) > SAME:
        return _found(look, before.points, usual)
    look.points, look.around = points, around
    look.eyes, look.lips = _mix(before.eyes, after.eyes, share), _mix(before.lips, after.lips, share)
    return look


def _found(look: FrameSample, near: np.ndarray, usual: float) -> FrameSample:
    """A look with landmarks of its own, found where others are."""
    points = features.landmarks(look.picture, features.box_of(near), features.tilt_of(near))
    return _doubted(look.measure(points), usual)


def _doubted(look: FrameSample, usual: float) -> FrameSample:
    """A look with a second opinion on its eyes where one is in doubt."""
    low, high = DOUBTFUL
    if low * usual < look.eyes < high * usual:
        start, tilt = features.box_of(look.points), features.tilt_of(look.points)
        look.eyes = (look.eyes + features.eye_aspect_ratio(features.landmarks(look.picture, start, tilt))) / 2
    return look


def _mix(one, other, share: float):
    return one + (other - one) * share


def _speed(before: FrameSample, after: FrameSample) -> float:
    """How fast the face moved: widths of it (from the outer corner of one eye to that of the other, twice) a second."""
    moved = (after.points[[36, 45, 33]] - before.points[[36, 45, 33]]).mean(0)
    width = 2 * float(np.hypot(*(after.points[45] - after.points[36])))
    return float(np.hypot(*moved)) / max(width, 1.0) / max(after.time - before.time, 1e-3)
