"""The benchmarks of the voice and of transcripts print what they measured."""

from __future__ import annotations

import numpy as np

from bench import delivery, librosa_beside, speech, transcripts, voices


def test_tables_of_the_voice():
    side = {"cpu_seconds": 0.8, "seconds": 1.0, "times_real_time": 75.0, "peak_mb": 120.0}
    found = {
        "seconds": 60.0,
        "sides": {"viva": side, "seed": {**side, "cpu_seconds": 8.0, "times_real_time": 7.5}},
        "ratio": 10.0,
        "memory": [{"minutes": m, "cpu": 0.9 * m, "peak_mb": 120.0} for m in (3, 60)],
        "memory_ratio": 1.0,
    }
    text = speech.table(found)
    assert "10.0 times as fast as the seed's way" in text and "1.00 times the memory of 3" in text


def test_without_data_the_reason_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("VIVA_DATA", str(tmp_path))
    for bench in (delivery, transcripts, voices):
        found = bench.measure()
        assert str(tmp_path) in found["reason"] and found["reason"] in bench.table(found)


def test_tables_of_words_and_facts():
    found = {
        "recogniser": "Whisper tiny.en",
        "clips": 40,
        "actors": 20,
        "word_error_rate": 0.029,
        "exact": 0.95,
        "synthetic_word_error_rate": 0.1,
        "times_real_time": 9.5,
        "peak_mb": 300.0,
        "fillers": {"said": 24, "written": 3},
    }
    assert "3 of 24 fillers" in transcripts.table(found)
    assert "2.9 %" in transcripts.table(found) and "9.5 times real time" in transcripts.table(found)
    row = {"n": 60, "unit": "Hz", "ours": 230.0, "theirs": 229.6, "median_difference": 0.8, "difference_90": 5.6}
    row["correlation"] = 0.999
    known = {"ours": {"syllables": {**row, "unit": "", "correlation": None}}}
    text = delivery.table({"ravdess": {"praat": {"pitch_median_hz": row}, "known": known}})
    assert "0.80 Hz" in text and "0.999" in text


def test_the_table_of_voices():
    row = {"n": 12, "share": 0.25, "interval": [0.1, 0.4]}
    nothing = {"n": 0, "share": None, "interval": None}
    shares = {
        "alone": {"all": row, "60 s": row},
        "synthetic": {"all": nothing},
        "same_sex": {"all": {**row, "points_right": 0.9}},
        "other_sex": {"all": row},
        "trade": {"5%": {"alone": 0.047, "same_sex": 0.7}},
    }
    place = {kind: {"all": {**row, "share": 0.125}} for kind in ("alone", "same_sex", "other_sex")}
    text = voices.table({"protocol": "made takes", "mild": shares, **shares, "places": {"room_0.5_s": place}})
    assert text.count("25.0%") == 8 and "10.0% to 40.0%" in text and "90%" in text and "made takes" in text
    assert text.count("4.7%") == 2 and "room 0.5 s" in text and text.count("12.5%") == 3


def test_a_resampler_without_a_filter_is_found_out():
    ours, worse = librosa_beside.resamplers()["ours"], librosa_beside.resampling(lambda samples: samples[::3])
    assert librosa_beside.resampling(ours)["alias_db"] < -50
    assert worse["alias_db"] > -1 and worse["gain_db"] < 0.01


def test_pitch_beside_librosas_is_shown():
    right = librosa_beside._right([(np.array([100.0, 210.0, 100.0, np.nan]), np.array([100.0, 100.0, np.nan, 90.0]))])
    assert right == {"found": 2 / 3, "gross": 0.5, "cents": 0.0, "extra": 1.0}
    pitch = {"seconds": 0.05, "noise_voiced": 0.0} | {f"glides_{name}": value for name, value in right.items()}
    side = {"seconds": 0.07, "gain_db": 0.39, "noise_db": -145.0, "alias_db": -61.0}
    mel = {"ours": 0.009, "librosa": 0.015, "apart_db": 0.0}
    found = {"resampling": {"ours": side}, "log_mel": mel, "pitch": {"ours": pitch}, "clips": 0}
    assert "-61" in librosa_beside.table(found) and "0.6667" in librosa_beside.table(found)
