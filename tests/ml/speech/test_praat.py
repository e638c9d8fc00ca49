"""Our delivery facts against Praat's, on real speech."""

import pytest

from ml.speech import praat


def test_pitch_loudness_and_speech_agree_with_praat(real_data):
    pytest.importorskip("parselmouth", reason="Praat (praat-parselmouth) is in the developers' packages")
    found = praat.compare(praat.sample(real_data, {"ravdess": 60})["ravdess"])
    assert found["pitch_median_hz"]["n"] == 20
    assert found["pitch_median_hz"]["median_difference"] < 2.5
    assert found["pitch_median_hz"]["correlation"] > 0.98
    assert found["pitch_range_semitones"]["median_difference"] < 0.6
    assert found["loudness_range_db"]["median_difference"] < 3
    assert found["sounding_seconds"]["median_difference"] < 0.2
