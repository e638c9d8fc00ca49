"""Sound that we make ourselves."""

import wave
from pathlib import Path

import numpy as np
import pytest

from ml.core import registry, runtime
from ml.media.synthetic import ANSWERS, speak


@pytest.fixture(scope="session")
def voice() -> np.ndarray:
    """About twenty seconds of a synthetic voice, float32 at 16 kHz, with a second of near-silence at each end."""
    quiet = np.random.default_rng(0).standard_normal(16_000).astype(np.float32) * 1e-4
    return np.concatenate([quiet, speak(ANSWERS["project"]), quiet])


def _write_wav(path: Path, samples: np.ndarray, rate: int = 16_000) -> Path:
    """Write mono samples as 16-bit WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="session")
def write_wav():
    """The function (path, samples, rate=16000) -> path that writes 16-bit mono WAV."""
    return _write_wav


@pytest.fixture
def wav(tmp_path: Path):
    """A function that writes samples into a WAV file and gives its path."""
    return lambda samples, name="sound.wav": _write_wav(tmp_path / name, samples)


@pytest.fixture(scope="session")
def model() -> dict:
    """The shipped model's metadata; fails where it is missing, since it belongs to the repository."""
    runtime.session("speech")
    return registry.describe("speech")
