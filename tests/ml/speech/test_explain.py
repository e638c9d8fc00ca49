"""Which pieces of a sound moved the verdict."""

import csv
import json
from dataclasses import asdict

import numpy as np
import pytest

from ml.core.emotions import SPEECH_EMOTIONS
from ml.core.errors import Unreadable
from ml.speech import explain as module
from ml.speech.explain import _Sound, explain
from ml.training.speech.data import load
from ml.training.speech.evaluate import clip_probabilities


@pytest.fixture(scope="module")
def clip(real_data):
    """An angry clip with a second of silence at both ends, as RAVDESS has it."""
    folder = real_data / "speech" / "ravdess"
    with (folder / "manifest.csv").open(newline="") as stream:
        row = next(r for r in csv.DictReader(stream) if r["emotion"] == "angry" and r["intensity"] == "strong")
    return folder / row["file"]


def test_nothing_turned_down_is_the_same_sound(voice):
    sound = _Sound(voice[:50_000])
    np.testing.assert_allclose(sound.without(0, 0, 0, 0), voice[:50_000], atol=1e-5)


def test_a_piece_is_turned_down_and_nothing_else(voice):
    time = np.arange(48_000) / 16_000
    tone = (np.sin(2 * np.pi * 500 * time) + np.sin(2 * np.pi * 4000 * time)).astype(np.float32)
    changed = _Sound(tone).without(1.0, 2.0, 3000, 5000)
    np.testing.assert_allclose(changed[:14_000], tone[:14_000], atol=1e-3)
    spectrum = np.abs(np.fft.rfft(changed[18_000:30_000]))
    low, high = spectrum[375], spectrum[3000]
    assert high / low == pytest.approx(10 ** (-module.TURNED_DOWN_DB / 20), rel=0.05)


def test_the_hot_second_carries_the_verdict(clip, model):
    """Silencing the piece of time named as strongest lowers the emotion more than silencing the median piece."""
    found = explain(clip, 0.0, 6.0, "angry")
    samples = load(clip)
    angry = SPEECH_EMOTIONS.index("angry")
    plain = clip_probabilities(samples)[angry]
    assert found.probability == pytest.approx(plain, abs=1e-3)

    def chance_without(piece: int) -> float:
        muted = samples.copy()
        a, b = (round(found.times[piece + k] * 16_000) for k in (0, 1))
        muted[a:b] *= 0.05
        return clip_probabilities(muted)[angry]

    order = np.argsort(found.by_time)
    assert chance_without(order[-1]) < chance_without(order[len(order) // 2]) + 1e-9
    assert chance_without(order[-1]) < plain
    assert json.loads(json.dumps(asdict(found)))["label"] == "angry"
    rows = np.array(found.values)
    assert rows.shape == (len(found.times) - 1, len(found.bands) - 1)
    assert not rows[0].any(), "the clip begins with silence, which says nothing"


def test_what_cannot_be_explained(clip, wav):
    with pytest.raises(ValueError, match="no emotion"):
        explain(clip, 0, 3, "bored")
    with pytest.raises(ValueError, match="empty"):
        explain(clip, 3, 3, "angry")
    with pytest.raises(Unreadable):
        explain(wav(np.zeros(32_000, np.float32)), 0, 2, SPEECH_EMOTIONS[0])
