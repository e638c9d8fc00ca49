"""Would raters invite the speaker, from the words of 15 seconds alone: kernel ridge regression on Nyström landmarks.

Source: C. Williams and M. Seeger (2001), Using the Nyström method to speed up kernel machines, NeurIPS.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ml.interview.model import CLIP
from ml.interview.words import lexical, words_of

FILE = "interview_invite.npz"
#: The length of the clips that were rated, in seconds: how many words somebody says in it matters most.
CLIP_SECONDS = 15.0
WIDTH = 0.4
_SYLLABLE = re.compile(r"[aeiouy]+")


@dataclass(frozen=True)
class Invite:
    """``mean``, ``scale`` (P,) of the features; ``landmarks`` (L, P) standardised; ``weights`` (L,); ``bias``."""

    mean: np.ndarray
    scale: np.ndarray
    landmarks: np.ndarray
    weights: np.ndarray
    bias: float
    #: Fingerprints of the clips that were trained on, uint32, sorted.
    seen: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint32))

    def predict(self, texts: Sequence[str]) -> np.ndarray:
        """How much raters would invite who said each of these in 15 s: (N,) about 0..1."""
        x = np.clip((np.array([features(text) for text in texts]) - self.mean) / self.scale, -CLIP, CLIP)
        return kernel(x, self.landmarks) @ self.weights + self.bias


def fingerprint(text: str) -> int:
    """Which clip this is, by its words: 32 bits."""
    return zlib.crc32(" ".join(words_of(text)).encode())


def features(text: str) -> list[float]:
    """The row of one clip's words. Raises ValueError where there is none."""
    words = words_of(text)
    syllables = sum(len(_SYLLABLE.findall(word)) for word in words)
    sentences = max(1, len(re.findall(r"[.!?]+", text)))
    return [
        *lexical([text]).values(),
        len(words), len(text), syllables, syllables / max(1, len(words)), sentences, len(words) / sentences,
        text.count(","), text.count("?"), text.count("!"), text.count("..."), text.count('"'), text.count("'"),
        float(text[:1].islower()), float(text.rstrip()[-1:] in ".!?"), max((len(word) for word in words), default=0),
        sum(len(word) > 9 for word in words),
    ]  # fmt: skip


def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Gaussian kernel of (N, P) and (M, P) -> (N, M)."""
    squared = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.exp(-WIDTH / a.shape[1] * np.maximum(squared, 0))


def load(path: Path) -> Invite:
    """Read what ``save`` wrote."""
    with np.load(path) as file:
        parts = (file[name].astype(np.float64) for name in ("mean", "scale", "landmarks", "weights"))
        mean, scale, landmarks, weights = parts
        return Invite(mean, scale, landmarks, weights, float(file["bias"]), file["seen"])
