"""Check blinks against a second classifier of another kind, and count hands that are taken for blinks.

The labelled eyes (``eyes_open_closed.npz``) have no landmarks, so the eye aspect ratio cannot be scored on them. What
can be: a classifier of eye pictures learns from them, is scored on eyes that it has not seen, and then looks at a
recording whose blinks the ratio has found. Where both see an eye shut, two methods with nothing in common agree.

Then hands are drawn in front of one eye of photographs that drift as a camera held in the hand does: each passing hand
that counts as a blink is one too many.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ml.core.statistics import wilson
from ml.face import blinks, features
from ml.face.landmark_interpolation import FrameSample, LandmarkInterpolator
from ml.face.tracker import Tracker
from ml.media import demux
from ml.training.face.data import faces_folder

#: Side of an eye picture as the reference classifier sees it, in pixels; of the cut in widths of the eye.
SIDE, CUT = 20, 1.4


def prepared(eyes: np.ndarray) -> np.ndarray:
    """Eye pictures uint8 (N, H, W) as rows of the same brightness and contrast: float (N, SIDE * SIDE)."""
    small = np.stack([cv2.resize(eye, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for eye in eyes]).astype(float)
    rows = small.reshape(len(small), -1)
    rows = rows - rows.mean(1, keepdims=True)
    return rows / np.maximum(rows.std(1, keepdims=True), 4.0)


def held_out(eyes: np.ndarray, is_open: np.ndarray) -> tuple[Any, np.ndarray]:
    """The reference classifier, and what it says (bool, N) of each eye with its like left out (five folds)."""
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.svm import SVC

    rows = prepared(eyes)
    alike = rows @ rows.T / rows.shape[1] > 0.97
    groups = alike.argmax(1)  # the first eye that is the same
    reference = SVC(C=3.0, gamma=0.3 / rows.shape[1])
    said = cross_val_predict(reference, rows, is_open, cv=GroupKFold(5), groups=groups)
    both = np.concatenate([rows, prepared(eyes[:, :, ::-1])])
    return reference.fit(both, np.tile(is_open, 2)), said == 1


def watch(path: Path, reference: Any) -> dict[str, Any]:
    """A recording's pictures as both see them: blinks by the ratio, and in how many of them the reference
    classifier sees shut eyes."""
    tracker, times, ratios, shut, around = Tracker(), [], [], [], []
    for frame in demux.pictures(path, fps=15, max_height=480):
        faces = tracker.step(frame.grey, frame.time)
        if not faces:
            continue
        points = faces[0].points
        eyes = np.stack([_eye(frame.grey, points[first : first + 6]) for first in (36, 42)])
        times.append(frame.time)
        ratios.append(features.eye_aspect_ratio(points))
        around.append(features.around_eyes(frame.grey, points))
        shut.append(float(reference.decision_function(prepared(eyes)).mean()))
    if not times:
        return {"pictures": 0, "blinks": 0, "blinks_confirmed": 0, "correlation": None}
    at, ratio, score = np.array(times), np.array(ratios), np.array(shut)
    found = blinks.find(at, ratio, np.stack(around))
    near = np.abs(at - np.reshape(found, (-1, 1))) <= 0.1  # (blinks, pictures)
    far = ~near.any(0) if len(found) else np.ones(len(at), bool)
    # Labelled eyes are cut and lit in another way, so its zero is not this recording's: its own usual score
    # is.
    usual = float(np.percentile(score[far], 10)) if far.any() else 0.0
    confirmed = sum(bool((score[rows] < usual).any()) for rows in near)
    return {
        "pictures": len(at),
        "blinks": len(found),
        "blinks_confirmed": confirmed,
        "correlation": float(np.corrcoef(ratio, score)[0, 1]),
    }


def hands(photographs: Path, seconds: float = 14.0, seed: int = 5) -> dict[str, Any]:
    """Hands (even ovals with a texture, from below and away again within 0.2 to 0.55 s) drawn in front of one eye of
    each single face in a folder of photographs (``face_*.jpg``), and how many were counted as blinks."""
    random, found = (
        np.random.default_rng(seed),
        {"photographs": 0, "hands": 0, "taken_for_blinks": 0, "said_covered": 0},
    )
    for path in sorted(photographs.glob("face_*.jpg")):
        picture: Any = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        scale = min(1.0, 480 / picture.shape[0])
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        passes = [(1 + 1.6 * k + random.uniform(0, 0.4), random.uniform(0.2, 0.55)) for k in range(8)]
        looks = [(int(random.integers(2)), random.uniform(1, 2.2), random.uniform(0.8, 1.1)) for _ in passes]
        tracker, interpolator, drift, points = Tracker(), LandmarkInterpolator(), np.zeros(2), None
        whole: list[FrameSample] = []
        for number in range(int(seconds * 15)):
            time, drift = number / 15, drift + random.normal(0, 0.5, 2)
            shift = np.array([[1, 0, drift[0]], [0, 1, drift[1]]])
            seen = cv2.warpAffine(picture, shift, picture.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
            seen = np.clip(seen + random.normal(0, 2, seen.shape), 0, 255).astype(np.uint8)
            for (start, length), (eye, size, light) in zip(passes, looks, strict=True):
                if points is not None and start <= time < start + length:
                    seen = _hand(seen, points, eye, size, light, (time - start) / length)
            faces = tracker.step(seen, time, landmarks=interpolator.wants(time))
            owner = tracker.followed.number if tracker.followed else -1
            own = next((face.points for face in faces if face.number == owner), None)
            points = own if own is not None or owner < 0 else points
            whole += interpolator.push(FrameSample(time, seen, True, owner, own))
        whole = [look for look in (*whole, *interpolator.end()) if look.points is not None]
        if not whole:
            continue
        times, ratios = np.array([look.time for look in whole]), np.array([look.eyes for look in whole])
        read = blinks.summarise(times, ratios, seconds, np.stack([look.around for look in whole]))
        found["photographs"] += 1
        found["hands"] += len(passes)
        found["taken_for_blinks"] += read["count"]
        found["said_covered"] += read["covered"]
    return found


def _hand(picture: np.ndarray, points: np.ndarray, eye: int, size: float, light: float, part: float) -> np.ndarray:
    """A picture with an oval of about the cheek's grey in front of an eye, at ``part`` (0..1) of its way."""
    corners = points[36 + 6 * eye : 42 + 6 * eye]
    width = float(np.hypot(*(corners[3] - corners[0]))) * size
    x, y = corners.mean(0)
    y += (2 * abs(part - 0.5)) ** 2 * 1.5 * width
    mask = np.zeros(picture.shape, np.uint8)
    cv2.ellipse(mask, (int(x), int(y + 0.9 * width)), (int(0.7 * width), int(1.7 * width)), 15, 0, 360, 255, -1)
    share = cv2.GaussianBlur(mask, (0, 0), 1.5) / 255
    column, row = np.clip(points[30].astype(int), 0, np.array(picture.shape[::-1]) - 1)
    texture = cv2.GaussianBlur(np.random.default_rng(1).normal(0, 60, picture.shape), (0, 0), 4)
    skin = np.clip(light * float(picture[row, column]) + texture, 0, 255)
    return (picture * (1 - share) + skin * share).astype(np.uint8)


