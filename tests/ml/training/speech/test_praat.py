"""Our delivery facts against Praat's, and against the syllables that were said, on real speech."""

import pytest

from ml.training.speech import praat


@pytest.fixture(scope="module")
def found(real_data):
    clips = praat.sample(real_data, {"ravdess": 12})["ravdess"]
    return praat.compare([clip for clip in clips if clip.actor in ("1", "2", "3", "4")])


@pytest.mark.full
def test_pitch_and_loudness_agree_with_praat(found):
    apart = found["praat"]
    assert apart["pitch_median_hz"]["n"] >= 18
    assert apart["pitch_median_hz"]["median_difference"] < 2.5
    assert apart["pitch_median_hz"]["correlation"] > 0.98
    assert apart["pitch_range_semitones"]["median_difference"] < 0.6
    assert apart["loudness_rise_db"]["median_difference"] < 1
    assert apart["loudness_rise_db"]["correlation"] > 0.85
    assert apart["sounding_seconds"]["median_difference"] < 0.2


def test_pauses_agree_with_praat(found):
    assert found["praat"]["pause_count"]["median_difference"] <= 1
    assert found["praat"]["longest_pause_seconds"]["median_difference"] < 0.4


def test_syllables_are_those_that_were_said(found):
    assert abs(found["known"]["ours"]["syllables"]["ours"] - 7) < 1
    assert found["known"]["ours"]["syllables"]["median_difference"] <= 1
