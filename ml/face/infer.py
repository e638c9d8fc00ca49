"""Read a face from a recording: expression over time, blinks, mouth, and who was there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ml.core import registry
from ml.core.emotions import FACE_EMOTIONS
from ml.core.errors import Unreadable
from ml.core.messages import N_
from ml.core.naming import dominant
from ml.core.readings import Estimate, FaceReading, Track
from ml.core.statistics import block_bootstrap
from ml.face import blinks, features, frozen, mouth, occlusion, quality_checks
from ml.face.landmark_interpolation import FrameSample, LandmarkInterpolator
from ml.face.samples import Samples
from ml.face.tracker import Face, Tracker
from ml.media import demux

#: Pictures looked at in a second: the eyes in each (a blink takes 0.1 to 0.4 s), and in RATE of them the expression.
FPS, RATE = 15, 10
#: Pictures decoded before any of them is looked at: decoding and the landmarks' model each want the processor's cache
#: for themselves. Landmarks take up to a third less time so, the less the more others use that cache too.
DECODE_AHEAD = 15
#: Pictures are read at most this high, in pixels.
HEIGHT = 480
#: Rows of a track at most; a longer recording's neighbouring rows are averaged.
ROWS = 3000
#: Expressions this close in time (seconds) are not independent of each other.
MEMORY = 3.0
#: Another face that is at least this share as large and as long in the picture might as well be the one who answers.
EQUAL = 0.8


def read(
    path: str | Path, *, info: demux.MediaInfo | None = None, progress: Callable[[float], None] | None = None
) -> FaceReading:
    """Read the face in a recording, streaming.

    ``info`` is what `demux.probe` said of it, where the caller has asked already; ``progress`` is called with the share
    done, 0..1. The reading follows one person: whoever is in the picture longest and largest. Raises Unreadable
    (``no_video``, ``no_face`` and those of :func:`quality_checks.reject`), MediaError, ModelMissing.
    """
    version = registry.version_of("face")
    info = info or demux.probe(path)
    if not info.has_video:
        raise Unreadable(
            "no_video",
            N_("This recording has no picture, so no face could be read. Record it again with the camera switched on."),
        )
    samples, tracker = Samples(), Tracker()
    end = _watch(path, info.seconds, samples, tracker, progress)
    if len(samples.times) == 0:
        raise Unreadable(
            "no_video",
            N_(
                "This recording has a video track without a single picture. Record it again with the camera "
                "switched on."
            ),
        )
    people = tracker.people
    others = people.others()
    times, rows = np.array(samples.times), np.full((len(samples.times), len(FACE_EMOTIONS)), np.nan)
    owners = np.array(samples.owners)
    rows[owners >= 0] = np.frombuffer(samples.rows, np.float32).reshape(-1, len(FACE_EMOTIONS))
    lips = np.full((len(times), 2), np.nan)
    lips[owners >= 0, 1] = np.frombuffer(samples.open, np.float32)
    lips[:, 0] = 1 - lips[:, 1]
    mine = _belongs(times, owners, others, tracker.voids)
    length = max(info.seconds, end)
    spans = frozen.stretches(samples.looked, samples.same, samples.picture_times, length)
    there = mine.copy()
    mine &= ~frozen.inside(times, spans)
    rows[~mine], lips[~mine] = np.nan, np.nan
    seen = ~np.isnan(rows[:, 0])
    no_eyes, no_mouth = _covered(samples, times, owners)
    lips[no_mouth] = np.nan
    eye_times, eyes = np.array(samples.eye_times), np.array(samples.eyes)
    mine = _belongs(eye_times, np.array(samples.eye_owners), others, tracker.voids)
    mine &= ~frozen.inside(eye_times, spans)
    eyes_seen = seen & ~no_eyes
    mine &= ~no_eyes[np.searchsorted(times, eye_times, "right").clip(1) - 1]
    around = np.frombuffer(samples.around, np.uint8).reshape(len(eye_times), 2, features.AROUND, features.AROUND)
    looks = len(seen) + frozen.without_pictures(times, spans, RATE)
    coverage, summary, main = float(seen.sum() / looks), people.summary(), people.main()
    counts = np.repeat(np.arange(len(people.counts)), people.counts)
    facts = quality_checks.Facts(
        seconds=length,
        coverage=float(there.mean()),
        black=float(np.mean(samples.black)),
        still=float(np.mean(samples.still)) if samples.still else 0.0,
        drawn=float(np.mean(samples.drawn)) if samples.drawn else 0.0,
        motion=quality_checks.own_motion(eyes[mine], np.array(samples.lips)[mine]),
        width=float(np.median(main.widths)) * samples.scale if main else 0.0,
        light=float(np.median(samples.light)) if samples.light else 0.0,
        rate=float(1 / max(1e-3, np.median(np.diff(samples.picture_times)))) if len(samples.picture_times) > 1 else FPS,
        faces=float(np.median(counts)),
        people=summary,
        frozen=sum(to - since for since, to in spans),
        eyes_covered=_share(no_eyes, seen),
        mouth_covered=_share(no_mouth, seen),
        unfamiliar=_share(_foreign(samples, owners), seen),
        equal_faces=_equals(people.tracks(samples.scale)),
    )
    quality_checks.reject(facts)
    if not seen.any():
        quality_checks.reject(replace(facts, still=1.0))
    facts = replace(facts, coverage=coverage)
    warnings, codes = quality_checks.limitations(facts)
    distribution = _distribution(rows[seen], times)
    lips_seen = ~np.isnan(lips[:, 1])
    return FaceReading(
        model=version,
        coverage=coverage,
        warnings=warnings,
        seconds=length,
        frames=looks,
        frames_with_face=int(seen.sum()),
        track=_track(times, rows),
        distribution=distribution,
        dominant=dominant(distribution, coverage),
        blinks={"count": None, "times": [], "per_minute": None}
        if "low_rate" in codes or facts.eyes_covered > quality_checks.MOST
        else blinks.summarise(eye_times[mine], eyes[mine], float(eyes_seen.sum()) / looks * length, around[mine]),
        mouth=_track(times, lips, mouth.LABELS),
        mouth_open=None
        if facts.mouth_covered > quality_checks.MOST or not lips_seen.any()
        else float((lips[lips_seen, 1] > 0.5).mean()),
        people=summary,
        tracks=people.tracks(samples.scale),
        state=quality_checks.state_of(codes),
        codes=codes,
    )


def _covered(samples: Samples, times: np.ndarray, owners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At which looks (bool, N) the eyes, and the mouth, of the face there are covered for a while."""
    found = []
    for covered in (samples.eyes_covered, samples.mouth_covered):
        flags, faces = np.zeros(len(times), bool), owners >= 0
        if faces.any():
            flags[faces] = occlusion.lasting(times[faces], np.frombuffer(covered, np.int8) > 0)
        found.append(flags)
    return found[0], found[1]


