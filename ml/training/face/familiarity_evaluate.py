"""What the face model names of pictures that are no plain faces: masks, glasses, drawings, turned heads, other things.

They are made of PublicTest's faces in other ways than those that it has learnt from (`ml.training.face.familiarity`),
and read once each, as a recording's samples are. ``told`` is the share that is named, ``right`` how many of these agree
with most of FER+'s annotators (None where hardly any is told).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ml.core.naming import LEAST_PROBABILITY, is_sure
from ml.core.statistics import selective_figures
from ml.face import quantised
from ml.training.face.data import faces_folder, load, majority_of

#: Faces that are read of each kind.
FACES = 400


def surgical_mask(face: np.ndarray) -> np.ndarray:
    """A light mask with folds from the nose down."""
    made = face.astype(np.float32)
    rows, columns = np.mgrid[0:48, 0:48]
    over = (rows > 27 - 3 * np.exp(-(((columns - 24) / 8) ** 2))) & (np.abs(columns - 24) < 21 - 0.25 * (rows - 27))
    made[over] = (205 + 18 * (rows % 5 == 0) - 0.8 * np.abs(columns - 24))[over]
    return np.clip(made, 0, 255).astype(np.uint8)


def dark_glasses(face: np.ndarray) -> np.ndarray:
    """Two dark lenses and a bridge."""
    made = face.copy()
    for centre in ((14, 19), (34, 19)):
        cv2.ellipse(made, centre, (9, 6), 0, 0, 360, 20, -1)
    cv2.line(made, (22, 18), (26, 18), 20, 2)
    return made


def cartoon(face: np.ndarray) -> np.ndarray:
    """Smoothed, in four levels."""
    smooth = cv2.medianBlur(face, 5)
    return ((smooth // 64) * 64 + 32).astype(np.uint8)


def pencil(face: np.ndarray) -> np.ndarray:
    """A pencil drawing: the picture over its own blurred copy."""
    soft = cv2.GaussianBlur(255 - face, (0, 0), 4).astype(np.float32)
    return np.clip(face * 256.0 / (256 - soft), 0, 255).astype(np.uint8)


def from_the_side(face: np.ndarray) -> np.ndarray:
    """The half that is turned away squeezed to a third, the other stretched."""
    left = cv2.resize(face[:, :24], (10, 48), interpolation=cv2.INTER_AREA)
    right = cv2.resize(face[:, 24:], (38, 48), interpolation=cv2.INTER_LINEAR)
    return np.concatenate([left, right], axis=1)


def on_its_head(face: np.ndarray) -> np.ndarray:
    """Upside down."""
    return face[::-1].copy()


def hand(face: np.ndarray) -> np.ndarray:
    """Four fingers over the mouth."""
    made = face.astype(np.float32)
    for k, top in enumerate((29, 33, 37, 41)):
        cv2.rectangle(made, (4, top), (36 + k, top + 3), 150 + 8 * k, -1)
        cv2.line(made, (4, top), (36 + k, top), 90, 1)
    return np.clip(made, 0, 255).astype(np.uint8)


def stripes(face: np.ndarray) -> np.ndarray:
    """No face: waves."""
    rows, columns = np.mgrid[0:48, 0:48]
    phase = float(face.mean())
    return np.clip(128 + 90 * np.sin(rows / 5 + phase) * np.cos(columns / 7), 0, 255).astype(np.uint8)


#: What is made of a face, by name.
TESTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "plain": lambda face: face,
    "surgical mask": surgical_mask,
    "hand over the mouth": hand,
    "dark glasses": dark_glasses,
    "cartoon": cartoon,
    "pencil drawing": pencil,
    "from the side": from_the_side,
    "upside down": on_its_head,
    "no face": stripes,
}


def measure(data: Path) -> dict[str, dict[str, Any]]:
    """Per kind of picture ``accuracy`` of all, the share that is ``foreign``, and `selective_figures`."""
    folder = faces_folder(data)
    x, _, row = load(folder / "fer2013_public.npz")
    truth = majority_of(row, folder / "ferplus_votes.npz")
    some = np.flatnonzero(truth >= 0)[:FACES]
    found = {}
    for name, make in TESTS.items():
        seen = quantised.look(np.stack([make(face) for face in x[some]]))
        p = seen.probabilities()
        right = p.argmax(axis=1) == truth[some]
        found[name] = {
            "n_faces": len(some),
            "accuracy_of_all": float(right.mean()),
            "foreign": float((seen.foreign() >= 0.5).mean()),
            **selective_figures(np.asarray(is_sure(p)), right, LEAST_PROBABILITY),
        }
    return found


def table(found: dict[str, dict[str, Any]]) -> str:
    """The figures in Markdown."""
    lines = ["| picture | right of all | foreign | told | right of told |", "|---|---|---|---|---|"]
    for name, row in found.items():
        right = "–" if row["accuracy"] is None else f"{row['accuracy']:.2f}"
        lines.append(
            f"| {name} | {row['accuracy_of_all']:.2f} | {row['foreign']:.0%} | {row['coverage']:.0%} | {right} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    measured = measure(options.data)
    print(json.dumps(measured, indent=1) if options.json else table(measured))
