"""Teach the face model what it does not know: pictures made of training faces that are no such faces any more.

Half a face behind a mask, a drawing, a head turned far away or upside down, a picture of something else, noise. A
logistic regression on the network's last features tells them from plain faces (outlier exposure; Hendrycks et al.,
2019). How many plain faces count as foreign is set on rows held out.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

#: The share of plain faces that may be taken for foreign, and how sharply trust ends there.
FAMILIAR, SHARPNESS = 0.97, 2.0
#: Plain faces, and made ones of each kind, that it learns from.
PLAIN, EACH = 3000, 500
_SIDE = 48


def masked(face: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A mask or a scarf over nose and mouth, plain or with a pattern."""
    top, shade = int(random.integers(22, 29)), int(random.integers(30, 250))
    left, right = int(random.integers(0, 9)), int(random.integers(39, 48))
    drop = int(random.integers(0, 6))
    corners = np.array([[left, top + drop], [24, top], [right, top + drop], [right - 4, 47], [left + 4, 47]])
    over = np.full(face.shape, shade, np.float32)
    if random.random() < 0.4:
        over += 30 * np.sin(np.arange(_SIDE) * random.uniform(0.3, 1.5))[:, None]
    over += random.normal(0, 3, face.shape) + np.linspace(-15, 15, _SIDE) * random.uniform(-1, 1)
    area = np.zeros(face.shape, np.uint8)
    cv2.fillPoly(area, [corners], 1)
    return np.clip(np.where(area, over, face), 0, 255).astype(np.uint8)


def drawn(face: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A comic: few levels, black lines."""
    smooth = cv2.bilateralFilter(face, 7, float(random.uniform(30, 90)), 5)
    step = int(random.integers(36, 80))
    flat = (smooth // step) * step + step // 2
    if random.random() < 0.7:
        flat[cv2.Canny(face, 60, float(random.uniform(110, 180))) > 0] = int(random.integers(0, 40))
    return np.clip(flat, 0, 255).astype(np.uint8)


def turned(face: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A head turned far to a side, as far as a flat picture can be."""
    near, inset = float(random.uniform(7, 15)), float(random.uniform(6, 14))
    goal = np.array([[inset, 0], [47 - inset, near], [47 - inset, 47 - near], [inset, 47]], np.float32)
    whole = np.array([[0, 0], [47, 0], [47, 47], [0, 47]], np.float32)
    made = cv2.warpPerspective(
        face, cv2.getPerspectiveTransform(whole, goal), (_SIDE, _SIDE), borderMode=cv2.BORDER_REPLICATE
    )
    return made if random.random() < 0.5 else made[:, ::-1]


def upside_down(face: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Rolled by 75 degrees or more."""
    matrix = cv2.getRotationMatrix2D((23.5, 23.5), float(random.uniform(75, 285)), 1.0)
    return cv2.warpAffine(face, matrix, (_SIDE, _SIDE), borderMode=cv2.BORDER_REPLICATE)


def something_else(face: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Tiles of a face in another order: edges and skin, but no face."""
    side = int(random.choice([12, 16, 24]))
    tiles = face.reshape(_SIDE // side, side, _SIDE // side, side).swapaxes(1, 2).reshape(-1, side, side)
    tiles = random.permutation(tiles)
    count = _SIDE // side
    return tiles.reshape(count, count, side, side).swapaxes(1, 2).reshape(_SIDE, _SIDE)


def noise(face: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Noise, fine or coarse."""
    rough = random.normal(128, 60, face.shape)
    return np.clip(cv2.GaussianBlur(rough, (0, 0), float(random.uniform(0.3, 4))), 0, 255).astype(np.uint8)


#: What is made of a face, by name.
FOREIGN: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "masked": masked,
    "drawn": drawn,
    "turned": turned,
    "upside_down": upside_down,
    "something_else": something_else,
    "noise": noise,
}


def made(faces: np.ndarray, kind: str, seed: int = 0) -> np.ndarray:
    """Each of faces uint8 (N, 48, 48) made foreign in one way."""
    random = np.random.default_rng((seed, sorted(FOREIGN).index(kind)))
    return np.stack([FOREIGN[kind](face, random) for face in faces])


def fit(plain: np.ndarray, strange: np.ndarray, held_out: np.ndarray) -> tuple[np.ndarray, float]:
    """The weight (F,) and bias under which features (N, F) are foreign above 0, from those of ``plain`` faces, of
    ``strange`` pictures, and of ``held_out`` plain faces, of which FAMILIAR lie below 0."""
    from sklearn.linear_model import LogisticRegression

    rows = np.concatenate([plain, strange])
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    truth = np.repeat([0, 1], [len(plain), len(strange)])
    found = LogisticRegression(C=0.02, max_iter=200, class_weight="balanced").fit((rows - middle) / spread, truth)
    weight = SHARPNESS * found.coef_[0] / spread
    return weight, -float(np.quantile(held_out @ weight, FAMILIAR))
