"""A picture without a face, for tests and benches: round grey things on an uneven ground."""

from __future__ import annotations

import cv2
import numpy as np


def clutter(width: int = 384, height: int = 303, seed: int = 7) -> np.ndarray:
    """Grey levels uint8 (height, width); the same seed draws the same picture."""
    rng = np.random.default_rng(seed)
    ground = cv2.resize(rng.uniform(30, 110, (5, 7)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    for row in range(4):
        for column in range(6):
            centre = (
                int((column + 0.5) * width / 6 + rng.uniform(-5, 5)),
                int((row + 0.5) * height / 4 + rng.uniform(-5, 5)),
            )
            radius = int(rng.uniform(0.06, 0.09) * height)
            cv2.circle(ground, centre, radius, float(rng.uniform(120, 200)), -1, cv2.LINE_AA)
            cv2.circle(ground, centre, max(2, radius // 2), float(rng.uniform(90, 210)), 2, cv2.LINE_AA)
    return np.clip(ground + rng.normal(0, 6, ground.shape), 0, 255).astype(np.uint8)
