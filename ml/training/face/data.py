"""FER2013 as arrays: rows, soft targets from FER+ votes, and augmentation."""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from ml.core.emotions import FACE_EMOTIONS, SEVEN, canonical, known

#: Expressions that FER2013 labels.
CLASSES = len(SEVEN)
CONTEMPT = FACE_EMOTIONS.index("contempt")
#: The columns of a file of FER+ votes that does not name them.
FERPLUS = ("neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", "contempt", "unknown", "not-a-face")


def faces_folder(data: Path) -> Path:
    """The folder of the face files: ``data`` itself, or ``faces`` in it.

    Raises FileNotFoundError where neither holds FER2013.
    """
    for folder in (Path(data), Path(data) / "faces"):
        if (folder / "fer2013_train.npz").is_file():
            return folder
    raise FileNotFoundError(f"No fer2013_train.npz in {data} or {data}/faces. Give the folder that holds it.")


def load(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`load_known` of a file whose rows are all of expressions that the model knows. Raises ValueError where one is
    not."""
    x, y, row, ignored = load_known(path)
    if ignored:
        raise ValueError(f"{path} has classes that the model does not know: {', '.join(ignored)}.")
    return x, y, row


def classes_of(path: Path) -> np.ndarray:
    """Which of FACE_EMOTIONS a faces .npz has among its classes: bool (8,). What it lacks, no face of it can be."""
    with np.load(path, allow_pickle=False) as file:
        names = [_text(name) for name in np.atleast_1d(file["classes"])]
        if file["y"].dtype.kind in "US":
            names += [_text(name) for name in np.unique(file["y"])]
    return known(FACE_EMOTIONS, names)


def load_known(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, int]]:
    """Read a faces .npz: images uint8 (N, 48, 48), labels int (N,) in the order of FACE_EMOTIONS, row ids
    int (N,), and how many rows were left out of each class that is none of these.

    The file's own ``classes`` may come in any order, as text or bytes, and may leave some out: they are
    matched by name. ``x`` may have one channel, before or after, and be grey levels of any type in 0..255
    or floats in 0..1; ``y`` may be numbers into ``classes`` or the names themselves. Raises ValueError,
    with what is wrong, where the layout is another or the file is damaged.
    """
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path} is no .npz file, or is cut off.")
    try:
        with np.load(path, allow_pickle=False) as file:
            if not {"x", "y", "classes"} <= set(file.files):
                raise ValueError(f"{path} is no faces file: it needs the arrays x, y and classes.")
            x, y, classes = file["x"], file["y"], [_text(name) for name in np.atleast_1d(file["classes"])]
            row = file["row"] if "row" in file.files else np.arange(len(x))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as failure:
        raise ValueError(f"{path} is damaged ({failure}). Copy it again.") from failure
    names = _labels(path, y, classes)
    x = _images(path, x)
    if len(x) != len(names):
        raise ValueError(f"{path} has {len(x)} faces in x, but {len(names)} labels in y.")
    usable = np.array([name in FACE_EMOTIONS for name in names], bool)
    ignored = dict(sorted(Counter(name for name in names if name not in FACE_EMOTIONS).items()))
    labels = np.array([FACE_EMOTIONS.index(name) for name in names if name in FACE_EMOTIONS], int)
    return x[usable], labels, row[usable], ignored


def head_for(path: Path) -> str:
    """The head of the network that a file's labels ask for: ``votes`` where its classes have FER+'s names."""
    with np.load(path, allow_pickle=False) as file:
        names = {
            (n.decode() if isinstance(n, bytes) else str(n)).strip().lower() for n in np.atleast_1d(file["classes"])
        }
    return "votes" if {"happiness", "sadness", "anger"} <= names else "labels"


def _text(name) -> str:
    return canonical(name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name))


def _labels(path: Path, y: np.ndarray, classes: list[str]) -> list[str]:
    """Each row's class by its name here (N)."""
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if y.ndim != 1:
        raise ValueError(f"{path}: y must be (N,), one label a face, not {y.shape}.")
    if y.dtype.kind in "US":
        return [_text(label) for label in y]
    if len(y) and not (np.isin(y, np.arange(len(classes))).all()):
        raise ValueError(f"{path}: y must hold whole numbers from 0 to {len(classes) - 1}, places in classes.")
    return [classes[int(label)] for label in y]


def _images(path: Path, x: np.ndarray) -> np.ndarray:
    """Grey levels as uint8 (N, 48, 48)."""
    if x.ndim == 4 and 1 in (x.shape[1], x.shape[-1]):
        x = x[:, 0] if x.shape[1] == 1 else x[..., 0]
    if x.ndim != 3 or x.shape[1:] != (48, 48):
        raise ValueError(f"{path}: x must be (N, 48, 48), not {x.shape}.")
    if x.dtype == np.uint8 or x.size == 0:
        return x.astype(np.uint8)
    if x.dtype.kind not in "iuf" or not (x.min() >= 0 and x.max() <= 255):
        raise ValueError(f"{path}: x must be grey levels from 0 to 255.")
    if x.dtype.kind == "f" and x.max() <= 1:
        x = x * 255
    return np.rint(x).astype(np.uint8)


def ballots(row: np.ndarray, votes_file: Path) -> tuple[np.ndarray, list[str]]:
    """FER+ votes for rows of FER2013: float32 (N, columns), counts of ten annotators a picture (Barsoum et al., ICMI
    2016), and the names of the columns. A row that FER+ leaves out has no votes."""
    with np.load(votes_file, allow_pickle=False) as file:
        votes, vote_row, named = file["votes"].astype(np.float32), file["row"], file["has_image_name"]
        names = [_text(name) for name in file["columns"]] if "columns" in file.files else list(FERPLUS)
    place = {int(r): i for i, r in enumerate(vote_row) if named[i]}
    found = np.array([place.get(int(r), -1) for r in row], int)
    return np.where(found[:, None] >= 0, votes[found], 0).astype(np.float32), names


def votes_of(row: np.ndarray, votes_file: Path) -> np.ndarray:
    """FER+ votes for the expressions in the order of FACE_EMOTIONS: float32 (N, 8), counts; those for "unknown" and
    "not a face" are left out."""
    votes, names = ballots(row, votes_file)
    return votes[:, [names.index(name) for name in FACE_EMOTIONS]]


def majority_of(row: np.ndarray, votes_file: Path) -> np.ndarray:
    """What most FER+ annotators saw: int (N,) in the order of FACE_EMOTIONS, -1 where that is a tie or none of
    these."""
    votes, names = ballots(row, votes_file)
    first, alone = votes.argmax(1), (votes == votes.max(1, keepdims=True)).sum(1) == 1
    place = np.array([FACE_EMOTIONS.index(name) if name in FACE_EMOTIONS else -1 for name in names])
    return np.where(alone, place[first], -1)


def believed(votes: np.ndarray) -> np.ndarray:
    """What to believe of votes (N, K): shares float32 (N, K), rows add up to 1, or to 0 where there are none.

    A vote that stands alone is more often a slip than an opinion (Barsoum et al. leave such out): it is taken as half
    a vote.
    """
    kept = np.where(votes == 1, 0.5, votes)
    shares: np.ndarray = (kept / np.maximum(kept.sum(1, keepdims=True), 1e-6)).astype(np.float32)
    return shares


def worth(votes: np.ndarray) -> np.ndarray:
    """How much a face's votes (N, K) count, float32 (N,): less where few agreed to see any of the expressions, and more
    where several saw contempt, which one face in a hundred shows."""
    rare = np.where(votes[:, CONTEMPT] > 1, votes[:, CONTEMPT] / 10, 0)
    weights: np.ndarray = (votes.sum(1) / 10 * (1 + 4 * rare)).astype(np.float32)
    return weights


def soft_targets(y: np.ndarray, votes: np.ndarray, mix: float = 0.5) -> np.ndarray:
    """Mix each row's label with what its FER+ votes say of it: float32 (N, 7), rows add up to 1.

    FER+'s annotators agree with FER2013's label on 63 % of rows only. Their votes are therefore not taken as labels:
    a logistic regression from votes to FER2013's labels says how FER2013 would have labelled a picture with
    such votes, and ``mix`` of that goes into the target.
    """
    from sklearn.linear_model import LogisticRegression

    targets = np.eye(CLASSES, dtype=np.float32)[y]
    voted = votes.sum(1) > 0
    share = votes[voted] / votes[voted].sum(1, keepdims=True)
    features = np.concatenate([share, np.sqrt(share)], axis=1)
    regression = LogisticRegression(C=1.0, max_iter=300).fit(features, y[voted])
    targets[voted] = (1 - mix) * targets[voted] + mix * regression.predict_proba(features).astype(np.float32)
    return targets


def augment(images: np.ndarray, random: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Shift, rotate, zoom, mirror, blur, relight and cut out: uint8 (N, 48, 48) to float32 (N, 48, 48, 1) in 0..255."""
    n, size = len(images), images.shape[1]
    centre = (size - 1) / 2
    angle = np.radians(random.uniform(-15, 15, n) * strength)
    zoom = np.exp(random.uniform(-0.15, 0.15, (n, 1)) * strength) * np.exp(random.uniform(-0.05, 0.05, (n, 2)))
    shift = random.uniform(-4, 4, (n, 2)) * strength
    mirror = np.where(random.random(n) < 0.5, -1.0, 1.0)
    gain, lift = np.exp(random.uniform(-0.3, 0.3, n)), random.uniform(-25, 25, n)
    cut, edge = random.random(n) < 0.4, random.integers(8, 17, n)
    corner = random.integers(-4, size - 8, (n, 2))
    blur = np.where(random.random(n) < 0.15, random.uniform(0.5, 2.2, n), 0)  # deviation in pixels
    out = np.empty((n, size, size, 1), np.float32)
    for i in range(n):
        c, s = np.cos(angle[i]), np.sin(angle[i])
        matrix = np.array([[c * zoom[i, 0] * mirror[i], -s * zoom[i, 1]], [s * zoom[i, 0] * mirror[i], c * zoom[i, 1]]])
        offset = centre + shift[i] - matrix @ np.full(2, centre)
        moved = cv2.warpAffine(
            images[i], np.column_stack([matrix, offset]), (size, size), borderMode=cv2.BORDER_REPLICATE
        ).astype(np.float32)
        if blur[i]:
            moved = cv2.GaussianBlur(moved, (0, 0), blur[i])
        moved = (moved - 128) * gain[i] + 128 + lift[i]
        if cut[i]:
            top, left = np.maximum(corner[i], 0)
            bottom, right = corner[i] + edge[i]
            moved[top:bottom, left:right] = random.uniform(0, 255)
        out[i, ..., 0] = moved
    return np.clip(out, 0, 255)
