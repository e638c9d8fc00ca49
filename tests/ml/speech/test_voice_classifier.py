"""A voice, and no dog; one voice, and two."""

import json

import numpy as np
import pytest

from ml.core import registry
from ml.core.errors import Unreadable
from ml.media.synthetic import ANSWERS, speak
from ml.speech import infer
from ml.speech.first_pass import first_pass
from ml.training.speech import non_speech


@pytest.fixture(scope="module")
def voices() -> list[np.ndarray]:
    """Two synthetic voices, about twenty seconds each."""
    return [speak(ANSWERS["project"]), speak(ANSWERS["conflict"], voice="en-us+f3")]


@pytest.mark.parametrize("name", non_speech.MAKERS)
def test_what_is_no_voice_is_not_read(name):
    """Sounds made by other numbers than those that the network learnt from."""
    rng, found = np.random.default_rng(99), []
    for _ in range(4):
        try:
            infer.read_samples(lambda rng=rng: [non_speech.recorded(non_speech.MAKERS[name](rng, 8.0), rng)])
            found.append("read")
        except Unreadable as nothing:
            found.append(nothing.code)
    assert found.count("read") <= 1, found
    assert set(found) <= {"read", "no_voice", "silence"}


def test_a_dog_between_two_sentences_is_left_out(voices):
    rng = np.random.default_rng(5)
    said, dog = voices[0][:160_000], non_speech.bark(rng, 8.0).astype(np.float32)
    dog *= 0.5 / np.abs(dog).max()
    found = first_pass([np.concatenate([said, dog, said])])
    barks = found.activity.speech[1_030:1_770]
    assert barks.mean() < 0.1
    assert found.activity.speech[:1_000].mean() > 0.7
    reading = infer.read_samples(lambda: [np.concatenate([said, dog, said])])
    assert any("no voice" in message for message in reading.warnings)
    assert {kind for _, _, kind in reading.activity} == {"speech", "other"}
    middle = [row for t, row in zip(reading.track.times, reading.track.probabilities, strict=True) if 12 < t < 16]
    assert middle and all(row is None for row in middle)


def test_a_second_voice_is_found_and_not_read(voices):
    one, other = voices
    samples = np.concatenate([one, other, one, other, one])
    reading = infer.read_samples(lambda: [samples])
    assert any("second voice" in message for message in reading.warnings)
    truth = np.zeros(len(samples) // 16_000 + 1, bool)
    for start in (len(one), 2 * len(one) + len(other)):
        truth[start // 16_000 : (start + len(other)) // 16_000] = True
    guess = np.zeros_like(truth)
    for start, end in reading.second_voice:
        guess[round(start) : round(end)] = True
    assert (truth == guess).mean() > 0.8
    assert reading.coverage < 0.75
    assert reading.delivery["longest_pause_seconds"] < 3  # the other's turn is no pause


def test_one_voice_is_one_voice(voices):
    for voice, name in zip(voices, ("en-us", "en-us+f3"), strict=True):
        rest = [speak(text, voice=name) for text in ANSWERS.values()]
        assert first_pass([np.concatenate([voice, *rest])]).second_voice == []


def test_real_people_are_voices(real_data):
    """Held-out material is elsewhere; these clips were learnt from, and must at the least be recognised."""
    from ml.training.speech.data import clips, load

    for name, every in (("ravdess", 150), ("nemo", 500)):
        for clip in clips(real_data / "speech" / name)[::every]:
            found = first_pass([load(clip.path)])
            assert found.other.sum() <= 0.2 * found.heard.sum(), clip.path.name
            assert found.second_voice == []


def test_real_sound_without_a_voice(real_data):
    from ml.media.demux import audio_blocks

    with pytest.raises(Unreadable) as nothing:
        infer.read_samples(lambda: audio_blocks(real_data / "media" / "no_face.mp4"))
    assert nothing.value.code in ("no_voice", "silence")


def test_a_telephone_is_heard_as_one(voices):
    from scipy.signal import butter, sosfilt

    narrow = sosfilt(butter(10, [300, 3_400], "band", fs=16_000, output="sos"), voices[0]).astype(np.float32)
    reading = infer.read_samples(lambda: [narrow])
    assert 3_000 < reading.quality["highest_hz"] < 4_650
    assert any("telephone" in message for message in reading.warnings)
    assert infer.read_samples(lambda: [voices[0]]).quality["highest_hz"] > 6_000


def test_five_hours_of_stretches_stay_few():
    from ml.speech.first_pass import STRETCHES, FirstPass

    speech = np.tile(np.repeat([True, False], 40), 22_500)  # five hours of words and short pauses
    nothing = np.zeros_like(speech)
    found = FirstPass(_activity(speech), np.zeros(0), 0, 0.0, speech, nothing, [], np.zeros(64))
    assert len(found.stretches()) <= STRETCHES


def _activity(speech):
    from ml.speech.activity import Activity

    return Activity(np.where(speech, -20, -60).astype(np.float32), speech, -60.0)


def test_the_description_says_what_was_measured():
    figures = registry.describe("voice")["figures"]
    assert figures["voice_kept"] > 0.97
    assert json.dumps(figures)
