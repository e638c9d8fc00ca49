"""Delivery facts against sounds whose facts are known."""

import numpy as np
import pytest

from ml.media.synthetic import speak
from ml.speech import delivery
from ml.speech.activity import detect

RATE = 16_000
time = np.arange(3 * RATE) / RATE


def harmonics(hertz: np.ndarray) -> np.ndarray:
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    return sum(np.sin(k * phase) / k for k in range(1, 9)).astype(np.float32) * 0.1


@pytest.mark.parametrize("hertz", [80, 120, 200, 310, 450])
def test_pitch_of_a_steady_tone(hertz):
    found = delivery.pitch(harmonics(np.full(len(time), float(hertz))))
    assert np.isfinite(found).mean() > 0.95
    assert np.nanmedian(found) == pytest.approx(hertz, rel=0.005)


def test_pitch_range_of_a_glide_of_one_octave():
    low, high = delivery.plausible(delivery.tallied(delivery.pitch(harmonics(100 * 2 ** (time / 3))))).percentiles(
        5, 95
    )
    assert 12 * np.log2(high / low) == pytest.approx(12 * 0.9, abs=0.6)


def test_noise_has_no_pitch():
    noise = np.random.default_rng(0).standard_normal(RATE * 2).astype(np.float32)
    assert np.isfinite(delivery.pitch(noise)).mean() < 0.1


def test_pitch_does_not_depend_on_the_level():
    tone = harmonics(np.full(RATE, 150.0))
    np.testing.assert_allclose(delivery.pitch(tone * 0.01), delivery.pitch(tone), rtol=1e-3)


@pytest.mark.parametrize("count", [3, 5, 9])
def test_syllables_are_counted(count):
    bump = np.hanning(18) * 30
    levels = np.concatenate([np.full(20, -60.0), *[np.concatenate([bump - 50, np.full(4, -50.0)])] * count])
    speech = levels > -55
    whole, parted = delivery.Syllables(-45), delivery.Syllables(-45)
    whole.feed(levels, speech, speech, 0, len(levels))
    for first in range(0, len(levels), 7):
        parted.feed(levels, speech, speech, first, min(first + 7, len(levels)))
    assert whole.finish() == parted.finish() == count


def test_spoken_syllables_are_about_right():
    text = "Last spring our booking system kept losing orders on busy evenings"  # 18 syllables
    samples = speak(text)
    activity = detect(samples)
    facts = delivery.facts(activity, delivery.pitch(samples))
    assert facts["syllables_per_second"] * activity.seconds == pytest.approx(18, abs=4)


def test_pauses_are_counted_and_measured():
    said, gap = speak("We fixed it with a lock."), np.zeros(RATE, np.float32)
    loud = np.flatnonzero(np.abs(said) > 0.01)
    said = said[loud[0] : loud[-1]]
    samples = np.concatenate([gap, said, gap, said, gap])
    facts = delivery.facts(detect(samples), delivery.pitch(samples))
    assert facts["pause_count"] == 1
    assert facts["longest_pause_seconds"] == pytest.approx(1, abs=0.2)


def test_a_woman_speaks_higher_than_a_man():
    heights = []
    for name in ("en-us", "en-us+f3"):
        samples = speak("I like to explain difficult things in simple words.", voice=name)
        heights.append(delivery.facts(detect(samples), delivery.pitch(samples))["pitch_median_hz"])
    assert 70 < heights[0] < heights[1] < 350


def test_too_little_speech_gives_none_instead_of_numbers():
    facts = delivery.facts(detect(np.zeros(RATE, np.float32)), np.zeros(0, np.float32))
    assert facts["pause_count"] == 0
    assert all(value is None for key, value in facts.items() if key != "pause_count")
