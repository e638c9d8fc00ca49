"""How face and voice meet in time: the same filter for a stream and for a file."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ml.core.emotions import SEVEN, SPEECH_EMOTIONS
from ml.core.readings import FaceReading, FusedReading, ModelVersion, SpeechReading, Track
from ml.fusion.combine import STEP, combine, events, moments
from ml.fusion.rows import STATES, to_common, to_states
from ml.fusion.stream import TICK, FusionStream, shipped, to_json

MODEL = ModelVersion("test", "1", "0")


def peaked(labels: tuple[str, ...], label: str, share: float = 0.9) -> list[float]:
    rest = (1 - share) / (len(labels) - 1)
    return [share if name == label else rest for name in labels]


def face(rows, seconds: float = 30.0, coverage: float = 1.0, mouth: float | None = None) -> FaceReading:
    times = list(np.arange(len(rows)) * seconds / len(rows))
    opened = None if mouth is None else Track(("closed", "open"), times, [[1 - mouth, mouth]] * len(rows))
    return FaceReading(MODEL, coverage, seconds=seconds, track=Track(SEVEN, times, rows), mouth=opened)


def speech(rows, seconds: float = 30.0, coverage: float = 1.0) -> SpeechReading:
    times = list((np.arange(len(rows)) + 0.5) * seconds / len(rows))
    track = Track(SPEECH_EMOTIONS, times, rows)
    return SpeechReading(MODEL, coverage, seconds=seconds, window_seconds=2 * seconds / len(rows), track=track)


def noisy_readings(seed: int = 0) -> tuple[FaceReading, SpeechReading]:
    random = np.random.default_rng(seed)
    rows = [None if random.random() < 0.1 else list(row) for row in random.dirichlet(np.ones(7), 150)]
    heard = [None if random.random() < 0.2 else list(row) for row in random.dirichlet(np.ones(8), 15)]
    return face(rows, mouth=0.7), speech(heard)


def test_eight_voice_classes_meet_seven_face_classes_by_name():
    rows = np.array([peaked(SPEECH_EMOTIONS, "calm", 0.86), peaked(SPEECH_EMOTIONS, "fearful", 0.86)])
    mapped = to_common(SPEECH_EMOTIONS, rows)
    assert mapped.sum(axis=1) == pytest.approx([1, 1])
    assert mapped[0, SEVEN.index("neutral")] == pytest.approx(0.88)
    assert mapped[1, SEVEN.index("fear")] == pytest.approx(0.86)


def test_contempt_is_masked_where_face_and_voice_are_read_together():
    """The rest of the row is what it would be without that class: the filter has learnt from labels that lack it."""
    row = np.array([peaked(SEVEN, "neutral", 0.7)])
    scornful = np.concatenate([0.4 * row, [[0.6]]], axis=1)
    assert to_states((*SEVEN, "contempt"), scornful) == pytest.approx(to_states(SEVEN, row))
    assert to_common((*SEVEN, "contempt"), scornful).shape == (1, 7)


def test_labels_in_another_order_give_the_same_classes():
    shuffled = tuple(reversed(SPEECH_EMOTIONS))
    mapped = to_common(shuffled, np.array([peaked(shuffled, "happy")]))
    assert SEVEN[mapped[0].argmax()] == "happy"


def test_a_file_gives_the_track_that_a_stream_gives():
    """A live room pushes row by row and takes what comes out; the file's moments are the very same numbers."""
    seen, heard = noisy_readings()
    whole = list(moments(seen, heard, 30.0))
    hop = heard.track.times[1] - heard.track.times[0]
    live, streamed = FusionStream(voice_hold=hop), []
    for time, what in events(seen, heard):
        for name, value in what.items():  # one thing at a time, as they come in over a wire
            streamed += live.push(min(time, 30.0), **{name: value})
    streamed += live.finish(30.0)
    assert len(whole) == len(streamed) == round(30 / TICK)
    for one, other in zip(whole, streamed, strict=True):
        assert to_json(one) == to_json(other)
    track = combine(seen, heard).track
    halves = [m.probabilities for m in streamed]
    per = round(STEP / TICK)
    for number, row in enumerate(track.probabilities):
        some = [r for r in halves[number * per : (number + 1) * per] if r is not None]
        assert (row is None) == (not some)
        if some:
            assert row == pytest.approx(np.mean(some, axis=0), abs=1e-5)


def test_nothing_of_the_future_is_in_the_track():
    seen, heard = noisy_readings()
    cut = dataclasses.replace(
        seen, track=dataclasses.replace(seen.track, probabilities=[*seen.track.probabilities[:75]] + [None] * 75)
    )
    early, late = combine(seen, heard).track, combine(cut, heard).track
    assert early.probabilities[:28] == late.probabilities[:28]


def test_nothing_on_either_side_is_nothing():
    assert combine(None, None) is None
    assert combine(face([None] * 10), None) is None
    assert combine(None, speech([None] * 10)) is None


