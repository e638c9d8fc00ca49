"""The discrete cosine transform that makes cepstra of log-mel bands."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ml.speech.features import MELS


@lru_cache(maxsize=4)
def dct_matrix(count: int) -> np.ndarray:
    """Its rows 1 to ``count`` as columns, float32 (MELS, count): cepstra without the level."""
    band = (np.arange(MELS) + 0.5) * np.pi / MELS
    return (np.cos(band[:, None] * np.arange(1, count + 1)) * np.sqrt(2 / MELS)).astype(np.float32)
