"""The paper's system: its networks' sizes, its spectrograms, its gate and its mean."""

from __future__ import annotations

import numpy as np
import pytest

from ml.core.emotions import FACE_EMOTIONS, SPEECH_EMOTIONS
from ml.fusion.yakaew2021.spectrogram import CHUNK, RATE, SHARED, SIDE, WINDOW, decibels, picture, windows
from ml.fusion.yakaew2021.stream import ALPHA, Mean, PaperStream, to_sentiments


def test_every_network_has_the_papers_number_of_parameters():
    from ml.training.fusion.yakaew2021 import model as paper

    stated = {"mouth": 1_252_571, "visual": 136_259, "audio": 2_509_827, "audiovisual": 2_646_107}
    assert stated == paper.STATED
    for name, count in stated.items():
        assert getattr(paper, name)().count_params() == count


def test_windows_are_1400_samples_of_which_250_are_shared():
    assert (RATE, WINDOW, SHARED) == (48_000, 1_400, 250)
    assert CHUNK == 0.03 * RATE
    assert windows(np.ones(1400)).shape == (1, 1400)
    assert windows(np.ones(1400 + 1150 + 1149)).shape == (2, 1400)
    cut = windows(np.ones(1400))[0]
    assert cut[0] == pytest.approx(0, abs=1e-6)
    assert cut[700] == pytest.approx(1)


def test_a_tone_shows_at_its_pitch():
    tone = np.sin(2 * np.pi * 6000 * np.arange(CHUNK) / RATE)
    levels = decibels(tone)
    assert levels.shape == (701, 1)
    assert levels[:, 0].argmax() == pytest.approx(6000 / RATE * WINDOW, abs=1)
    assert levels.max() == pytest.approx(0, abs=1)
    drawn = picture(tone)
    assert drawn.shape == (SIDE, SIDE, 3)
    assert drawn.dtype == np.float32
    assert drawn[:, 200, 0].argmax() == pytest.approx(SIDE * (1 - 6000 / 24000), abs=3)


def test_the_mean_is_exponentially_weighted():
    mean = Mean()
    assert mean.push(np.array([1.0, 0, 0])) == pytest.approx([1, 0, 0])
    assert mean.push(np.array([0, 1.0, 0])) == pytest.approx([1 - ALPHA, ALPHA, 0])


def test_a_closed_mouth_leaves_the_face_alone():
    face, voice = np.array([0.0, 0, 1]), np.array([1.0, 0, 0])
    assert PaperStream().push(face, voice, mouth=0.2) == pytest.approx(face)
    assert PaperStream().push(face, voice, mouth=0.8) == pytest.approx([0.5, 0, 0.5])
    assert PaperStream().push(face, voice, mouth=0.8, both=np.array([0, 1.0, 0])) == pytest.approx([0, 1, 0])
    assert PaperStream().push(None, voice, mouth=0.8) is None


def test_sentiments_are_the_papers():
    rows = to_sentiments(SPEECH_EMOTIONS, np.eye(8))
    assert [int(row.argmax()) for row in rows[:5]] == [1, 1, 2, 0, 0]
    assert rows[5] == pytest.approx([1 / 3] * 3)
    assert to_sentiments(FACE_EMOTIONS, np.eye(7))[FACE_EMOTIONS.index("sad")].argmax() == 0
