"""The recogniser: its setting, its pieces, its boundary to the library, and the packaged model itself."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from bench.word_error_rate import plain_words, word_errors
from ml.core.errors import ModelMissing
from ml.media.synthetic import speak
from ml.transcripts import recogniser as module
from ml.transcripts import whisper
from ml.transcripts.transcript import Transcript, Word
from ml.transcripts.whisper import is_understood

RATE = 16_000


#: eSpeak's voice flutters; Whisper tiny.en wrote this down without a mistake in 25 readings of 25.
SAID = "I like to work with other people in a team."


@pytest.fixture(autouse=True)
def _fresh():
    module._open.cache_clear()
    yield
    module._open.cache_clear()


@pytest.fixture
def library(monkeypatch):
    """In place of faster_whisper.WhisperModel: each piece holds two words and what else ``extra`` says."""
    state = SimpleNamespace(pieces=[], multilingual=False, extra=[], loaded=None, languages=[], times=[])

    class Model:
        def __init__(self, path, **options):
            state.loaded = (path, options)
            self.model = SimpleNamespace(is_multilingual=state.multilingual)

        def transcribe(self, piece, *, language, **options):
            state.pieces.append(len(piece))
            state.languages.append(language)
            words = [
                SimpleNamespace(word=" Hello", start=0.1, end=0.4, probability=0.9),
                SimpleNamespace(word=" there", start=0.4, end=0.8, probability=0.4),
                SimpleNamespace(word="-by.", start=0.8, end=0.9, probability=0.4),
            ]
            state.times.append(options["word_timestamps"])
            good = SimpleNamespace(
                words=words if options["word_timestamps"] else None,
                text=" Hello there-by.",
                no_speech_prob=0.01,
                avg_logprob=-0.2,
                compression_ratio=1.2,
                temperature=0.0,
                start=0.0,
                end=28.0,
            )
            return iter([good, *state.extra]), SimpleNamespace(language="de")

    import faster_whisper

    monkeypatch.setattr(faster_whisper, "WhisperModel", Model)
    return state


@pytest.fixture(scope="module")
def sentence() -> np.ndarray:
    return speak(SAID)


def folder(tmp_path, *names):
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def test_words_carry_times_of_the_recording_and_confidence(library, sentence, tmp_path):
    gap = np.zeros(40 * RATE, np.float32)
    seen = []
    heard = whisper.Whisper(tmp_path, language="en")
    found = heard.transcribe([sentence, gap, sentence], progress=seen.append)
    assert [word.text for word in found.words] == ["Hello", "there-by."] * 2
    assert found.words[0] == Word("Hello", 0.1, 0.4, 0.9)
    assert found.words[2].start > 20
    assert found.language == "en" and seen == sorted(seen)
    assert seen[-1] == pytest.approx((2 * len(sentence) + len(gap)) / RATE)
    assert len(library.pieces) == 2  # silence is not listened to
    assert library.loaded[1]["local_files_only"] is True and library.loaded[1]["compute_type"] == "int8"


def test_words_alone_are_heard_once_and_without_times(library, sentence, tmp_path):
    heard = whisper.Whisper(tmp_path, language="en")
    assert heard.text_of(sentence) == "Hello there-by." and library.times == [False]
    assert heard.text_of(np.zeros(10 * RATE, np.float32)) == "" and len(library.pieces) == 1


def test_words_alone_are_those_of_the_transcript(monkeypatch, sentence):
    monkeypatch.delenv(module.SETTING)
    if module.packaged() is None:
        pytest.skip("the package with Whisper's weights is not installed")
    heard = module.recogniser()
    assert heard.text_of(sentence) == heard.transcribe([sentence]).text != ""


def test_the_language_is_told_from_the_first_piece(library, sentence, tmp_path):
    library.multilingual = True
    found = whisper.Whisper(tmp_path).transcribe([np.resize(sentence, 70 * RATE)])
    assert library.languages == [None, "de", "de"] and found.language == "de"


def test_what_the_model_itself_calls_no_speech_is_left_out(library, sentence, tmp_path):
    bad = SimpleNamespace(word=" Thanks", start=1.0, end=1.2, probability=0.5)
    library.extra = [
        SimpleNamespace(
            words=[bad],
            no_speech_prob=0.9,
            avg_logprob=-2.0,
            compression_ratio=1.0,
            temperature=0.6,
            start=0.0,
            end=2.0,
        )
    ]
    assert "Thanks" not in whisper.Whisper(tmp_path, language="en").transcribe([sentence]).text


def test_loops_are_cut():
    words = [Word(text, 0, 0) for text in ["so", *["I"] * 5, "went", "home", *["and", "that", "was", "it"] * 4]]
    assert " ".join(word.text for word in whisper.unlooped(words)) == "so I went home and that was it"
    assert whisper.unlooped(words[:2]) == words[:2]


def test_pieces_are_cut_where_it_is_quiet_and_lose_nothing():
    rng = np.random.default_rng(0)
    sound = rng.standard_normal(100 * RATE).astype(np.float32) * 0.1
    sound[int(24.9 * RATE) : int(25.3 * RATE)] *= 0.01
    found = list(whisper.pieces([sound[at : at + 7_777] for at in range(0, len(sound), 7_777)]))
    np.testing.assert_array_equal(np.concatenate([piece for _, piece in found]), sound)
    assert all(len(piece) <= whisper.LONGEST for _, piece in found)
    assert found[1][0] / RATE == pytest.approx(25.1, abs=0.15)
    assert [start for start, _ in found] == list(np.cumsum([0, *[len(piece) for _, piece in found[:-1]]]))
    assert list(whisper.pieces([])) == []


def test_a_folder_that_is_not_a_model_is_said_so(tmp_path, monkeypatch):
    for path, words in (
        (tmp_path / "nowhere", "no such folder"),
        (folder(tmp_path, "config.json"), "model.bin"),
        (folder(tmp_path, "model.bin"), "tokenizer.json"),
    ):
        monkeypatch.setenv(module.SETTING, str(path))
        with pytest.raises(ModelMissing, match=words):
            module.recogniser()
    folder(tmp_path, "tokenizer.json")
    with pytest.raises(ModelMissing, match="does not load"):
        module.recogniser()
    assert module.is_available()


def test_switched_off(monkeypatch):
    monkeypatch.setenv(module.SETTING, "off")
    assert not module.is_available()
    with pytest.raises(ModelMissing, match="switched off"):
        module.recogniser()


def test_other_bytes_in_the_package_are_refused(tmp_path, monkeypatch):
    monkeypatch.delenv(module.SETTING)
    folder(tmp_path, "model.bin")
    monkeypatch.setattr(module, "packaged", lambda: tmp_path)
    with pytest.raises(ModelMissing) as damaged:
        module.recogniser()
    assert damaged.value.code == "model_damaged"


def test_the_packaged_model_understands_a_sentence(monkeypatch, sentence):
    monkeypatch.delenv(module.SETTING)
    if module.packaged() is None:
        pytest.skip("the package with Whisper's weights is not installed")
    assert module.is_available()
    quiet = np.zeros(RATE, np.float32)
    found = module.recogniser().transcribe([quiet, sentence, quiet])
    said = plain_words(SAID)
    assert word_errors(said, plain_words(found.text)) <= 2, found.text
    assert 0.5 < found.words[0].start < 2 and found.words[-1].end < len(sentence) / RATE + 1.5
    assert all(0 <= word.confidence <= 1 for word in found.words)


def test_real_sentences(monkeypatch, real_data):
    from ml.training.speech.data import clips, load

    monkeypatch.delenv(module.SETTING)
    if module.packaged() is None:
        pytest.skip("the package with Whisper's weights is not installed")
    heard, wrong = module.recogniser(), 0
    for clip in clips(real_data / "speech" / "ravdess")[5::300]:
        said = {"01": "kids are talking by the door", "02": "dogs are sitting by the door"}[
            clip.path.stem.split("-")[4]
        ]
        wrong += word_errors(said.split(), plain_words(heard.transcribe([load(clip.path)]).text))
    assert wrong <= 4  # of 24 words


@pytest.mark.parametrize(
    ("figures", "understood"),
    [
        ({}, True),
        ({"avg_logprob": -1.3}, False),
        ({"compression_ratio": 3.1}, False),
        ({"temperature": 0.6}, False),
        ({"temperature": 0.2}, True),
        ({"end": 1.0}, False),
    ],
)
def test_what_was_made_up_is_not_written_down(figures: dict, understood: bool):
    """The figures of a segment as the recogniser gives them, one of them off."""
    usual = {"start": 0.0, "end": 4.0, "avg_logprob": -0.3, "compression_ratio": 1.4, "temperature": 0.0}
    segment = SimpleNamespace(**(usual | figures), words=[object()] * 10)
    assert is_understood(segment) is understood


def test_too_few_words_for_the_speech_are_not_understood():
    words = [Word(f"w{n}", n, n + 0.5, 0.9) for n in range(10)]
    assert Transcript(words, "en", "Fake", speech_seconds=5.0).understood
    assert not Transcript(words, "en", "Fake", speech_seconds=30.0).understood
    assert Transcript(words).understood
    stored = Transcript(words, "en", "Fake", speech_seconds=30.0).to_json()
    assert not Transcript.from_json(stored).understood
