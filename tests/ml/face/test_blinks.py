"""Blinks in a series of eye aspect ratios."""

from __future__ import annotations

import numpy as np
import pytest

from ml.face import blinks


def series(seconds: float, dips: list[tuple[float, float]], level: float = 0.33) -> tuple[np.ndarray, np.ndarray]:
    """Fifteen samples a second with noise of 5 %, and dips (start, length)."""
    times = np.arange(0, seconds, 1 / 15)
    ratios = level + np.random.default_rng(0).normal(0, 0.05 * level, len(times))
    for start, length in dips:
        ratios[(times >= start) & (times < start + length)] = 0.12
    return times, ratios


def test_each_dip_is_a_blink_at_its_time() -> None:
    found = blinks.find(*series(30, [(3, 0.2), (9.5, 0.15), (20, 0.3)]))
    assert found == pytest.approx([3.1, 9.6, 20.15], abs=0.2)


def test_noise_is_no_blink() -> None:
    assert blinks.find(*series(120, [])) == []


def test_eyes_cast_down_are_no_blink() -> None:
    assert blinks.find(*series(30, [(10, 1.5)])) == []


def test_eyes_that_stay_shut_do_not_blink() -> None:
    times, ratios = series(30, [(0, 8)])
    ratios[:100] += np.random.default_rng(1).normal(0, 0.04, 100)
    assert [t for t in blinks.find(times, ratios) if t < 7] == []


def test_narrow_eyes_blink_too() -> None:
    times, ratios = series(30, [(5, 0.2)], level=0.2)
    assert len(blinks.find(times, np.minimum(ratios, 0.22))) == 1


def test_a_gap_in_the_samples_is_no_blink() -> None:
    times, ratios = series(20, [])
    keep = (times < 8) | (times > 9)
    assert blinks.find(times[keep], ratios[keep]) == []


def test_the_rate_has_a_poisson_interval() -> None:
    rate = blinks.rate(10, 60)
    assert (rate.value, rate.n) == (10, 10)
    assert rate.low == pytest.approx(4.80, abs=0.01)
    assert rate.high == pytest.approx(18.39, abs=0.01)
    assert blinks.rate(0, 60).low == 0
    assert blinks.rate(0, 60).high == pytest.approx(3.69, abs=0.01)


def test_little_time_gives_no_rate() -> None:
    assert blinks.rate(3, 9.9) is None
    assert blinks.summarise(np.array([]), np.array([]), 0.0) == {
        "count": 0,
        "times": [],
        "per_minute": None,
        "covered": 0,
    }


def eyes(times: np.ndarray, changed: dict[float, tuple[float, float]]) -> np.ndarray:
    """What is around both eyes: the same two noises, mixed with others by two shares at the times given."""
    random = np.random.default_rng(4)
    usual, other = random.normal(128, 30, (2, 2, 8, 8))
    seen = np.repeat(usual[None], len(times), 0)
    for at, shares in changed.items():
        share = np.array(shares)[:, None, None]
        seen[np.abs(times - at) < 0.2] = (1 - share) * usual + share * other
    return np.clip(seen + random.normal(0, 1, seen.shape), 0, 255).astype(np.uint8)


def test_a_hand_in_front_of_one_eye_is_no_blink_and_is_said() -> None:
    times, ratios = series(30, [(3, 0.2), (9.5, 0.2), (20, 0.2)])
    around = eyes(times, {3.1: (0.3, 0.3), 9.6: (1.0, 0.05), 20.1: (0.1, 0.9)})
    assert blinks.find(times, ratios) == pytest.approx([3.1, 9.6, 20.1], abs=0.2)
    assert blinks.find(times, ratios, around) == pytest.approx([3.1], abs=0.2)
    found = blinks.summarise(times, ratios, 30.0, around)
    assert (found["count"], found["covered"]) == (1, 2)


def test_landmarks_that_jitter_in_a_still_picture_are_no_blink() -> None:
    times, ratios = series(30, [(3, 0.2), (9.5, 0.2)])
    found = blinks.summarise(times, ratios, 30.0, eyes(times, {3.1: (0.3, 0.3)}))
    assert (found["times"], found["covered"]) == ([pytest.approx(3.1, abs=0.2)], 0)


def test_a_person_who_blinks_ten_times(real_data) -> None:
    from ml.face.infer import read

    found = read(real_data / "media" / "talking_a.mp4").blinks
    assert found["count"] == 10  # counted by eye
