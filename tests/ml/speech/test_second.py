"""One voice and two, on rows of statistics and on synthetic voices."""

from itertools import pairwise

import numpy as np
import pytest

from ml.speech import second, sounds, voice
from ml.speech.survey import survey
from ml.synthetic import ANSWERS, speak


@pytest.fixture(scope="module")
def one() -> np.ndarray:
    return speak(ANSWERS["project"])


def test_short_speech_is_never_two_voices(one):
    """Each part needs fifteen seconds, so that twenty of speech have no room for two."""
    assert survey([one]).second == []
    rows = np.random.default_rng(0).random((2 * second.LEAST - 1, len(voice.COUNTS) + voice.SUMS)).astype(np.float32)
    score, other = second.parted(rows, voice.weights())
    assert score == 0 and not other.any()


@pytest.mark.parametrize("seed", range(4))
def test_barking_makes_no_second_voice(one, seed):
    """Several dogs and the voice before, between and after them: its pieces are the same voice's."""
    rng = np.random.default_rng(seed)
    pieces = []
    for _ in range(3):
        dog = sounds.bark(rng, 6.0).astype(np.float32)
        pieces += [one, dog * 0.5 / np.abs(dog).max()]
    assert survey(pieces).second == []


def test_the_same_sound_gives_the_same_stretches(one):
    both = [one, speak(ANSWERS["why"], voice="en-us+f3"), one, speak(ANSWERS["why"], voice="en-us+f3")]
    first = survey(both).second
    assert first and first == survey(both).second
    assert all(start < end for start, end in first)
    assert all(a[1] <= b[0] for a, b in pairwise(first))


def test_steps_with_speech():
    speech = np.zeros(200, bool)
    speech[50:80] = True
    assert second.speaking(speech, 5).tolist() == [False, True, False, False, False]
    assert second.speaking(np.zeros(0, bool), 2).tolist() == [False, False]


def test_places_do_not_depend_on_the_parts_they_are_worked_on(monkeypatch):
    rows = np.abs(np.random.default_rng(1).normal(5, 1, (90, len(voice.COUNTS) + voice.SUMS))).astype(np.float32)
    whole = second.places(rows, voice.weights())
    monkeypatch.setattr(second, "PART", 20)
    assert np.allclose(second.places(rows, voice.weights()), whole, atol=1e-4)