def evaluate(data: Path) -> dict[str, Any]:
    """The reference classifier on eyes it has not seen, its agreement with the ratio on the films in ``media``, and
    hands drawn over its photographs."""
    folder = faces_folder(data)
    with np.load(folder / "eyes_open_closed.npz", allow_pickle=False) as file:
        eyes, is_open = file["x"], file["y"].astype(int)
    reference, said = held_out(eyes, is_open)
    right = said == (is_open == 1)
    result: dict[str, Any] = {
        "eyes": len(right),
        "accuracy": float(right.mean()),
        "accuracy_interval": wilson(int(right.sum()), len(right)),
    }
    films = folder.parent / "media"
    if films.is_dir():
        result["recordings"] = {path.name: watch(path, reference) for path in sorted(films.glob("*.mp4"))}
        result["hands"] = hands(films)
    return result


def _eye(picture: np.ndarray, points: np.ndarray) -> np.ndarray:
    """An eye cut as the labelled ones are: level, centred, uint8 (64, 64)."""
    centre, across = points.mean(0), points[3] - points[0]
    angle, width = np.arctan2(across[1], across[0]), max(8.0, float(np.linalg.norm(across))) * CUT
    step = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * width / 64
    matrix = np.column_stack([step, centre - step @ np.full(2, 31.5)])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(picture, matrix, (64, 64), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def main() -> None:
    """The command line; see the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true", help="as JSON")
    options = parser.parse_args()
    print(json.dumps(evaluate(options.data), indent=2 if options.json else None))


if __name__ == "__main__":
    main()
