"""Hand-made features."""

import numpy as np
import pytest

from ml.speech.features import RATE
from ml.speech.functionals import contours, functionals, voicing

rng = np.random.default_rng(0)


def test_the_gain_does_not_matter(voice):
    part = voice[RATE : 3 * RATE]
    plain = functionals(part)
    for gain in (0.05, 3.0):
        np.testing.assert_allclose(functionals(part * gain), plain, rtol=0.02, atol=0.05)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(0),
        np.zeros(100),
        np.zeros(8_000),
        rng.standard_normal(9_000) * 0.1,
        np.ones(5_000),
        np.eye(1, 16_000)[0],
    ],
    ids=["nothing", "a click's length", "silence", "noise", "a constant", "an impulse"],
)
def test_features_are_finite_whatever_sounds(samples):
    features = functionals(samples.astype(np.float32))
    assert features.dtype == np.float32 and features.shape == functionals(np.zeros(16_000, np.float32)).shape
    assert np.isfinite(features).all()


@pytest.mark.parametrize("hertz", [90, 150, 240, 420])
def test_pitch_is_found_and_silence_has_none(hertz):
    time = np.arange(RATE) / RATE
    tone = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 8)).astype(np.float32) * 0.1
    semitones, strength = voicing(tone, 90)
    np.testing.assert_allclose(55 * 2 ** (semitones[10:80] / 12), hertz, rtol=0.01)
    assert (strength[10:80] > 0.9).all()
    assert np.isnan(voicing(np.zeros(RATE, np.float32), 90)[0]).all()


def test_contours_of_one_length(voice):
    wide, voiced, sounding = contours(voice[:RATE])
    assert len(wide) == len(voiced) == len(sounding) == (RATE - 512) // 160 + 1
    assert np.isfinite(wide).all()
