"""Spoken languages: the model in two packages, the language that is told, and who writes what down."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace

import numpy as np
import pytest

from ml.core.errors import ModelMissing
from ml.media.synthetic import speak
from ml.transcripts import languages, multilingual
from ml.transcripts import recogniser as module
from ml.transcripts.transcript import Transcript, Word

RATE = 16_000


@pytest.fixture(autouse=True)
def _fresh():
    module._open.cache_clear()
    yield
    module._open.cache_clear()


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """Two packages with halves of a small file, and the environment that they are in."""
    halves = {"first": b"one half ", "second": b"the other"}
    for number, (name, half) in enumerate(halves.items(), 1):
        folder = tmp_path / name / "data"
        folder.mkdir(parents=True)
        (folder / f"model.bin.part{number}").write_bytes(half)
        for beside in ("config.json", "tokenizer.json", "vocabulary.txt"):
            (folder / beside).write_text("{}")
    monkeypatch.setattr(multilingual, "PACKAGES", tuple(halves))
    monkeypatch.setattr(multilingual, "_data", lambda name: tmp_path / name / "data")
    monkeypatch.setattr(multilingual, "SHA256", hashlib.sha256(b"".join(halves.values())).hexdigest())
    monkeypatch.setattr("sys.prefix", str(tmp_path / "environment"))
    return tmp_path


def test_the_halves_are_joined_once_and_checked(packages, capsys):
    assert multilingual.joined() is None
    folder = multilingual.join()
    assert (folder / "model.bin").read_bytes() == b"one half the other" and multilingual.joined() == folder
    made = (folder / "model.bin").stat().st_mtime_ns
    assert multilingual.main() == 0 and (folder / "model.bin").stat().st_mtime_ns == made
    assert "MIT" in capsys.readouterr().out
    (folder / "model.bin").write_bytes(b"damaged since")
    assert (multilingual.join() / "model.bin").read_bytes() == b"one half the other"


def test_a_wrong_hash_is_refused_and_english_stays(packages, monkeypatch, capsys, caplog):
    (packages / "second" / "data" / "model.bin.part2").write_bytes(b"something")
    with pytest.raises(ModelMissing) as refused:
        multilingual.join()
    assert refused.value.code == "model_damaged"
    assert multilingual.joined() is None and not list((packages / "environment").rglob("model.bin"))
    assert multilingual.main() == 1 and "tiny.en" in capsys.readouterr().out
    # Replaced behind our back after it was joined: refused once more when it is opened.
    folder = multilingual.folder()
    folder.mkdir(parents=True)
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).write_bytes(b"x")
    monkeypatch.setattr(module, "_english", lambda: SimpleNamespace(name="Whisper tiny.en"))
    for chosen in ("multilingual", "base"):
        monkeypatch.setenv(module.SETTING, chosen)
        assert module.recogniser().name == "Whisper tiny.en"
    assert "not the one that was measured" in caplog.text


class Heard:
    """In place of a Whisper: says which language it hears, and what it was given to write down."""

    name = "Heard"

    def __init__(self, language="pl", likelihood=0.97):
        self.told, self.asked, self.written = (language, likelihood), [], []

    def tell(self, speech):
        self.asked.append(len(speech) / RATE)
        return self.told

    def write(self, stream, language, *, progress=None):
        self.written.append((language, sum(len(piece) for _, piece in stream)))
        return Transcript([Word("x", 0, 1, 0.9)], language, self.name)

    def text_of(self, samples, *, language=None):
        self.written.append((language, len(samples)))
        return "x"


@pytest.fixture(scope="module")
def sentence():
    return speak("I like to work with other people in a team, and I have done so for years.")


def test_the_language_is_told_from_five_seconds_of_speech_and_nothing_is_lost(sentence):
    gap = np.zeros(20 * RATE, np.float32)
    whole = np.concatenate([gap, sentence, gap, sentence, gap])
    every, english = Heard(), Heard()
    found = languages.ByLanguage(every, lambda: english).transcribe([whole])
    assert every.asked[0] >= languages.LEAST and found.language_likelihood == 0.97 and found.language == "pl"
    assert every.written == [("pl", len(whole))] and not english.written
    # Of two seconds it may guess, and does not say that it told.
    short = languages.ByLanguage(every, lambda: english).transcribe([sentence[: 2 * RATE]])
    assert short.language_likelihood is None and every.written[-1][0] == "pl"


def test_english_goes_to_the_smaller_model_and_what_a_person_says_counts(sentence):
    every, english = Heard("en", 0.9), Heard()
    both = languages.ByLanguage(every, lambda: english)
    both.transcribe([sentence])
    assert english.written and not every.written
    languages.ByLanguage(every, None).transcribe([sentence])
    assert [language for language, _ in every.written] == ["en"]
    asked = len(every.asked)
    assert both.transcribe([sentence], language="ar").language == "ar"
    assert len(every.asked) == asked and every.written[-1][0] == "ar"


def test_words_alone_go_to_the_model_of_their_language(sentence):
    every, english = Heard("en", 0.9), Heard()
    both = languages.ByLanguage(every, lambda: english)
    assert both.text_of(sentence) == "x" and english.written == [("en", len(sentence))] and not every.written
    assert both.text_of(sentence, language="ar") == "x" and every.written == [("ar", len(sentence))]
    both.text_of(np.zeros(RATE, np.float32))
    assert every.written[-1] == (None, RATE) and len(every.asked) == 1  # of silence no language is told


def test_languages_without_spaces_keep_each_sign_apart():
    words = [Word(sign, index, index + 1) for index, sign in enumerate("我喜欢")]
    assert Transcript(words, "zh").text == "我喜欢" and Transcript(words, "en").text == "我 喜 欢"
    assert Transcript(words, "zh").lines()[0].text == "我喜欢"


@pytest.mark.full
def test_smoke_a_synthetic_voice_in_other_languages(monkeypatch):
    """Smoke tests: eSpeak NG's voices, which no recogniser finds easy; real speech is measured by the bench."""
    if multilingual.joined() is None:
        pytest.skip("the multilingual model is not installed (VIVA_WHISPER=multilingual)")
    from bench.languages import SMOKE
    from bench.word_error_rate import plain_words, word_errors

    monkeypatch.setenv(module.SETTING, "multilingual")
    heard = module.recogniser()
    for language in ("de", "es"):
        found = heard.transcribe([speak(SMOKE[language], voice=language)], language=language)
        said = plain_words(SMOKE[language])
        assert word_errors(said, plain_words(found.text)) / len(said) <= 0.5, found.text
    assert heard.transcribe([speak(SMOKE["ar"], voice="ar")], language="ar").language == "ar"
