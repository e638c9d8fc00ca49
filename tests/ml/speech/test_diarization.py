"""One voice and two, on points and on synthetic voices."""

import json
from itertools import pairwise

import numpy as np
import pytest

from ml.core import registry
from ml.media.synthetic import ANSWERS, speak
from ml.speech import diarization, speaker_embedding, spooled_array
from ml.speech.features import log_mel
from ml.speech.first_pass import first_pass
from ml.training.speech import conditions, diarization_scores, mixtures, morph, non_speech


@pytest.fixture(scope="module")
def one() -> np.ndarray:
    return speak(ANSWERS["project"])


def test_too_few_points_are_never_two_voices():
    """Each part needs some seconds, so that a few have no room for two."""
    score, other = diarization.two_means(np.random.default_rng(0).normal(0, 9, (2 * diarization.LEAST - 1, 20)))
    assert score == 0 and not other.any()


@pytest.mark.parametrize("apart", [0.0, 6.0])
def test_points_of_two_voices_are_parted(apart):
    rng = np.random.default_rng(1)
    truth = (np.arange(120) // 12) % 3 == 2
    points = rng.normal(0, 1, (120, 20))
    points[truth, 3] += apart
    score, other = diarization.two_means(points)
    assert (score > 5 and (other == truth).mean() > 0.95) if apart else score < 2
    assert diarization.two_means(points)[0] == score


def test_a_change_of_voices_must_pay_for_itself():
    better = 5 * np.array([-3.0, -3, -3, 2, -3, -3, 9, 9, 9, -2, 9, 9])
    assert diarization._turns(better).tolist() == [False] * 6 + [True] * 6


def test_barking_makes_no_second_voice(one):
    """Several dogs and the voice before, between and after them: its pieces are the same voice's."""
    rng = np.random.default_rng(2)
    pieces = []
    for _ in range(3):
        dog = non_speech.bark(rng, 6.0).astype(np.float32)
        pieces += [one, dog * 0.5 / np.abs(dog).max()]
    assert first_pass(pieces).second_voice == []


def test_the_same_sound_gives_the_same_stretches(one):
    both = [one, speak(ANSWERS["why"], voice="en-us+f3"), one[:160_000]]
    first = first_pass(both).second_voice
    assert first and first == first_pass([np.concatenate(both)]).second_voice
    assert all(start < end for start, end in first)
    assert all(a[1] <= b[0] for a, b in pairwise(first))


def test_points_with_speech():
    speech = np.zeros(400, bool)
    speech[150:260] = True
    assert diarization.spoken(speech, 5).tolist() == [1, 2]
    assert diarization.spoken(speech, 2).tolist() == [1]
    assert diarization.spoken(np.zeros(0, bool), 0).tolist() == []


def test_points_do_not_depend_on_the_pieces_nor_on_the_level(one, monkeypatch):
    mels = log_mel(one[:100_000])
    found = []
    for length, gain, most in ((100, 0, 10**9), (37, 0, 1), (len(mels), -20, 10**9)):
        monkeypatch.setattr(spooled_array, "MOST_IN_MEMORY", most)
        listener = speaker_embedding.SpeakerEmbedder()
        for start in range(0, len(mels), length):
            listener.feed(mels[start : start + length] + gain)
        points = listener.finish()
        found.append(points[0 : len(points)])
    assert len(found[0]) == (len(mels) - speaker_embedding.WINDOW) // speaker_embedding.STRIDE + 1
    assert np.array_equal(found[0], found[1])
    assert np.abs(found[0].astype(float) - found[2]).max() < 0.1


def test_a_copy_with_another_head_keeps_its_pitch_and_length():
    time = np.arange(32_000) / 16_000
    voice = sum(np.sin(2 * np.pi * 150 * k * time) * np.exp(-(((150 * k - 900) / 300) ** 2)) for k in range(1, 30))
    changed = morph.reshaped(voice.astype(np.float32), 1.25)
    assert len(changed) == len(voice)
    before, after = (np.abs(np.fft.rfft(x[4_000:20_000])) for x in (voice, changed))
    centre = [float((s * np.arange(len(s))).sum() / s.sum()) for s in (before, after)]
    assert centre[1] > 1.1 * centre[0]
    assert np.argmax(after) % 150 in (0, 1, 149)
    faster = morph.resampled(voice.astype(np.float32), 1.2)
    assert len(faster) == pytest.approx(len(voice) / 1.2, abs=2)
    assert np.argmax(np.abs(np.fft.rfft(faster[:16_000]))) == pytest.approx(1.2 * np.argmax(before), abs=4)


def test_mild_takes_hold_no_fury(tmp_path, write_wav):
    """By emotion, and by intensity where the manifest tells it; a pair shares its emotions."""
    lines = ["file,actor,sex,emotion,intensity"]
    for actor, name in (("1", ""), ("2", "+m2")):
        said = speak("Kids are talking by the door", voice="en-us" + name)
        for emotion, intensity in (("sad", "normal"), ("sad", "strong"), ("anger", "normal"), ("happiness", "")):
            write_wav(tmp_path / f"{actor}{emotion}{intensity}.wav", said)
            lines.append(f"{actor}{emotion}{intensity}.wav,{actor},M,{emotion},{intensity}")
    (tmp_path / "manifest.csv").write_text("\n".join(lines))
    assert mixtures.mild(tmp_path) == {f"{actor}{kind}.wav" for actor in "12" for kind in ("sadnormal", "happiness")}
    found = mixtures.voices(tmp_path, only=mixtures.mild(tmp_path))
    assert [{e: len(clips) for e, clips in own.items()} for own in found.values()] == [{"sad": 1, "happy": 1}] * 2
    planned = list(mixtures.plan(found, mixtures.sexes(tmp_path)))
    assert {take.kind for take in planned} == {"alone", "same sex"}
    made = diarization_scores.judge(
        planned[-1:], found, speaker_embedding.shipped().centres, conditions.TESTS["room_0.5_s"]
    )
    rows = diarization_scores.summary(made, np.array([True]), [made[0].other])["same_sex"]
    assert rows["all"]["n"] == 1 and rows["all"]["points_right"] == 1.0


def test_the_description_says_what_was_measured():
    figures = registry.describe("second")["figures"]
    mild = figures["mild"]
    assert mild["alone"]["all"]["share"] <= 0.05 and figures["alone"]["all"]["share"] <= 0.08
    assert mild["other_sex"]["all"]["share"] >= 0.95 and figures["other_sex"]["all"]["share"] >= 0.95
    assert mild["same_sex"]["all"]["share"] >= 0.6 and figures["same_sex"]["all"]["share"] >= 0.4
    assert all(place["alone"]["all"]["share"] <= 0.1 for place in figures["places"].values())
    assert json.dumps(figures)
