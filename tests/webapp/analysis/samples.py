"""Readings as the models return them, and interviews to read: for tests that need no model."""

from __future__ import annotations

import math
from typing import Any

from ml.core.emotions import FACE_EMOTIONS, SPEECH_EMOTIONS
from ml.core.readings import TRAITS, Estimate, FaceReading, ModelVersion, SpeechReading, TextReading, Track
from webapp.core.database import db, now
from webapp.core.storage import storage
from webapp.interviews.models import Interview, InterviewState
from webapp.questions.models import QuestionKind
from webapp.recordings.models import Recording, RecordingState

WORDS = "I like to solve problems with other people. We plan, we try, we learn, and then we plan again. " * 4


def version(name: str) -> ModelVersion:
    return ModelVersion(name, f"{name}-test.1", "ab" * 32)


def track(labels: tuple[str, ...], seconds: float, every: float) -> Track:
    """A slow wave from one label to the next, with a hole in the middle."""
    times, rows = [], []
    for step in range(int(seconds / every)):
        time = step * every
        times.append(time)
        if 0.45 < time / seconds < 0.5:
            rows.append(None)
            continue
        raw = [1.2 + math.sin(time / 4 + index) for index in range(len(labels))]
        rows.append([value / sum(raw) for value in raw])
    return Track(labels, times, rows)


def distribution(labels: tuple[str, ...]) -> dict[str, Estimate]:
    raw = [index + 1.0 for index in range(len(labels))]
    return {
        label: Estimate(value / sum(raw), max(0, value / sum(raw) - 0.04), value / sum(raw) + 0.04, 60)
        for label, value in zip(labels, raw, strict=True)
    }


def face_reading(**values: Any) -> FaceReading:
    return FaceReading(
        **{
            "model": version("face"),
            "coverage": 0.93,
            "seconds": 60.0,
            "frames": 300,
            "frames_with_face": 279,
            "track": track(FACE_EMOTIONS, 60.0, 0.2),
            "distribution": distribution(FACE_EMOTIONS),
            "dominant": "neutral",
            "blinks": {"count": 17, "times": [1.0, 4.5], "per_minute": Estimate(17.0, 11.0, 24.0, 17)},
            "mouth_open": 0.41,
            "people": {"max_faces": 1, "share_with_several": 0.0},
            **values,
        }
    )


def speech_reading(**values: Any) -> SpeechReading:
    return SpeechReading(
        **{
            "model": version("speech"),
            "coverage": 0.8,
            "seconds": 60.0,
            "speech_seconds": 48.0,
            "window_seconds": 3.0,
            "track": track(SPEECH_EMOTIONS, 60.0, 1.5),
            "distribution": distribution(SPEECH_EMOTIONS),
            "dominant": None,
            "delivery": {
                "pause_count": 6,
                "longest_pause_seconds": 1.4,
                "syllables_per_second": 4.2,
                "pitch_median_hz": 182.0,
                "pitch_range_semitones": 7.5,
                "loudness_rise_db": None,
            },
            **values,
        }
    )


def text_reading(**values: Any) -> TextReading:
    return TextReading(
        **{
            "model": version("text"),
            "coverage": 0.95,
            "traits": {
                trait: Estimate(0.5 + 0.05 * i, 0.4 + 0.05 * i, 0.62 + 0.05 * i, 80) for i, trait in enumerate(TRAITS)
            },
            "statistics": {
                "words": 80,
                "sentences": 8,
                "words_per_sentence": 10.0,
                "distinct_words": 17,
                "type_token_ratio": 0.2125,
                "most_frequent": [["plan", 8], ["learn", 4]],
            },
            **values,
        }
    )


READINGS = {"face": face_reading, "speech": speech_reading, "text": text_reading}


def recorded(make: Any, answer: Any, *, video: bool = True, bytes_: bytes = b"media") -> Recording:
    """A ready recording of ``answer`` whose file is in storage."""
    take = make.take(answer)
    recording = Recording(
        take=take,
        state=RecordingState.READY,
        media_type="video/webm" if video else "audio/webm",
        seconds=60.0,
        has_video=video,
        has_audio=True,
        ready_at=now(),
    )
    db.session.add(recording)
    db.session.flush()
    recording.original_key = f"originals/{recording.id}.webm"
    storage.save(recording.original_key, bytes_)
    db.session.commit()
    return recording


def answer_all(make: Any, interview: Interview, text: str = WORDS) -> Interview:
    """Answer every question of ``interview`` and mark it as submitted; nothing is queued."""
    for question in interview.question_set.questions:
        if question.is_recorded:
            recorded(make, make.answer(interview, question), video=question.kind is QuestionKind.VIDEO)
        else:
            make.answer(interview, question, text=text, text_saved_at=now())
    interview.state, interview.submitted_at = InterviewState.SUBMITTED, now()
    db.session.commit()
    return interview
