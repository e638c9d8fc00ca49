"""Whose face is read where several are seen."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ml.face.features import overlap

#: Someone not seen for this long (seconds) is somebody new when they are seen again.
PATIENCE = 3.0
#: By how much somebody else must have been there longer and larger before the reading goes over to them: among people
#: of like size it would otherwise go to and fro, and what was read of each would be too little.
LEAD = 1.1


@dataclass
class Person:
    """A face followed through time: where it was last, how long it has been there (weighed by its size),
    whom it met."""

    number: int
    box: np.ndarray
    seen: float
    weight: float = 0.0
    met: set[int] = field(default_factory=set)


class People:
    """Links boxes from one detection to the next, and says which person the reading follows.

    Nobody is recognised: a person is a box that overlaps, or is near, the one it had before. The reading
    follows whoever has been there longest and largest among those in the picture.
    """

    def __init__(self) -> None:
        self.present: list[Person] = []
        self.weights: dict[int, float] = {}
        self.met: dict[int, set[int]] = {}
        self.followed: dict[int, int] = {}  # in how many pictures somebody was the one to read
        self.current = -1
        self.counts: list[int] = []  # how many pictures showed 0, 1, 2, … faces

    def update(self, boxes: list[np.ndarray], time: float) -> Person | None:
        """Take in the faces of one picture at ``time`` (s); returns whom to read, or None where nobody is
        there."""
        while len(self.counts) <= len(boxes):
            self.counts.append(0)
        self.counts[len(boxes)] += 1
        self.present = [person for person in self.present if time - person.seen <= PATIENCE]
        pairs = [(_nearness(p.box, box), i, j) for i, p in enumerate(self.present) for j, box in enumerate(boxes)]
        here: dict[int, Person] = {}
        taken: set[int] = set()
        for nearness, i, j in sorted(pairs, key=lambda pair: -pair[0]):
            if nearness > 0 and i not in taken and j not in here:
                taken.add(i)
                here[j] = self.present[i]
        for j, box in enumerate(boxes):
            if j not in here:
                here[j] = Person(len(self.weights), box, time)
                self.present.append(here[j])
                self.weights[here[j].number] = 0.0
            person = here[j]
            person.box, person.seen = box, time
            person.weight += float(box[2] - box[0])
            self.weights[person.number] = person.weight
        numbers = {person.number for person in here.values()}
        for number in numbers:
            self.met.setdefault(number, set()).update(numbers - {number})
        if not here:
            return None
        best = max(here.values(), key=lambda person: (person.weight, -person.number))
        kept = next((person for person in here.values() if person.number == self.current), best)
        chosen = best if best.weight > LEAD * kept.weight else kept
        self.current = chosen.number
        self.followed[chosen.number] = self.followed.get(chosen.number, 0) + 1
        return chosen

    def boxes(self, time: float, within: float) -> list[np.ndarray]:
        """Where faces were in the last ``within`` seconds."""
        return [person.box for person in self.present if time - person.seen <= within]

    def others(self) -> set[int]:
        """Those who were in the picture together with the person who was read most, and so are somebody else."""
        if not self.followed:
            return set()
        main = max(self.followed, key=lambda number: (self.followed[number], self.weights[number]))
        return self.met.get(main, set())

    def summary(self) -> dict[str, float | int]:
        """{max_faces, share_with_several}: the largest number seen in at least two pictures and 1 % of
        them; 0..1."""
        total = sum(self.counts)
        least = max(2, 0.01 * total) if total > 1 else 1
        at_least = [sum(self.counts[n:]) for n in range(len(self.counts))]
        most = max((n for n, count in enumerate(at_least) if n and count >= least), default=0)
        several = sum(self.counts[2:]) / total if total and most > 1 else 0.0
        return {"max_faces": most, "share_with_several": several}


def _nearness(a: np.ndarray, b: np.ndarray) -> float:
    """Above 0 where two boxes may be the same face: their overlap, or a little where they only lie close
    and are alike."""
    common = overlap(a, b)
    if common > 0:
        return common
    width, other = a[2] - a[0], b[2] - b[0]
    distance = np.hypot(*((a[:2] + a[2:]) / 2 - (b[:2] + b[2:]) / 2))
    return 0.01 if distance < 1.2 * max(width, other) and 0.6 < width / other < 1.67 else 0.0