def test_a_missing_side_passes_the_other_through():
    fused = combine(face([peaked(SEVEN, "happy")] * 150), None)
    assert fused.weights == {"face": 1.0, "speech": 0.0}
    assert fused.coverage == 1.0
    assert fused.dominant == "happy"
    assert len(fused.track.times) == round(30 / STEP)
    heard = combine(None, speech([peaked(SPEECH_EMOTIONS, "angry")] * 15))
    assert heard.weights == {"face": 0.0, "speech": 1.0}
    assert heard.dominant == "angry"


def test_two_sides_that_agree_are_surer_than_one():
    happy = [peaked(SEVEN, "happy", 0.6)] * 150
    one = combine(face(happy), None)
    two = combine(face(happy), speech([peaked(SPEECH_EMOTIONS, "happy", 0.6)] * 15))
    assert two.distribution["happy"].value > one.distribution["happy"].value
    assert sum(two.weights.values()) == pytest.approx(1.0)


def test_a_shut_mouth_takes_the_voice_its_word():
    happy, angry = [peaked(SEVEN, "happy", 0.6)] * 150, [peaked(SPEECH_EMOTIONS, "angry", 0.9)] * 15
    talking, silent = (combine(face(happy, mouth=m), speech(angry)) for m in (0.9, 0.02))
    assert silent.weights["speech"] < 0.3 * talking.weights["speech"]
    assert silent.distribution["happy"].value > talking.distribution["happy"].value


def test_holes_stay_holes_and_shrink_the_coverage():
    rows = [peaked(SEVEN, "happy")] * 75 + [None] * 75
    fused = combine(face(rows), None)
    assert fused.coverage == pytest.approx(0.5, abs=0.05)
    assert fused.track.probabilities[-1] is None
    assert fused.valence[-1] is None
    assert all(sum(row) == pytest.approx(1, abs=1e-3) for row in fused.track.probabilities if row is not None)


def test_a_change_is_followed_and_one_stray_face_is_not_named():
    rows = [peaked(SEVEN, "neutral", 0.8)] * 75 + [peaked(SEVEN, "sad", 0.8)] * 75
    rows[30] = peaked(SEVEN, "surprise", 0.5)
    found = list(moments(face(rows), None, 30.0))
    labels = [moment.label for moment in found]
    assert set(labels) == {"neutral", "sad"}
    assert 15 <= labels.index("sad") * TICK <= 17


def test_valence_lies_within_its_interval_and_follows_the_expression():
    rows = [peaked(SEVEN, "happy")] * 75 + [peaked(SEVEN, "angry")] * 75
    valence = combine(face(rows), None).valence
    assert all(-1 <= low <= value <= high <= 1 for low, value, high in valence)
    assert valence[25][1] > 0.5
    assert valence[-1][1] < -0.5


def test_the_same_input_gives_the_same_reading():
    seen, heard = noisy_readings(3)
    assert combine(seen, heard) == combine(seen, heard)
    for estimate in combine(seen, None).distribution.values():
        assert estimate.low <= estimate.value <= estimate.high


def test_the_papers_rule_is_selected_by_name():
    happy, angry = [peaked(SEVEN, "happy")] * 150, [peaked(SPEECH_EMOTIONS, "angry")] * 15
    shut = combine(face(happy, mouth=0.1), speech(angry), fusion="paper")
    assert shut.fusion == "paper"
    assert shut.track.labels == ("negative", "neutral", "positive")
    assert shut.dominant == "positive"
    assert shut.weights["speech"] == 0
    opened = combine(face(happy, mouth=0.9), speech(angry), fusion="paper")
    assert opened.distribution["negative"].value > shut.distribution["negative"].value
    with pytest.raises(ValueError, match="there are viva, paper"):
        combine(face(happy), None, fusion="guess")


def test_time_never_goes_back():
    stream = FusionStream()
    stream.push(3.0, face=np.full(8, 1 / 8))
    with pytest.raises(ValueError, match="goes back"):
        stream.push(2.0, face=np.full(8, 1 / 8))


def test_silence_takes_the_voice_back():
    stream = FusionStream(voice_hold=60.0)
    stream.push(0.0, voice=np.array(peaked(STATES, "sad")))
    assert stream.push(1.0)[-1].probabilities is not None
    stream.push(1.0, speech=False)
    assert stream.finish(2.0)[-1].probabilities is None


def test_where_nobody_has_spoken_for_a_while_the_voice_says_nothing():
    heard = speech([peaked(SPEECH_EMOTIONS, "angry")] * 15)
    quiet = dataclasses.replace(heard, activity=[[0.0, 9.0, "speech"], [9.0, 30.0, "other"]])
    assert sum(not what.get("speech", True) for _, what in events(None, quiet)) == 1
    assert all(what.get("speech", True) for _, what in events(None, heard))


def test_learned_settings_make_sense():
    settings = shipped()
    assert settings.change > 0
    assert settings.margin >= 1
    assert 0 < settings.neutral < 1
    assert min(settings.face, settings.voice) > 0


def test_a_stored_reading_of_an_earlier_version_still_opens():
    old = {"track": Track(SEVEN, [], []), "distribution": {}, "dominant": None, "weights": {}, "coverage": 0.0}
    assert FusedReading(**old).agreement == []
