"""Follow the faces of a film picture by picture: the same for a recording and for the live room.

The detector is the dear part, so it looks at the whole picture only now and then
(:mod:`ml.face.detection_scheduler`). In between, landmarks carry the followed face from picture to picture, and a
look around each known face says whether it is still there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.face import detector, features
from ml.face.detection_scheduler import DetectionIntervals, DetectionScheduler
from ml.face.detector import Found
from ml.face.multi_tracker import LEAST_LOOKS, MultiObjectTracker, Person

__all__ = ["DetectionIntervals", "Face", "Tracker"]

#: A face not found for this long (seconds) in every picture is gone.
DOUBT = 0.3
#: Landmarks carry a face on while its box overlaps the detector's by so much; else they start anew from that.
SAME_PLACE = 0.6
#: At most this many faces are looked after; more are a crowd.
MOST = 24


@dataclass
class Face:
    """One face in one picture. ``number`` stays the same while it is followed; ``points`` are landmarks (68, 2) or None
    where none were asked for; ``sure`` says that the detector saw it in this very picture."""

    number: int
    box: np.ndarray
    points: np.ndarray | Any
    sure: bool


class Tracker:
    """Push pictures in order; get back the faces in each.

    ``landmarks_of``: "followed" gives landmarks of the face that is read alone, "all" those of every face.
    """

    def __init__(self, landmarks_of: str = "followed", cadence: DetectionIntervals | None = None) -> None:
        self.people = MultiObjectTracker()
        self.cadence = cadence or DetectionIntervals()
        #: Whose face is read in the picture just taken in.
        self.followed: Person | None = None
        #: Samples of (number, after, until) turned out to be of no face; times in seconds.
        self.voids: list[tuple[int, float, float]] = []
        self._all = landmarks_of == "all"
        self._scheduler = DetectionScheduler(self.cadence)
        self._doubted: dict[int, float] = {}  # number: since when

    def step(self, picture: np.ndarray, time: float, *, landmarks: bool = True) -> list[Face]:
        """Take in a grey picture, uint8 (H, W), at ``time`` (s, rising); returns the faces in it.

        Without ``landmarks`` a face that is carried by those of the picture before has none, and stays where it was.
        """
        people = self.people
        known = people.here()
        found = self._scheduler.search(picture, time, [person.expected(time) for person in known])
        asked = known if found is not None else [p for p in known if time >= p.check_at]
        sure: set[int] = set()
        if asked or found:
            found = self._look_around(picture, time, found or [], asked[:MOST])
            sure = {person.number for person in people.link(found[:MOST], time, picture)}
            self._judge(asked[:MOST], sure, time)
        self.followed = people.choose(time)
        return [self._carry(person, picture, time, person.number in sure, landmarks) for person in people.here()]

    def look_closely(self) -> None:
        """Search the whole next picture finely and look around everybody known, whatever the cadence says."""
        self._scheduler.at_once()
        for person in self.people.here():
            person.check_at = 0.0

    def forget(self) -> None:
        """Keep only what is needed to go on, as a stream without an end must."""
        self.voids.clear()
        self.people.forget()

    def _look_around(self, picture: np.ndarray, time: float, found: list[Found], asked: list[Person]) -> list[Found]:
        """The faces found, and those around where the people ``asked`` for should be."""
        found = list(found)
        for person in asked:
            place = person.expected(time)
            if not any(detector.overlap(one.box, place) > 0.5 for one in found):
                near = detector.search_near(picture, place, tilt=person.tilt)
                found += [
                    one for one in near if one.score >= detector.NEW_FACE or detector.overlap(one.box, place) > 0.4
                ]
        return detector.apart(found)

    def _judge(self, asked: list[Person], sure: set[int], time: float) -> None:
        """Who was seen is asked for again later; who was not is doubted, and in the end lost."""
        for person in self.people.here():
            if person.number in sure:
                self._doubted.pop(person.number, None)
                person.check_at = time + self.cadence.check if person.looks >= LEAST_LOOKS else time
        for person in asked:
            if person.number in sure:
                continue
            since = self._doubted.setdefault(person.number, time)
            person.check_at = time
            if person.looks < LEAST_LOOKS or time - since >= DOUBT:
                after = person.seen if person.looks >= LEAST_LOOKS else person.seen - 1e-6
                self.voids.append((person.number, after, time))
                self._doubted.pop(person.number)
                self.people.lose(person)
                self._scheduler.miss(time)

    def _carry(self, person: Person, picture: np.ndarray, time: float, sure: bool, wanted: bool) -> Face:
        """Where the face is in this picture, and its landmarks where they are ``wanted`` or needed."""
        if not (self._all or person is self.followed):
            person.points = person.carried = None
            return Face(person.number, person.expected(time), None, sure)
        before = person.carried
        astray = before is None or (sure and detector.overlap(before, person.box) < SAME_PLACE)
        if before is not None and not wanted and not astray:
            return Face(person.number, before, None, sure)
        start = person.box if sure and astray else person.expected(time)
        points = features.landmarks(picture, start, person.tilt)
        person.points, person.carried, person.tilt = points, features.box_of(points), features.tilt_of(points)
        if detector.overlap(person.carried, start) < 0.5:
            person.check_at = time  # a leap: look at once whether this is still a face
        return Face(person.number, person.carried, points, sure)
