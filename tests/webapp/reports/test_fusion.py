"""What a report says of face and voice together."""

from __future__ import annotations

import pytest

from ml.core.emotions import FACE_EMOTIONS, SPEECH_EMOTIONS
from ml.core.readings import FaceReading, FusedReading, ModelVersion, SpeechReading, Track
from ml.transcripts.transcript import Word
from webapp.reports.fusion import describe, duration, fuse, reliability_note, said_between

MODEL = ModelVersion("test", "test.1", "0")


def peaked(labels, label, share=0.9):
    rest = (1 - share) / (len(labels) - 1)
    return [share if name == label else rest for name in labels]


def face(*parts, coverage=1.0):
    """Parts are (emotion, seconds), five rows a second."""
    rows = [peaked(FACE_EMOTIONS, label) for label, seconds in parts for _ in range(5 * seconds)]
    times = [0.2 * i for i in range(len(rows))]
    track = Track(FACE_EMOTIONS, times, rows)
    mouth = Track(("closed", "open"), times, [[0.2, 0.8]] * len(rows))
    return FaceReading(MODEL, coverage, seconds=len(rows) / 5, track=track, mouth=mouth)


def voice(*parts, coverage=1.0, share=0.9):
    """Parts are (emotion, windows), one every 1.5 seconds, each 3 long."""
    rows = [peaked(SPEECH_EMOTIONS, label, share) for label, count in parts for _ in range(count)]
    times = [1.5 + 1.5 * i for i in range(len(rows))]
    track = Track(SPEECH_EMOTIONS, times, rows)
    return SpeechReading(MODEL, coverage, seconds=30.0, window_seconds=3.0, track=track)


def test_agreement_and_disagreement_are_facts_with_times():
    fused = fuse(face(("happy", 30)), voice(("happy", 9), ("angry", 10)))
    first, second = fused.agreement
    assert first["agrees"] and (first["face"], first["speech"]) == ("cheerful", "cheerful")
    assert not second["agrees"] and second["firm"]
    assert first["end"] <= second["start"] + 0.1 and second["end"] <= 30
    assert describe(second) == "Voice: tense. Face: cheerful."
    assert describe(first) == "Voice and face: both come across as cheerful."
    assert duration([first]) == pytest.approx(first["end"] - first["start"])


def test_what_is_unsure_is_said_softly():
    fused = fuse(face(("happy", 30)), voice(("angry", 18), share=0.55))
    assert [fact["firm"] for fact in fused.agreement] == [False]
    assert describe(fused.agreement[0]).startswith("Voice: possibly tense. Face: possibly cheerful.")
    hidden = fuse(face(("happy", 30), coverage=0.4), voice(("angry", 18)))
    assert not any(fact["firm"] for fact in hidden.agreement)


def test_an_even_voice_says_nothing_and_a_glimpse_is_no_fact():
    assert fuse(face(("happy", 30)), voice(("angry", 18), share=0.2)).agreement == []
    assert fuse(face(("happy", 30)), voice(("angry", 1))).agreement == []
    assert fuse(face(("happy", 30)), None).agreement == []


def test_how_firmly_the_whole_may_be_taken():
    def fused(coverage, face, speech):
        return FusedReading(Track(FACE_EMOTIONS, [], []), {}, None, {"face": face, "speech": speech}, coverage)

    assert reliability_note(fused(0.95, 0.6, 0.4)) == ""
    assert "Too little" in reliability_note(fused(0.2, 0.0, 0.0))
    assert "from the face" in reliability_note(fused(0.9, 0.95, 0.05))
    assert "indication" in reliability_note(fused(0.5, 0.5, 0.5))


def test_the_words_beside_a_fact_are_those_said_meanwhile():
    words = [Word(f"w{i}", float(i), i + 0.5) for i in range(60)] + [Word("never", None, None)]
    assert said_between(words, 2.0, 5.0) == "w2 w3 w4"
    assert said_between(words, 0.0, 59.0).endswith("w29 …")
    assert said_between(words, 100.0, 110.0) == ""
