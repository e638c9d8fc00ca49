"""Mel filters and frequencies: ours where a process is short, librosa's where it works long, and the same figures."""

from __future__ import annotations

import subprocess
import sys

import librosa
import numpy as np
import pytest

from ml.speech import features as f
from ml.speech import infer, mel_library, quality

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
    # The encoders count in eight bits: a filter that differs by 2e-9 may round one number the other way.
    np.testing.assert_allclose(after.track.probabilities, before.track.probabilities, atol=2e-3)
    assert after.quality == before.quality and after.delivery == before.delivery


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
