"""Read a face from a recording: expression over time, blinks, mouth, and who was there."""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ml import media, registry
from ml.errors import Unreadable
from ml.face import blinks, classifier, features
from ml.face.people import People
from ml.readings import FACE_EMOTIONS, Estimate, FaceReading, Track
from ml.statistics import block_bootstrap

#: Pictures looked at in a second: eyes in each (a blink takes 0.1 to 0.4 s), face and expression in every
#: third.
FPS, STRIDE = 15, 3
#: Pictures are read at most this high, in pixels.
HEIGHT = 480
#: Rows of a track at most; a longer recording's neighbouring rows are averaged.
ROWS = 3000
#: Expressions this close in time (seconds) are not independent of each other.
MEMORY = 3.0
#: Below this coverage no expression is named.
LEAST_COVERAGE = 0.3


class _Samples:
    """What is kept of a recording: a few numbers a sample, about 2 MB an hour."""

    def __init__(self) -> None:
        self.times, self.owners = array("d"), array("i")  # of expression samples; owner -1: no face
        self.rows = array("f")
        self.eye_times, self.eye_owners = array("d"), array("i")
        self.eyes, self.mouths = array("f"), array("f")
        self._waiting: list[np.ndarray] = []

    def add(self, time: float, owner: int, face: np.ndarray | None) -> None:
        self.times.append(time)
        self.owners.append(owner)
        if face is not None:
            self._waiting.append(face)
            if len(self._waiting) == classifier.BATCH:
                self.flush()

    def add_landmarks(self, time: float, owner: int, points: np.ndarray) -> None:
        self.eye_times.append(time)
        self.eye_owners.append(owner)
        self.eyes.append(features.eye_aspect_ratio(points))
        self.mouths.append(features.mouth_aspect_ratio(points))

    def flush(self) -> None:
        if self._waiting:
            self.rows.extend(classifier.probabilities(np.stack(self._waiting)).ravel().tolist())
            self._waiting.clear()


def read(path: str | Path, *, progress: Callable[[float], None] | None = None) -> FaceReading:
    """Read the face in a recording, streaming.

    ``progress`` is called with the share done, 0..1. The reading follows one person: whoever is in the
    picture longest and largest. Raises Unreadable (``no_video``, ``no_face``), MediaError, ModelMissing.
    """
    version = registry.version_of("face")
    info = media.probe(path)
    if not info.has_video:
        raise Unreadable(
            "no_video",
            "This recording has no picture, so no face could be read. Record it again with the camera switched on.",
        )
    samples, people = _Samples(), People()
    end = _watch(path, info.seconds, samples, people, progress)
    samples.flush()
    if len(samples.times) == 0:
        raise Unreadable(
            "no_video",
            "This recording has a video track without a single picture. Record it again with the camera switched on.",
        )
    others = np.array(sorted(people.others()), dtype=int)
    owners = np.array(samples.owners)
    rows = np.full((len(owners), len(FACE_EMOTIONS)), np.nan)
    rows[owners >= 0] = np.frombuffer(samples.rows, np.float32).reshape(-1, len(FACE_EMOTIONS))
    rows[np.isin(owners, others)] = np.nan
    seen = ~np.isnan(rows[:, 0])
    if not seen.any():
        raise Unreadable(
            "no_face",
            "No face was seen in this recording. Sit facing the camera, in light, so that your face fills a quarter of "
            "the picture's height or more, and record it again.",
        )
    mine = ~np.isin(np.array(samples.eye_owners), others)
    eye_times, eyes = np.array(samples.eye_times)[mine], np.array(samples.eyes)[mine]
    coverage = float(seen.mean())
    length = max(info.seconds, end)
    distribution = _distribution(rows[seen], np.array(samples.times))
    summary = people.summary()
    return FaceReading(
        model=version,
        coverage=coverage,
        warnings=_warnings(summary, coverage),
        seconds=length,
        frames=len(seen),
        frames_with_face=int(seen.sum()),
        track=_track(np.array(samples.times), rows),
        distribution=distribution,
        dominant=_dominant(distribution, coverage),
        blinks=blinks.summarise(eye_times, eyes, coverage * length),
        mouth_open=float((np.array(samples.mouths)[mine] > features.MOUTH_OPEN).mean()),
        people=summary,
    )


