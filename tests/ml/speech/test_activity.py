"""Voice activity: speech yes, hum and silence no, whatever the level."""

import numpy as np
import pytest

from ml.media.synthetic import speak
from ml.speech.activity import detect, runs

rng = np.random.default_rng(0)


@pytest.fixture(scope="module")
def sentence() -> tuple[np.ndarray, float, float]:
    """(samples, first and last second of speech) of one sentence between two seconds of quiet noise."""
    said = speak("Kids are talking by the door")
    loud = np.flatnonzero(np.abs(said) > 0.02)
    noise = rng.standard_normal(len(said) + 64_000).astype(np.float32) * 3e-4
    noise[32_000 : 32_000 + len(said)] += said
    return noise, 2 + loud[0] / 16_000, 2 + loud[-1] / 16_000


@pytest.mark.parametrize("gain", [1.0, 0.1, 0.02])
def test_speech_is_found_where_it_is_at_any_level(sentence, gain):
    samples, first, last = sentence
    start, stop = detect(samples * gain).bounds(0, 10**6)
    assert start / 100 == pytest.approx(first, abs=0.2)
    assert stop / 100 == pytest.approx(last, abs=0.25)


def test_a_pause_is_not_speech():
    said = speak("We fixed it with a lock.")
    gap = rng.standard_normal(24_000).astype(np.float32) * 3e-4
    activity = detect(np.concatenate([gap, said, gap, said, gap]))
    middle = (24_000 + len(said) + 12_000) // 160
    assert not activity.speech[middle - 40 : middle + 40].any()
    assert len(activity.segments()) >= 2


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(80_000, np.float32),
        rng.standard_normal(80_000).astype(np.float32) * 1e-4,
        rng.standard_normal(80_000).astype(np.float32) * 0.1,
        (0.3 * np.sin(2 * np.pi * 50 * np.arange(80_000) / 16_000)).astype(np.float32),
        np.zeros(0, np.float32),
    ],
    ids=["zeros", "quiet noise", "loud noise", "mains hum", "nothing"],
)
def test_no_speech_in(samples):
    activity = detect(samples)
    assert activity.seconds == 0
    assert activity.bounds(0, 10**6) is None


def test_real_clips_lose_their_silence(real_data):
    from ml.training.speech.data import clips, load

    found = clips(real_data / "speech" / "ravdess")[::120]
    for clip in found:
        activity = detect(load(clip.path))
        start, stop = activity.bounds(0, 10**6)
        assert 0.5 < start / 100 < 2
        assert 0.9 < (stop - start) / 100 < 4


def test_runs():
    assert runs(np.array([1, 1, 0, 0, 1], bool)) == [(0, 2), (4, 5)]
    assert runs(np.zeros(3, bool)) == []
