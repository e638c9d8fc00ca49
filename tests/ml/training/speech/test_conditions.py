"""Worse places to have recorded a clip in."""

import numpy as np
import pytest

from ml.speech.features import RATE
from ml.training.speech import conditions


def level(samples: np.ndarray) -> float:
    return 10 * np.log10(np.mean(np.square(samples, dtype=float)))


@pytest.fixture(scope="module")
def tones() -> np.ndarray:
    """A second each of a tone of 100, 1,000 and 6,000 Hz at once."""
    time = np.arange(2 * RATE) / RATE
    return (sum(np.sin(2 * np.pi * hertz * time) for hertz in (100, 1_000, 6_000)) * 0.1).astype(np.float32)


@pytest.mark.parametrize("snr", [20, 10])
def test_noise_has_the_ratio_asked_for(tones, snr):
    noise = conditions.noisy(tones, snr, np.random.default_rng(0)) - tones
    assert level(tones) - level(noise) == pytest.approx(snr, abs=0.5)


def test_a_telephone_passes_the_middle(tones):
    spectrum = np.abs(np.fft.rfft(conditions.telephone(tones)))
    low, middle, high = (spectrum[2 * hertz] for hertz in (100, 1_000, 6_000))
    assert low < 0.05 * middle and high < 0.1 * middle


def test_a_room_goes_on_after_the_sound():
    click = np.zeros(RATE, np.float32)
    click[100] = 1
    answer = conditions.room(click, 0.5, 3, np.random.default_rng(0))
    assert len(answer) == RATE + 4_000 and answer[100] == pytest.approx(1, abs=1e-3)
    tail = answer[200:]
    assert level(tail[:1_000]) > level(tail[4_000:5_000]) + 15


def test_opus_keeps_length_and_sound(voice):
    part = voice[RATE : 3 * RATE]
    again = conditions.opus(part)
    assert abs(len(again) - len(part)) <= 1_000
    assert level(again) == pytest.approx(level(part), abs=1.5)


def test_one_seed_is_one_place(tones):
    record = conditions.another_place((1, 2))
    np.testing.assert_array_equal(record(tones), record(tones))
    assert not np.array_equal(record(tones), conditions.another_place((1, 3))(tones))
    assert all(np.isfinite(make(tones, np.random.default_rng(0))).all() for make in conditions.TESTS.values())


def test_a_pause_is_put_into_the_speech(voice):
    part = voice[: 4 * RATE]
    longer = conditions.hesitant(part, 0.8)
    assert len(longer) == len(part) + int(0.8 * RATE)
    start = int(np.argmax(longer[: len(part)] != part))
    assert RATE < start < 4 * RATE and level(longer[start : start + RATE // 2]) < level(part) - 20
    np.testing.assert_array_equal(longer[-1000:], part[-1000:])
