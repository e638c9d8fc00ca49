"""Which part of a face speaks for which expression, at one moment of a recording.

The face network ends in a map of 5x5 places whose mean gives the classes' logits (Zhou et al., CVPR 2016), so a place's
share in a class can be read off without any approximation of that last step. What is shown is the place's share in the
*probability* of the class: how much it raises the class's logit beyond what it raises the others' by, each of them
weighed by its own probability (the derivative of the log softmax). A place that speaks for two classes alike explains
neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ml.core.errors import Unreadable
from ml.core.messages import N_
from ml.face import classifier, features
from ml.media.seeking import frames_around

#: Pictures are read at most this high, in pixels, as for the reading.
HEIGHT = 480
#: How far from the moment asked for (seconds) a face may be looked for.
REACH = 0.5
#: Side of the pictures made, in pixels.
SIDE = 192
#: Maps are smoothed by this many places (standard deviation): what a place sees reaches far beyond its own eighth of
#: the face.
SMOOTH = 0.8
#: Where a map is at least this share of its highest value it counts as hot.
HOT = 0.6
#: A region is named where it holds at least this share of the hot area.
NAMED = 0.2
#: In a class of less probability than this there is nothing worth explaining.
LEAST = 0.05

#: Each region's landmarks; "left" and "right" are those of the picture.
_REGIONS = {
    N_("brows"): range(17, 27),
    N_("left eye"): range(36, 42),
    N_("right eye"): range(42, 48),
    N_("nose"): range(27, 36),
    N_("mouth"): range(48, 68),
    N_("chin"): range(6, 11),
}


@dataclass(frozen=True)
class FrameSaliency:
    """What the network saw at one moment.

    ``time`` is that of the picture (seconds), ``face`` uint8 (SIDE, SIDE) grey levels as they were cut for the network,
    only finer; ``probabilities`` (7,) calibrated, without the mirror image that a reading averages in; ``maps`` float
    (7, 6, 6), above 0 where a place speaks for the class; ``words`` name the hot regions of each class; ``faces`` says
    how many faces were found in the picture.
    """

    time: float
    face: np.ndarray
    probabilities: np.ndarray
    maps: np.ndarray
    words: tuple[str, ...]
    faces: int


def at(path: str | Path, time: float, *, width: float | None = None) -> FrameSaliency:
    """Look at the face in a recording at ``time`` (s), or as close to it as one can be found.

    ``width`` is how wide the face of the person who is read usually is, in pixels of the recording: of several faces
    the one closest to it is taken, without it the largest. Raises Unreadable (``no_face``, ``no_video``), MediaError,
    ModelMissing.
    """
    frames = frames_around(path, time, REACH, max_height=HEIGHT)
    if not frames:
        raise Unreadable("no_video", N_("There is no picture at this moment of the recording. Choose another one."))
    for frame in sorted(frames, key=lambda one: abs(one.time - time)):
        picture = features.grey(frame.rgb)
        found = features.detect(picture)
        if not found:
            continue
        wanted = np.inf if width is None else width * frame.scale
        box = min(found, key=lambda b: abs((b[2] - b[0]) - wanted) if np.isfinite(wanted) else -(b[2] - b[0]))
        points = features.landmarks(picture, box)
        crop = features.crop(picture, points)
        p, maps = explain(crop[None])
        places = regions(points, picture)
        return FrameSaliency(
            time=frame.time,
            face=features.crop(picture, points, size=SIDE),
            probabilities=p[0],
            maps=maps[0],
            words=tuple(name_places(one, places) for one in maps[0]),
            faces=len(found),
        )
    raise Unreadable(
        "no_face",
        N_("No face can be found at this moment of the recording. Choose one where the face is seen from the front."),
    )


def explain(crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities (N, 7) of grey faces uint8 (N, 48, 48) and what each place adds to them: maps (N, 7, 6, 6)."""
    logits = classifier.activation_maps(crops).astype(np.float64)
    p = classifier.probabilities(crops, mirror=False)
    maps = np.moveaxis(logits - (logits * p[:, None, None, :]).sum(-1, keepdims=True), -1, 1)
    for rows in maps:
        for one in rows:
            one[:] = cv2.GaussianBlur(one, (0, 0), SMOOTH, borderType=cv2.BORDER_REFLECT)
    return p, maps


