"""Mel filters and frequencies: ours where a process is short, librosa's where it works long, and the same figures."""

from __future__ import annotations

import subprocess
import sys

import librosa
import numpy as np
import pytest

from ml.speech import encoder, infer, mel_library, quality
from ml.speech import features as f

SETS = [(64, 60.0, 7_600.0), (80, 0.0, 8_000.0)]


@pytest.fixture
def ours(monkeypatch):
    """A process that has not been told to use librosa, as it is after it too."""
    monkeypatch.setattr(mel_library, "_librosa", None)
    mel_library.use_librosa.cache_clear()
    yield
    mel_library.use_librosa.cache_clear()


@pytest.mark.parametrize(("bands", "lowest", "highest"), SETS)
def test_the_mel_filters_are_librosas(ours, bands: int, lowest: float, highest: float):
    theirs = librosa.filters.mel(sr=f.RATE, n_fft=f.FFT, n_mels=bands, fmin=lowest, fmax=highest).T
    before = f.mel_filters(bands, lowest, highest)
    assert np.abs(before - theirs).max() < 1e-8
    mel_library.use_librosa()
    after = f.mel_filters(bands, lowest, highest)
    np.testing.assert_array_equal(after, theirs)
    assert after.dtype == before.dtype and after.flags.c_contiguous


def test_the_bands_lie_where_librosa_has_them(ours):
    before = quality.band_centres()
    mel_library.use_librosa()
    np.testing.assert_allclose(quality.band_centres(), before, atol=1e-6)


def test_a_voice_reads_the_same_by_both_and_by_librosa_where_asked(ours, voice, monkeypatch):
    before = infer.read_samples(lambda: [voice])
    asked = []
    mel, frequencies = librosa.filters.mel, librosa.mel_frequencies
    monkeypatch.setattr(librosa.filters, "mel", lambda **given: asked.append("mel") or mel(**given))
    monkeypatch.setattr(
        librosa, "mel_frequencies", lambda **given: asked.append("mel_frequencies") or frequencies(**given)
    )
    f._mel_filters.cache_clear()
    mel_library.use_librosa()
    after = infer.read_samples(lambda: [voice])
    assert asked.count("mel") == len(SETS) and "mel_frequencies" in asked
    # The encoders count in eight bits (see the test below): what they are given is the same to 1e-6.
    np.testing.assert_allclose(after.track.probabilities, before.track.probabilities, atol=2e-3)
    assert after.quality == before.quality and after.delivery == before.delivery


def test_what_differs_is_the_encoders_rounding(ours, voice):
    """By librosa's filters the encoders are given the same to a float's last digit; a noise as small as that, added to
    our own, moves what they give by as much: they round to eight bits, and now and then one number to the other side.
    """
    power = f.frame_power(voice[: 3 * f.RATE])
    before = encoder.encoder_input(power)
    mel_library.use_librosa()
    f._mel_filters.cache_clear()
    after = encoder.encoder_input(power)
    assert np.abs(after - before).max() < 1e-6
    sessions = encoder.sessions()

    def given(sound: np.ndarray) -> np.ndarray:
        parts = np.array_split(sound, -(-len(sound) // encoder.LONGEST))
        return np.concatenate([encoder._encoded_by(session, parts) for session in sessions])

    heard, random = given(before), np.random.default_rng(0)
    moved = [
        float(np.abs(given((before + random.uniform(-1e-7, 1e-7, before.shape)).astype(np.float32)) - heard).max())
        for _ in range(12)
    ]
    by_librosa = float(np.abs(given(after) - heard).max())
    assert max(moved) > 1e-4 and by_librosa <= 2 * max(moved) < 0.05


def test_where_librosa_may_write_nowhere_ours_reads_on():
    code = """
import numba.core.caching as caching
caching.CacheImpl._locator_classes = caching.CompileResultCacheImpl._locator_classes = []
from ml.speech import features, mel_library
mel_library.use_librosa()
assert mel_library.chosen() is None
print(features.mel_filters().shape)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(257, 64)" and "NUMBA_CACHE_DIR" in done.stderr