def _watch(
    path: str | Path,
    seconds: float,
    samples: _Samples,
    people: People,
    progress: Callable[[float], None] | None,
) -> float:
    """Go through the pictures once; returns the time of the last one."""
    box, owner, time = None, -1, 0.0
    with contextlib.closing(media.video_frames(path, fps=FPS, max_height=HEIGHT)) as frames:
        for index, frame in enumerate(frames):
            time, picture = frame.time, features.grey(frame.rgb)
            detecting = index % STRIDE == 0
            if detecting:
                near = people.boxes(time, within=1.0)
                person = people.update(features.detect(picture, near), time)
                box, owner = (person.box, person.number) if person else (None, -1)
            if box is not None:
                points = features.landmarks(picture, box)
                samples.add_landmarks(time, owner, points)
            if detecting:
                samples.add(time, owner, None if box is None else features.crop(picture, points))
            elif box is not None:
                box = features.box_of(points)
            if progress and seconds and index % (10 * FPS) == 0:
                progress(min(1.0, time / seconds))
    if progress:
        progress(1.0)
    return time


def _distribution(rows: np.ndarray, times: np.ndarray) -> dict[str, Estimate]:
    """The mean of each class over the rows, with a moving-block bootstrap's interval; n counts independent
    stretches.

    The interval says how far the mean would move with another stretch of the same behaviour. It knows
    nothing of the model's own errors.
    """
    step = float(np.median(np.diff(times))) if len(times) > 1 else MEMORY
    block = max(1, round(MEMORY / max(step, 1e-3)))
    low, high = block_bootstrap(rows, block)
    mean, n = rows.mean(0), max(1, len(rows) // block)
    return {
        name: Estimate(float(mean[i]), float(min(low[i], mean[i])), float(max(high[i], mean[i])), n)
        for i, name in enumerate(FACE_EMOTIONS)
    }


def _dominant(distribution: dict[str, Estimate], coverage: float) -> str | None:
    """The strongest class, where its interval lies above the second's and there are at least two stretches
    to go by."""
    first, second = sorted(distribution, key=lambda name: -distribution[name].value)[:2]
    clear = distribution[first].low > distribution[second].high
    return first if clear and distribution[first].n > 1 and coverage >= LEAST_COVERAGE else None


def _track(times: np.ndarray, rows: np.ndarray) -> Track:
    """At most ROWS rows; a longer track has neighbouring rows averaged, and their middle time."""
    together = -(-len(times) // ROWS)
    out_times, out_rows = [], []
    for start in range(0, len(times), together):
        part = rows[start : start + together]
        part = part[~np.isnan(part[:, 0])]
        out_times.append(round(float(times[start : start + together].mean()), 3))
        out_rows.append([round(float(p), 4) for p in part.mean(0)] if len(part) else None)
    return Track(labels=FACE_EMOTIONS, times=out_times, probabilities=out_rows)


def _warnings(people: dict[str, float | int], coverage: float) -> list[str]:
    found = []
    share = people["share_with_several"]
    if people["max_faces"] > 1 and share >= 0.02:
        number = {2: "Two", 3: "Three", 4: "Four"}.get(int(people["max_faces"]), "Several")
        subject = "Two faces were" if number == "Two" else f"Up to {number.lower()} faces were"
        found.append(f"{subject} seen in {share:.0%} of the frames: the reading follows the one that stays.")
    if coverage < 0.5:
        found.append(
            f"A face was seen in only {coverage:.0%} of the frames: the reading may not speak for the whole answer."
        )
    return [warning.replace("%", " %") for warning in found]
