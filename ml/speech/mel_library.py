"""Who works out mel filters and mel frequencies: librosa in processes that work long, else our own few lines.

librosa takes two seconds of a core to import, more than a whole `./viva analyse` of a short clip may grow by; a worker
pays them once. Both give the same figures to 1e-8 (tests compare).
"""

from __future__ import annotations

import logging
from functools import lru_cache
from types import ModuleType

logger = logging.getLogger(__name__)

_librosa: ModuleType | None = None


@lru_cache(maxsize=1)
def use_librosa() -> None:
    """From now on this process asks librosa. Called by workers, before they read their first voice."""
    global _librosa
    try:
        # See above. numba wants a folder for what it compiles, which an account that may write nowhere lacks.
        import librosa.filters

        librosa.mel_frequencies(n_mels=2)  # loads the rest, which librosa does when it is first named
    except RuntimeError as error:
        logger.warning("librosa cannot be used here (set NUMBA_CACHE_DIR to a folder that can be written): %s", error)
        return
    _librosa = librosa


def chosen() -> ModuleType | None:
    """librosa where this process uses it, else None."""
    return _librosa
