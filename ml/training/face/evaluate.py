"""How good the shipped face model is on labelled faces: ``./viva evaluate face --data FILE.npz --json``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ml.core import registry
from ml.core.emotions import FACE_EMOTIONS, SEVEN
from ml.core.naming import LEAST_PROBABILITY, is_sure
from ml.core.statistics import confusion, expected_calibration_error, recalls, selective_figures, wilson
from ml.face import classifier
from ml.face.quality_checks import is_drawn
from ml.training.face.data import classes_of, head_for, load_known, majority_of

#: Labels that tell by themselves which annotators gave them: the heads differ by ten points of accuracy and more.
MANY = 200


def evaluate(data: Path) -> dict[str, Any]:
    """Read every face of a .npz with ``x`` uint8 (N, 48, 48), ``y`` int (N,) and ``classes`` (names, any order).

    A folder stands for the ``fer2013_public.npz`` in it, or for its only .npz. Faces go through the same function as a
    recording's; x is taken as cropped already. The network has two heads, and the one that the labels ask for answers:
    ``votes`` where the classes have FER+'s names (anger, happiness, sadness …); where names do not tell, the head
    under which MANY or more labels are likelier, else ``labels``. ``accuracy_by_head`` has both. Where
    ``ferplus_votes.npz`` beside the file knows the rows, ``ferplus`` holds the same figures against what most of the
    ten annotators saw, for faces where that is one of the file's classes, and ``ferplus_all`` for all eight, contempt
    included, with ``per_class_precision`` and ``per_class_n``.

    A face is one of the classes that the file has (``among``): the others are masked. Rows of classes that the model
    does not know ("unknown", say) are left out and counted in ``ignored_classes``. ``selective`` has what is
    told of these faces: an expression likelier than all others together, of a face that is not drawn.

    Returns JSON-able values; ``per_class_recall`` is None for a class without rows, ``expected_calibration_error`` has
    15 bins. Where ``FILE_duplicates.npz`` beside the file says which rows are copies of training rows,
    ``accuracy_without_copies`` leaves these out. Raises FileNotFoundError, ValueError, ModelMissing.
    """
    path = _file(Path(data))
    x, y, row, ignored = load_known(path)
    if len(x) == 0:
        only = f" with an expression that the model knows, only {', '.join(ignored)}" if ignored else ""
        raise ValueError(f"{data} holds no faces{only}.")
    told = ~np.array([is_drawn(face) for face in x], bool)
    among = classes_of(path)
    seen = classifier.look(x)
    read = {head: seen.probabilities(head, among) for head in classifier.HEADS}
    head = "votes" if (y == len(SEVEN)).any() else head_for(path)
    if head == "labels" and len(y) >= MANY:
        head = min(read, key=lambda name: _log_loss(read[name], y))
    p = read[head]
    result = {
        "head": head,
        **_figures(p, y, told),
        "among": [name for name, there in zip(FACE_EMOTIONS, among, strict=True) if there],
        "ignored_classes": ignored,
        "accuracy_by_head": {name: float((values.argmax(1) == y).mean()) for name, values in read.items()},
        "model_version": registry.version_of("face").version,
    }
    fresh = _fresh(path, len(y))
    if fresh is not None:
        result["n_without_copies"] = int(fresh.sum())
        result["accuracy_without_copies"] = float((p.argmax(1) == y)[fresh].mean())
    votes = path.with_name("ferplus_votes.npz")
    if head == "labels" and votes.is_file():
        majority = majority_of(row, votes)
        agreed = (majority >= 0) & among[majority]
        if agreed.any():
            result["ferplus"] = _figures(read["votes"][agreed], majority[agreed], told[agreed])
        agreed = majority >= 0
        if agreed.any():
            result["ferplus_all"] = _figures(seen.probabilities()[agreed], majority[agreed], told[agreed])
    return result


def _figures(p: np.ndarray, y: np.ndarray, told: np.ndarray) -> dict[str, Any]:
    """What probabilities (N, 8) are worth against labels (N,), with 95 % intervals over faces (Wilson 1927); of faces
    that may be ``told`` (N,; bool) those whose expression is worth naming are ``selective``."""
    names = FACE_EMOTIONS if (y == len(SEVEN)).any() or p[:, len(SEVEN) :].any() else SEVEN
    predicted = p.argmax(1)
    sure = told & np.asarray(is_sure(p))
    matrix = confusion(y, predicted, len(names))
    each, uar = recalls(matrix)
    return {
        "n": len(y),
        "accuracy": float((predicted == y).mean()),
        "accuracy_interval": wilson(int((predicted == y).sum()), len(y)),
        "uar": uar,
        "per_class_recall": dict(zip(names, each, strict=True)),
        "per_class_precision": dict(zip(names, recalls(matrix.T)[0], strict=True)),
        "per_class_n": dict(zip(names, matrix.sum(1).tolist(), strict=True)),
        "per_class_interval": {name: wilson(int(matrix[k, k]), int(matrix[k].sum())) for k, name in enumerate(names)},
        "expected_calibration_error": expected_calibration_error(p, y, bins=15),
        "selective": selective_figures(sure, predicted == y, LEAST_PROBABILITY),
        "confusion_matrix": matrix.tolist(),
        "labels": list(names),
        "log_loss": _log_loss(p, y),
    }


def _log_loss(p: np.ndarray, y: np.ndarray) -> float:
    return float(-np.log(np.maximum(p[np.arange(len(y)), y], 1e-12)).mean())


def _fresh(path: Path, rows: int) -> np.ndarray | None:
    """Which rows are no copies of training rows (bool, N), where a file beside the faces' says so."""
    copies = path.with_name(f"{path.stem}_duplicates.npz")
    if not copies.is_file():
        return None
    with np.load(copies, allow_pickle=False) as file:
        fresh = ~file["exact_dup_in_train"].astype(bool)
    return fresh if fresh.shape == (rows,) and fresh.any() else None


def _file(path: Path) -> Path:
    if not path.is_dir():
        if not path.is_file():
            raise FileNotFoundError(f"There is no file {path}. Give a faces .npz with x, y and classes.")
        return path
    for folder in (path, path / "faces"):
        if (folder / "fer2013_public.npz").is_file():
            return folder / "fer2013_public.npz"
        found = [path for path in sorted(folder.glob("*.npz")) if not path.stem.endswith("_duplicates")]
        if len(found) == 1:
            return found[0]
    raise FileNotFoundError(f"No fer2013_public.npz in {path}. Give a faces .npz with x, y and classes.")
