"""How face and voice meet."""

from __future__ import annotations

import numpy as np
import pytest

from ml.fusion.combine import STEP, combine, confidence, to_face_classes
from ml.readings import FACE_EMOTIONS, SPEECH_EMOTIONS, FaceReading, ModelVersion, SpeechReading, Track

MODEL = ModelVersion("test", "1", "0")


def peaked(labels: tuple[str, ...], label: str, share: float = 0.9) -> list[float]:
    rest = (1 - share) / (len(labels) - 1)
    return [share if name == label else rest for name in labels]


def face(rows, seconds: float = 30.0, coverage: float = 1.0) -> FaceReading:
    times = list(np.arange(len(rows)) * seconds / len(rows))
    return FaceReading(MODEL, coverage, seconds=seconds, track=Track(FACE_EMOTIONS, times, rows))


def speech(rows, seconds: float = 30.0, coverage: float = 1.0) -> SpeechReading:
    times = list((np.arange(len(rows)) + 0.5) * seconds / len(rows))
    track = Track(SPEECH_EMOTIONS, times, rows)
    return SpeechReading(MODEL, coverage, seconds=seconds, window_seconds=2 * seconds / len(rows), track=track)


def test_eight_voice_classes_meet_seven_face_classes_by_name():
    rows = np.array([peaked(SPEECH_EMOTIONS, "calm", 0.86), peaked(SPEECH_EMOTIONS, "fearful", 0.86)])
    mapped = to_face_classes(SPEECH_EMOTIONS, rows)
    assert mapped.sum(axis=1) == pytest.approx([1, 1])
    assert mapped[0, FACE_EMOTIONS.index("neutral")] == pytest.approx(0.88)
    assert mapped[1, FACE_EMOTIONS.index("fear")] == pytest.approx(0.86)


def test_labels_in_another_order_give_the_same_classes():
    shuffled = tuple(reversed(SPEECH_EMOTIONS))
    mapped = to_face_classes(shuffled, np.array([peaked(shuffled, "happy")]))
    assert FACE_EMOTIONS[mapped[0].argmax()] == "happy"


def test_confidence_is_one_minus_the_normalised_entropy():
    rows = np.array([[1.0, 0, 0, 0], [0.25] * 4, [0.5, 0.5, 0, 0], [np.nan] * 4])
    assert confidence(rows) == pytest.approx([1.0, 0.02, 0.5, 0.0], abs=1e-6)


def test_nothing_on_either_side_is_nothing():
    assert combine(None, None) is None
    assert combine(face([None] * 10), None) is None


def test_a_missing_side_passes_the_other_through():
    fused = combine(face([peaked(FACE_EMOTIONS, "happy")] * 150), None)
    assert fused.weights == {"face": 1.0, "speech": 0.0}
    assert fused.coverage == 1.0
    assert fused.dominant == "happy"
    assert fused.distribution["happy"].value == pytest.approx(0.9)
    assert len(fused.track.times) == round(30 / STEP)
    assert fused.track.probabilities[5] == pytest.approx(peaked(FACE_EMOTIONS, "happy"), abs=1e-4)


def test_the_surer_side_weighs_more():
    sure, unsure = peaked(FACE_EMOTIONS, "happy", 0.95), peaked(SPEECH_EMOTIONS, "sad", 0.3)
    fused = combine(face([sure] * 150), speech([unsure] * 15))
    assert fused.weights["face"] > 0.8
    assert sum(fused.weights.values()) == pytest.approx(1.0)
    assert fused.dominant == "happy"


def test_a_side_that_saw_little_weighs_little():
    happy, sad = peaked(FACE_EMOTIONS, "happy"), peaked(SPEECH_EMOTIONS, "sad")
    even = combine(face([happy] * 150), speech([sad] * 15))
    little = combine(face([happy] * 150, coverage=0.1), speech([sad] * 15))
    assert little.weights["face"] < 0.2 < even.weights["face"]


def test_holes_stay_holes_and_shrink_the_coverage():
    rows = [peaked(FACE_EMOTIONS, "happy")] * 75 + [None] * 75
    fused = combine(face(rows), None)
    assert fused.coverage == pytest.approx(0.5, abs=0.02)
    assert fused.track.probabilities[-1] is None
    assert all(sum(row) == pytest.approx(1, abs=1e-3) for row in fused.track.probabilities if row is not None)


def test_evidence_gathers_rather_than_jumps():
    rows = [peaked(FACE_EMOTIONS, "happy")] * 75 + [peaked(FACE_EMOTIONS, "sad")] * 75
    happy = FACE_EMOTIONS.index("happy")
    track = combine(face(rows), None).track
    values = [row[happy] for row in track.probabilities]
    assert values[29] > 0.85
    assert 0.4 < values[31] < 0.85
    assert values[-1] < 0.1
    assert combine(face(rows), None).dominant is None


def test_the_same_input_gives_the_same_interval():
    generator = np.random.default_rng(3)
    reading = face([list(row) for row in generator.dirichlet(np.ones(7), 150)])
    assert combine(reading, None) == combine(reading, None)
    for estimate in combine(reading, None).distribution.values():
        assert estimate.low <= estimate.value <= estimate.high