def _foreign(samples: Samples, owners: np.ndarray) -> np.ndarray:
    """At which looks (bool, N) the face is unlike those that the model has learnt from."""
    flags = np.zeros(len(owners), bool)
    flags[owners >= 0] = np.frombuffer(samples.foreign, np.float32) >= 0.5
    return flags


def _share(flags: np.ndarray, among: np.ndarray) -> float:
    return float(flags[among].mean()) if among.any() else 0.0


def _equals(tracks: list[dict[str, Any]]) -> int:
    """How many faces are about as large and as long in the picture as the first, which is read; itself included."""
    first = tracks[0] if tracks else None
    if first is None:
        return 0
    return sum(
        track["share"] >= EQUAL * first["share"] and track["median_box_px"] >= EQUAL * first["median_box_px"]
        for track in tracks
    )


def _watch(
    path: str | Path,
    seconds: float,
    samples: Samples,
    tracker: Tracker,
    progress: Callable[[float], None] | None,
) -> float:
    """Go through the pictures once; returns the time of the last one."""
    time, interpolator = 0.0, LandmarkInterpolator()
    for index, view in enumerate(follow(path, tracker, interpolator)):
        time, samples.scale = view.time, view.scale
        for look in view.looks:
            samples.add(look)
        if progress and seconds and index % (10 * FPS) == 0:
            progress(min(1.0, time / seconds))
    for look in interpolator.end():
        samples.add(look)
    samples.flush()
    if progress:
        progress(1.0)
    return time


class View(NamedTuple):
    """A picture of a recording at ``time`` (s), ``scale`` the recording's own pixels to one of its; the faces in it,
    and the looks that are whole now, which may be of pictures before."""

    time: float
    scale: float
    faces: list[Face]
    looks: list[FrameSample]


def follow(path: str | Path, tracker: Tracker, interpolator: LandmarkInterpolator) -> Iterator[View]:
    """Go through a recording's pictures, FPS a second, the expression due in RATE of them. Raises MediaError."""
    next_due = 0
    for time, picture, scale in _decoded_ahead(path):
        faces = tracker.step(picture, time, landmarks=interpolator.wants(time))
        owner = tracker.followed.number if tracker.followed else -1
        points = next((face.points for face in faces if face.number == owner), None)
        is_due = (time + 0.001) * RATE >= next_due
        if is_due:
            next_due = int((time + 0.001) * RATE) + 1
            tracker.people.count(tracker.followed)
        yield View(time, scale, faces, interpolator.push(FrameSample(time, picture, is_due, owner, points)))


def _decoded_ahead(path: str | Path) -> Iterator[tuple[float, np.ndarray, float]]:
    with contextlib.closing(demux.pictures(path, fps=FPS, max_height=HEIGHT)) as pictures:
        frames = ((frame.time, frame.grey, frame.scale) for frame in pictures)
        while group := list(islice(frames, DECODE_AHEAD)):
            yield from group


def _belongs(
    times: np.ndarray, owners: np.ndarray, others: set[int], voids: list[tuple[int, float, float]]
) -> np.ndarray:
    """Which samples (bool, N) are of the person who is read, and of a face that was seen again afterwards."""
    mine = (owners >= 0) & ~np.isin(owners, sorted(others))
    for number, after, until in voids:
        mine &= ~((owners == number) & (times > after) & (times <= until))
    return mine


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


def _track(times: np.ndarray, rows: np.ndarray, labels: tuple[str, ...] = FACE_EMOTIONS) -> Track:
    """At most ROWS rows; a longer track has neighbouring rows averaged, and their middle time."""
    together = -(-len(times) // ROWS)
    out_times, out_rows = [], []
    for start in range(0, len(times), together):
        part = rows[start : start + together]
        part = part[~np.isnan(part[:, 0])]
        out_times.append(round(float(times[start : start + together].mean()), 3))
        out_rows.append([round(float(p), 4) for p in part.mean(0)] if len(part) else None)
    return Track(labels=labels, times=out_times, probabilities=out_rows)
