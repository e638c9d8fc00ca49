"""When the whole picture is searched for faces: seldom while nothing new is in it, soon after something is.

The searches are :mod:`ml.face.detector`'s, the dear part of following a face. The pace was chosen with
``./viva bench face``.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ml.face import detector
from ml.face.detector import Found

#: How long somebody just lost is looked for at the faster pace.
JUST_NOW = 2.0
#: Seconds until the whole picture is searched again, finely, once somebody was found by a search that was not; and
#: between searches, whatever is new, for so long after somebody was lost.
_AGAIN, _MISSED = 2.0, 10.0
#: Seconds from the first news until the whole picture is searched finely: who came has come by then, however small.
_COME = 3.0
#: Heads rolled by so much (degrees) are looked for where nobody upright is there, above this score.
_TILTS, ROLLED = (30.0, -30.0), 0.4
#: Pictures are compared as copies so many pixels long, in which the smallest face that a coarse search finds takes
#: five. A pixel is new where it differs from all around its place in the picture searched last by more than NEW grey
#: levels; so many new ones in a face's room are somebody, perhaps.
_SIDE, _ROOM, NEW, ENOUGH = 40, 5, 12, 4
#: What is this near to a known face, in widths of it, is no news, nor what is under it: shoulders, and hands that talk.
_ABOUT, _SHOULDERS = 0.4, 1.0
#: While there is news, each search comes so many times later than the one before, up to so many times in all.
_SLOWER, _SLOWEST = 1.25, 2.0


@dataclass(frozen=True)
class DetectionIntervals:
    """Seconds between two looks around a known face; between coarse and fine searches of the whole picture while
    somebody is in it and nothing is new; between two looks whether something is, and between searches while it is;
    between searches while nobody is there, when somebody was just now and later."""

    check: float = 0.35
    coarse: float = 5.0
    fine: float = 30.0
    interval: float = 0.4
    stirred: float = 1.0
    seeking: float = 0.2
    idle: float = 0.5


class DetectionScheduler:
    """Push pictures in order; get back the faces of those in which the whole was searched."""

    def __init__(self, cadence: DetectionIntervals) -> None:
        self.cadence = cadence
        self._scan_at = self._fine_at = self._seek_at = self._interval_ends = 0.0
        self._last_here, self._seeks = -1e9, 0
        self._searched: np.ndarray | None = None  # a small copy of the picture searched last
        self._missed_until = -1e9
        self._stirs = 0.0  # seconds to the next search where there was news; 0: there was none

    def search(self, picture: np.ndarray, time: float, known: list[np.ndarray]) -> list[Found] | None:
        """Search a grey picture (uint8) at ``time`` (s) where it is time to; ``known`` are boxes where somebody is
        expected. None: not searched."""
        if known:
            self._last_here = time
        return self._watch(picture, time, known) if known else self._seek(picture, time)

    def at_once(self) -> None:
        """Search the whole next picture finely, whatever the cadence says."""
        self._fine_at = self._seek_at = 0.0
        self._seeks = 0

    def miss(self, time: float) -> None:
        """Somebody was lost, and may be back where nothing new is seen: search as often as before for a while."""
        self._missed_until = time + _MISSED
        self._scan_at = min(self._scan_at, time + _AGAIN)

    def _watch(self, picture: np.ndarray, time: float, known: list[np.ndarray]) -> list[Found] | None:
        """Search for newcomers: where something new is seen, once more when whoever came has come, and now and then."""
        due = time >= min(self._scan_at, self._fine_at)
        if not due and (self._stirs or time < self._interval_ends):
            return None
        self._interval_ends = time + self.cadence.interval
        small = _small(picture)
        news = self._searched is not None and has_changed(
            small, self._searched, [box * _scale(picture) for box in known]
        )
        if not due and not news:
            return None
        pace = self.cadence
        if news and not self._stirs:
            self._fine_at = min(self._fine_at, time + _COME)
        self._stirs = min(_SLOWEST * pace.stirred, _SLOWER * self._stirs or pace.stirred) if news else 0.0
        rest = min(pace.coarse, _AGAIN) if time < self._missed_until else pace.coarse
        self._scan_at, self._searched = time + min(rest, self._stirs or rest), small
        if time >= self._fine_at - pace.coarse / 2:  # a little early rather than both
            self._fine_at = time + pace.fine
            return _search(picture, detector.FINE, known)
        return _search(picture, detector.COARSE, known)

    def _seek(self, picture: np.ndarray, time: float) -> list[Found] | None:
        """Search for somebody, where nobody is known to be there: by turns finely, coarsely, and for heads that are
        rolled."""
        if time < self._seek_at:
            return None
        turn, self._seeks = self._seeks % 4, self._seeks + 1
        pace = self.cadence
        self._seek_at = time + (pace.seeking if time - self._last_here < JUST_NOW else pace.idle)
        # A coarse search, or one for rolled heads, may have missed somebody small, or upright.
        self._scan_at = time + (pace.coarse if turn == 0 else _AGAIN)
        self._fine_at = time + (pace.fine if turn == 0 else _AGAIN)
        self._searched, self._stirs = _small(picture), 0.0
        if turn == 2:
            return detector.search(picture, least=ROLLED, tilt=_TILTS[self._seeks // 4 % 2])
        return _search(picture, detector.COARSE if turn else detector.FINE, [])


def has_changed(small: np.ndarray, before: np.ndarray, known: list[np.ndarray]) -> bool:
    """Whether a small copy of a picture shows something where a face may be that one before did not, anywhere near.

    ``known`` are boxes, in its pixels, of faces that are known of. What sways by a pixel is no news, nor what a sway
    brings in at the picture's edges.
    """
    if small.shape != before.shape:
        return True
    around = np.ones((3, 3), np.uint8)
    above = cv2.subtract(small, cv2.dilate(before, around))
    below = cv2.subtract(cv2.erode(before, around), small)
    new = (cv2.max(above, below) > NEW).astype(np.uint8)
    new[[0, -1]] = new[:, [0, -1]] = 0
    for box in known:
        left, top, right, bottom = box
        width = right - left
        _clear(new, left - _ABOUT * width, top - _ABOUT * width, right + _ABOUT * width, bottom)
        _clear(new, left - _SHOULDERS * width, bottom, right + _SHOULDERS * width, len(new))
    together = cv2.boxFilter(new, -1, (_ROOM, _ROOM), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return bool(together.max() >= ENOUGH)


def _clear(new: np.ndarray, left: float, top: float, right: float, bottom: float) -> None:
    """Nothing is new in these columns and rows, those at the edges included."""
    new[max(0, int(top)) : max(0, int(bottom) + 1), max(0, int(left)) : max(0, int(right) + 1)] = 0


def _search(picture: np.ndarray, side: int, known: list[np.ndarray]) -> list[Found]:
    """Search the whole picture. A face of nobody known must stand a second look, at another scale, at once: what only
    seems to be a face seldom does."""
    return [one for one in detector.search(picture, side) if _is_one_of(one, known) or _stands(one, picture)]


def _is_one_of(one: Found, known: list[np.ndarray]) -> bool:
    return any(detector.overlap(one.box, box) > 0.5 for box in known)


def _stands(one: Found, picture: np.ndarray) -> bool:
    near = detector.search_near(picture, one.box, least=detector.NEW_FACE)
    return any(detector.overlap(one.box, other.box) > 0.4 for other in near)


def _scale(picture: np.ndarray) -> float:
    return _SIDE / max(picture.shape)


def _small(picture: np.ndarray) -> np.ndarray:
    size = [max(1, round(side * _scale(picture))) for side in picture.shape[::-1]]
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
