"""Who is who among the faces of a film, from one look to the next, and whose face is read."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from scipy.optimize import linear_sum_assignment

from ml.face.detector import Found, overlap

#: Someone not seen for this long (seconds) is somebody new when they are seen again.
PATIENCE = 3.0
#: The reading waits this long (seconds) for the face it follows before it goes over to another.
WAIT = 1.0
#: By how much somebody else must have been there longer and larger before the reading goes over to them: among people
#: of like size it would otherwise go to and fro, and what was read of each would be too little.
LEAD = 1.1
#: Somebody seen in fewer looks than this is a flicker of the detector.
LEAST_LOOKS = 2
#: A link between a person and a face counts above this likeness.
_LEAST_LIKENESS = 0.15
_LOOK = 24


@dataclass
class Person:
    """A face followed through time: where it was last, how long it has been there (weighed by its size), whom it met.

    ``appearance`` is its embedding: a grey picture of the head, (24, 24), with mean 0 and length 1. ``spans`` are the
    stretches of time in which it was seen without a break.
    """

    number: int
    box: np.ndarray
    seen: float
    appearance: np.ndarray | None = None
    velocity: np.ndarray = field(default_factory=lambda: np.zeros(2))
    points: np.ndarray | None = None
    carried: np.ndarray | None = None  # where its landmarks put it in the picture before
    tilt: float = 0.0
    weight: float = 0.0
    looks: int = 0
    here: bool = True
    check_at: float = 0.0
    spans: list[list[float]] = field(default_factory=list)
    widths: array = field(default_factory=lambda: array("f"))
    pictures: int = 0
    met: set[int] = field(default_factory=set)

    def expected(self, time: float) -> np.ndarray:
        """Where its box should be by now: where its landmarks were, or had it moved on as it did."""
        if self.carried is not None:
            return self.carried
        return self.box + np.tile(self.velocity * min(0.5, max(0.0, time - self.seen)), 2)


class MultiObjectTracker:
    """Links faces from one look to the next, by place and appearance, and says which person the reading follows.

    Nobody is recognised: a person is a face that is near, and looks like, the one just before. The reading
    follows whoever has been there longest and largest among those in the picture.
    """

    def __init__(self) -> None:
        self.everyone: list[Person] = []
        self._numbered = 0  # numbers given so far
        self.present: list[Person] = []  # seen within PATIENCE; ``here`` while their face is in the picture
        self.followed: dict[int, int] = {}  # in how many pictures somebody was the one to read
        self.current = -1
        self.counts: list[int] = []  # how many pictures showed 0, 1, 2, … faces

    def link(self, found: list[Found], time: float, picture: np.ndarray | None = None) -> list[Person]:
        """Take in the faces found at ``time`` (s): returns the person of each.

        Each face goes to one person at most, so that the sum of likenesses is largest (Hungarian method); a face like
        nobody's is somebody new. ``picture`` (grey) lets appearance count.
        """
        self.present = [person for person in self.present if time - person.seen <= PATIENCE]
        looks = [None if picture is None else appearance_embedding(picture, one.box) for one in found]
        likeness = np.array(
            [
                [_likeness(person, one.box, look, time) for one, look in zip(found, looks, strict=True)]
                for person in self.present
            ]
        ).reshape(len(self.present), len(found))
        linked: dict[int, Person] = {}
        for i, j in zip(*linear_sum_assignment(-likeness), strict=True):
            if likeness[i, j] > _LEAST_LIKENESS:
                linked[int(j)] = self.present[i]
        for j, (one, look) in enumerate(zip(found, looks, strict=True)):
            if j not in linked:
                linked[j] = Person(self._numbered, one.box, time)
                self._numbered += 1
                self.everyone.append(linked[j])
                self.present.append(linked[j])
            _seen(linked[j], one.box, look, time)
        return [linked[j] for j in range(len(found))]

    def lose(self, person: Person) -> None:
        """Their face is in the picture no more; they keep their number for PATIENCE."""
        person.here, person.points, person.carried, person.tilt = False, None, None, 0.0

    def here(self) -> list[Person]:
        """Those whose face is in the picture."""
        return [person for person in self.present if person.here]

    def choose(self, time: float) -> Person | None:
        """Whom to read now; None where nobody is there, or the one followed is hidden for a moment."""
        here = self.here()
        kept = next((person for person in self.present if person.number == self.current), None)
        if not here:
            return None
        best = max(here, key=lambda person: (person.weight, -person.number))
        if kept is None or (not kept.here and time - kept.seen > WAIT) or best.weight > LEAD * kept.weight:
            chosen = best
        else:
            chosen = kept
        self.current = chosen.number
        return chosen if chosen.here else None

    def count(self, chosen: Person | None) -> None:
        """Note who is in a picture that is read, and whose face is read in it."""
        here = [person for person in self.here() if person.looks >= LEAST_LOOKS or person is chosen]
        while len(self.counts) <= len(here):
            self.counts.append(0)
        self.counts[len(here)] += 1
        numbers = {person.number for person in here}
        for person in here:
            person.met |= numbers - {person.number}
            person.pictures += 1
        if chosen is not None:
            self.followed[chosen.number] = self.followed.get(chosen.number, 0) + 1

    def update(self, found: list[Found], time: float, picture: np.ndarray | None = None) -> Person | None:
        """One whole look at a picture: link, lose who is not there, choose, count; returns whom to read."""
        seen = {person.number for person in self.link(found, time, picture)}
        for person in self.here():
            if person.number not in seen:
                self.lose(person)
        chosen = self.choose(time)
        self.count(chosen)
        return chosen

    def forget(self) -> None:
        """Keep only what is needed to go on: a live stream has no end, and nobody asks who was there an hour ago."""
        self.everyone = list(self.present)
        self.followed, self.counts = {}, []
        for person in self.present:
            del person.spans[:-1], person.widths[:]
            person.met.clear()

    def others(self) -> set[int]:
        """Those who were in the picture together with the person who was read most, and so are somebody else."""
        main = self.main()
        return set() if main is None else main.met

    def main(self) -> Person | None:
        """Who was read in most pictures."""
        if not self.followed:
            return None
        weights = {person.number: person.weight for person in self.everyone}
        number = max(self.followed, key=lambda n: (self.followed[n], weights[n]))
        return next(person for person in self.everyone if person.number == number)

    def summary(self) -> dict[str, float | int]:
        """{max_faces, share_with_several}: the largest number seen in at least two pictures and 1 % of
        them; 0..1."""
        total = sum(self.counts)
        least = max(2, 0.01 * total) if total > 1 else 1
        at_least = [sum(self.counts[n:]) for n in range(len(self.counts))]
        most = max((n for n, count in enumerate(at_least) if n and count >= least), default=0)
        several = sum(self.counts[2:]) / total if total and most > 1 else 0.0
        return {"max_faces": most, "share_with_several": several}

    def tracks(self, scale: float = 1.0) -> list[dict[str, Any]]:
        """What a reading says of each person (see FaceReading), whose face was read first; ``scale`` is the recording's
        own pixels to one of ours."""
        total, others = max(1, sum(self.counts)), self.others()
        real = [person for person in self.everyone if person.pictures and person.looks >= LEAST_LOOKS]
        tracks = [
            {
                "id": person.number,
                "first": round(person.spans[0][0], 2),
                "last": round(person.spans[-1][1], 2),
                "share": round(person.pictures / total, 4),
                "candidate": person.number in self.followed and person.number not in others,
                "median_box_px": round(float(np.median(person.widths)) * scale),
                "spans": [[round(a, 2), round(b, 2)] for a, b in person.spans],
            }
            for person in real
        ]
        return sorted(tracks, key=lambda track: (not track["candidate"], -track["share"], track["id"]))


def appearance_embedding(picture: np.ndarray, box: np.ndarray) -> np.ndarray:
    """The head in a grey picture as a vector of length 1 and mean 0, (24 * 24,)."""
    centre, side = (box[:2] + box[2:]) / 2, 1.4 * float(box[2] - box[0])
    step = side / _LOOK
    matrix = np.array([[step, 0, centre[0] - side / 2], [0, step, centre[1] - side / 2]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    look = cv2.warpAffine(picture, matrix, (_LOOK, _LOOK), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    look = look.astype(np.float32).ravel()
    look -= look.mean()
    return look / max(float(np.linalg.norm(look)), 1e-6)


def _seen(person: Person, box: np.ndarray, look: np.ndarray | None, time: float) -> None:
    gap = time - person.seen
    if person.looks and person.here and gap > 0.02:
        moved = ((box[:2] + box[2:]) - (person.box[:2] + person.box[2:])) / 2 / gap
        person.velocity = 0.5 * person.velocity + 0.5 * moved
    if person.looks and person.here:
        person.spans[-1][1] = time
    else:
        person.spans.append([time, time])
    person.weight += float(box[2] - box[0]) * min(1.0, gap if person.here and person.looks else 0.1)
    if look is not None:
        mixed = look if person.appearance is None else 0.8 * person.appearance + 0.2 * look
        person.appearance = mixed / max(float(np.linalg.norm(mixed)), 1e-6)
    person.box, person.seen, person.here = box, time, True
    person.looks += 1
    person.widths.append(float(box[2] - box[0]))


def _likeness(person: Person, box: np.ndarray, look: np.ndarray | None, time: float) -> float:
    """Above ``_LEAST_LIKENESS`` where a face may be this person's: place, size and, where known, appearance."""
    expected = person.expected(time)
    width, other = person.box[2] - person.box[0], box[2] - box[0]
    if not 0.55 < width / other < 1.8:
        return 0.0
    distance = min(
        float(np.hypot(*((place[:2] + place[2:]) / 2 - (box[:2] + box[2:]) / 2))) for place in (expected, person.box)
    )
    reach = max(width, other) * (1.2 + min(2.0, time - person.seen))
    if distance > reach:
        return 0.0
    near = max(overlap(expected, box), overlap(person.box, box))
    alike = 0.5 if look is None or person.appearance is None else max(0.0, float(look @ person.appearance))
    if not near and alike < 0.4:
        return 0.0
    return 0.5 * near + 0.2 * (1 - distance / reach) + 0.5 * alike
