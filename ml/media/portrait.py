"""The portrait that the demonstration and the tests animate: NASA's photograph of Eileen Collins (see portrait.md)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

FILE = Path(__file__).with_name("portrait.jpg")


def portrait() -> np.ndarray:
    """The portrait as RGB uint8 (512, 512, 3): an array of one's own."""
    picture = cv2.imdecode(np.frombuffer(FILE.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise RuntimeError(f"{FILE.name} is damaged. Restore it from the repository.")
    return np.ascontiguousarray(picture[..., ::-1])