def heat(one: np.ndarray, size: int) -> np.ndarray:
    """A map (6, 6) as float (size, size) in 0..1: its positive part, smooth, 1 at its highest."""
    fine = cv2.resize(one.astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
    fine = np.maximum(fine, 0)
    return fine / fine.max() if fine.max() > 0 else fine


def picture(face: np.ndarray, one: np.ndarray) -> np.ndarray:
    """A face (grey) with a map laid over it: RGB uint8 (SIDE, SIDE, 3).

    The warmer, the more a place speaks for the class; a line runs around the hot part, so that no colour need be told
    from another.
    """
    size = face.shape[0]
    warm = heat(one, size)
    base = cv2.cvtColor(face, cv2.COLOR_GRAY2RGB).astype(np.float32)
    colour = cv2.cvtColor(
        cv2.applyColorMap((60 + 180 * warm).astype(np.uint8), cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB
    )
    share = (0.65 * warm)[..., None]
    mixed = (base * (1 - share) + colour * share).astype(np.uint8)
    edges, _ = cv2.findContours((warm >= HOT).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(mixed, edges, -1, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.drawContours(mixed, edges, -1, (255, 255, 255), 1, cv2.LINE_AA)
    return mixed


def regions(points: np.ndarray, like: np.ndarray) -> dict[str, np.ndarray]:
    """Where the parts of a face lie in its 48x48 cut: name to bool (48, 48), each place in one part only.

    They are found by cutting a picture of the landmarks with the very function that cuts the face, so the two agree
    whatever that function does.
    """
    canvas = np.stack(
        [
            np.tile(np.arange(like.shape[1], dtype=np.float32), (like.shape[0], 1)),
            np.tile(np.arange(like.shape[0], dtype=np.float32)[:, None], (1, like.shape[1])),
        ],
        -1,
    )
    where = features.crop(canvas, points)
    middle = {name: points[list(part)].mean(0) for name, part in _REGIONS.items()}
    eyes = (middle["left eye"] + middle["right eye"]) / 2
    down = middle["mouth"] - eyes
    across = np.array([down[1], -down[0]])
    if (middle["right eye"] - middle["left eye"]) @ across < 0:
        across = -across
    middle[N_("forehead")] = eyes - 0.85 * down
    middle[N_("left cheek")] = eyes + 0.62 * down - 0.62 * across
    middle[N_("right cheek")] = eyes + 0.62 * down + 0.62 * across
    names = list(middle)
    distance = np.stack([np.linalg.norm(where - middle[name], axis=-1) for name in names])
    nearest = distance.argmin(0)
    outside = _outside(points, where, down)
    found = {name: (nearest == i) & ~outside for i, name in enumerate(names)}
    return found | {N_("beside the face"): outside}


def name_places(one: np.ndarray, places: dict[str, np.ndarray]) -> str:
    """The hot regions of a map in words, the hottest first; empty where nothing speaks for the class."""
    size = next(iter(places.values())).shape[0]
    warm = heat(one, size)
    hot = warm >= HOT
    if not hot.any():
        return ""
    shares = {name: float((hot & place).sum() / hot.sum()) for name, place in places.items()}
    for part in ("eye", "cheek"):  # both sides alike are one
        left, right = shares[f"left {part}"], shares[f"right {part}"]
        if min(left, right) > 0.4 * max(left, right) > 0:
            shares[f"{part}s"] = left + right
            del shares[f"left {part}"], shares[f"right {part}"]
    order = sorted(shares, key=lambda name: -shares[name])
    named = [name for name in order if shares[name] >= NAMED][:3] or order[:1]
    return named[0] if len(named) == 1 else ", ".join(named[:-1]) + " and " + named[-1]


def _outside(points: np.ndarray, where: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Which places of a cut lie beside the face: outside the landmarks' hull with a forehead put on top."""
    brows = points[17:27] - 0.7 * down
    hull = cv2.convexHull(np.concatenate([points, brows]).astype(np.float32))
    flat = where.reshape(-1, 2)
    inside = [cv2.pointPolygonTest(hull, (float(x), float(y)), False) >= 0 for x, y in flat]
    return ~np.array(inside).reshape(where.shape[:2])
