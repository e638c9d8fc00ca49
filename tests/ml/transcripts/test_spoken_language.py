"""Whether what was said is English, by a recogniser that knows nothing else."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ml.core import registry
from ml.media.synthetic import speak
from ml.training.transcripts.languages import ANSWERS
from ml.transcripts import recogniser as module
from ml.transcripts.spoken_language import Heard, difference, english, is_english, plain, second_hearing
from ml.transcripts.transcript import Transcript, Word

ENGLISH = (
    "I have worked in a small company for five years. At first I answered the questions of our customers, and then I "
    "was given a larger project. We had to replace an old system without stopping the service. I learned to listen, to "
    "plan, and to ask for help when I needed it."
)


def test_how_much_of_the_words_differs():
    said = plain("I like to work, with other people.")
    assert said == ("i", "like", "to", "work", "with", "other", "people")
    assert difference(said, said) == 0.0 == difference([], [])
    assert difference(said, said[1:]) == pytest.approx(1 / 7)
    assert difference(said, ("nothing",) * 7) == 1.0 == difference(said, [])
    assert difference(["word"] * 100_000, ["other"] * 100_000) == 1.0  # a loop of the recogniser ends soon


def test_the_second_hearing_is_a_little_slower_and_later():
    sound = np.sin(np.arange(16_000) / 10).astype(np.float32)
    again = second_hearing(sound)
    assert again.dtype == np.float32 and len(again) == pytest.approx(16_000 / 0.93 - 0.11 * 16_000, abs=2)
    assert len(second_hearing(sound[:100])) == 0


def test_the_card_is_whole():
    card = registry.describe("spoken_language")
    assert 0.3 < card["most_difference"] < 0.9 and 0.3 < card["least_sure"] < 0.8
    for measured in (card["measured"]["all"], card["measured"]["speakers held out"]):
        assert measured["english_refused"] <= 0.03 and measured["foreign_told"] >= 0.9
        assert measured["english"] >= 30 and measured["foreign"] >= 40


def test_sure_words_that_stay_are_english_and_words_that_change_are_not():
    said = tuple(f"w{n}" for n in range(20))
    other = tuple(f"o{n}" for n in range(20))
    assert is_english(english([Heard((0.95,) * 20, said, said)]))
    assert not is_english(english([Heard((0.8,) * 20, said, other)]))  # fluent, trusted, and made up
    assert not is_english(english([Heard((0.4,) * 20, said, said)]))
    assert not is_english(english([Heard((), (), ())]))
    assert english([]) is None and is_english(None)


def test_what_is_not_english_is_not_understood_and_stays_so_in_the_database():
    words = [Word(f"w{n}", float(n), n + 0.5, 0.9) for n in range(10)]
    said = Transcript(words, "en", "Fake", speech_seconds=5.0, english=0.02)
    assert not said.understood
    assert not Transcript.from_json(json.loads(json.dumps(said.to_json()))).understood
    assert Transcript(words, "en", "Fake", speech_seconds=5.0, english=0.98).understood


@pytest.fixture
def recogniser(monkeypatch):
    monkeypatch.delenv(module.SETTING, raising=False)
    if module.packaged() is None:
        pytest.skip("the package with Whisper's weights is not installed")
    module._open.cache_clear()
    return module.recogniser()


def test_english_is_told(recogniser):
    assert is_english(recogniser.transcribe([speak(ENGLISH, voice="en-us+f3")]).english)


@pytest.mark.full
@pytest.mark.parametrize("language", ["de", "es", "it", "nl", "pl", "pt", "tr", "ur"])
def test_other_languages_are_told(recogniser, language):
    found = recogniser.transcribe([speak(ANSWERS[language], voice=language)])
    assert not found.understood, found.text


def test_another_language_is_told(recogniser):
    assert not recogniser.transcribe([speak(ANSWERS["fr"], voice="fr")]).understood
