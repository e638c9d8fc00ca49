"""Labelled mouths: faces with landmarks as arrays, which of them are copies of each other, and cuts to learn from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ml.face import detector, features, mouth

#: Height in pixels at which faces are looked at; they come squeezed into squares and are drawn out again.
HEIGHT = 256
#: Faces whose pictures correlate at least so much are the same picture, or of the same moment.
SAME = 0.9


@dataclass(frozen=True)
class Faces:
    """Faces in their own proportions.

    ``pictures`` are grey uint8 (HEIGHT, W); ``given`` and ``found`` landmarks (N, 68, 2) in those pixels, as labelled
    and as dlib finds them; ``detected`` (N,) says where dlib's detector had found the face by itself; ``is_open`` (N,)
    bool.
    """

    pictures: list[np.ndarray]
    given: np.ndarray
    found: np.ndarray
    detected: np.ndarray
    is_open: np.ndarray


def load(path: Path) -> Faces:
    """Read an .npz of faces: ``x`` uint8 (N, 128, 128), ``mouth_open`` (N,), ``points`` (N, 136) in original pixels,
    ``orig_wh`` (N, 2).

    Raises ValueError, with what is wrong, where the layout is another.
    """
    with np.load(path, allow_pickle=False) as file:
        missing = {"x", "mouth_open", "points", "orig_wh"} - set(file.files)
        if missing:
            raise ValueError(f"{path} is no file of mouths: it lacks {', '.join(sorted(missing))}.")
        x, label = file["x"], file["mouth_open"].astype(int)
        points, size = file["points"].astype(float), file["orig_wh"].astype(float)
    if x.ndim == 4:
        x = x[..., :3].mean(-1).astype(np.uint8)
    if not (len(x) == len(label) == len(points) == len(size)) or x.ndim != 3 or x.dtype != np.uint8:
        raise ValueError(f"{path}: x must be uint8 (N, side, side), with as many rows in all arrays.")
    given = points.reshape(len(x), -1, 2) * (HEIGHT / size[:, 1])[:, None, None]
    pictures = [
        cv2.resize(one, (max(32, round(HEIGHT * w / h)), HEIGHT), interpolation=cv2.INTER_LINEAR)
        for one, (w, h) in zip(x, size, strict=True)
    ]
    pairs = [locate(one, marks) for one, marks in zip(pictures, given, strict=True)]
    return Faces(pictures, given, np.stack([p for p, _ in pairs]), np.array([d for _, d in pairs]), label == 1)


def locate(picture: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, bool]:
    """dlib's landmarks of a face and whether its detector found the face; where it did not (these cuts are tight), the
    box comes from the landmarks ``given``."""
    edge = HEIGHT // 4
    wide = cv2.copyMakeBorder(picture, edge, edge, edge, edge, cv2.BORDER_REPLICATE)
    usual = features.box_of(given)
    boxes = [box - edge for box in features.detect(wide)]
    boxes = [box for box in boxes if detector.overlap(box, usual) > 0.3]
    return features.landmarks(picture, boxes[0] if boxes else usual), bool(boxes)


def groups(pictures: list[np.ndarray]) -> np.ndarray:
    """A number for each face, the same for copies and near copies, mirrored ones too: int (N,)."""
    small = np.stack([cv2.resize(one, (24, 24), interpolation=cv2.INTER_AREA) for one in pictures]).astype(float)
    rows = []
    for version in (small, small[:, :, ::-1]):
        flat = version.reshape(len(small), -1)
        flat = flat - flat.mean(1, keepdims=True)
        rows.append(flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9))
    alike = np.maximum(rows[0] @ rows[0].T, rows[0] @ rows[1].T) >= SAME
    number = np.arange(len(small))
    for i, j in np.argwhere(np.triu(alike, 1)):
        number[number == number[j]] = number[i]
    return number


def folds(number: np.ndarray, count: int, seed: int = 7) -> np.ndarray:
    """The fold of each face, int (N,) in 0..count-1; faces of one group share a fold."""
    unique = np.unique(number)
    place = dict(zip(unique, np.random.default_rng(seed).permutation(len(unique)) % count, strict=True))
    return np.array([place[n] for n in number])


def cuts(faces: Faces) -> np.ndarray:
    """The mouths as they are cut in use: uint8 (N, H, W)."""
    return np.stack([mouth.crop(p, marks) for p, marks in zip(faces.pictures, faces.found, strict=True)])


def varied(faces: Faces, versions: int, seed: int = 7) -> np.ndarray:
    """Each mouth in many versions, as cameras and landmarks would give it: uint8 (N, versions, H, W).

    The landmarks are dlib's from shaken boxes, or those given; the picture is turned, smaller, blurred, noisy or
    compressed.
    """
    random = np.random.default_rng(seed)
    out = np.empty((len(faces.pictures), versions, *mouth.SHAPE), np.uint8)
    for i, (picture, given) in enumerate(zip(faces.pictures, faces.given, strict=True)):
        usual = features.box_of(given)
        for j in range(versions):
            marks = given
            if random.random() < 0.8:
                shake = random.normal(0, 0.05, 4) * (usual[2] - usual[0])
                marks = features.landmarks(picture, usual + shake)
            centre, angle, width, height = mouth.frame(marks)
            centre = centre + random.normal(0, 0.04, 2) * (width, height)
            zoom = np.exp(random.normal(0, 0.08))
            width, height = width * zoom * np.exp(random.normal(0, 0.05)), height * zoom
            worse = _worse(picture, random)
            ratio = worse.shape[0] / picture.shape[0]
            out[i, j] = mouth.cut(worse, centre * ratio, angle + random.normal(0, 0.08), width * ratio, height * ratio)
    return out


def _worse(picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A picture as a smaller, noisier or more compressed one."""
    scale = random.uniform(0.35, 1.0)
    worse = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    kind = random.random()
    if kind < 0.2:
        worse = cv2.GaussianBlur(worse, (0, 0), random.uniform(0.4, 1.2))
    elif kind < 0.5:
        quality = int(random.uniform(30, 90))
        worse = cv2.imdecode(cv2.imencode(".jpg", worse, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)
    elif kind < 0.7:
        noise = random.normal(0, random.uniform(2, 9), worse.shape)
        worse = np.clip(worse + noise, 0, 255).astype(np.uint8)
    return worse
