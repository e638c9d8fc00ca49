"""The real models behind the worker's entry point: what cannot be read says so, and nothing is made up."""

from __future__ import annotations

import librosa
import numpy as np
import pytest

from ml.core import registry
from ml.media import synthetic
from ml.speech import infer as speech
from ml.speech import mel_library
from tests.webapp.analysis.samples import answer_all
from webapp.analysis import operations, readers, runner
from webapp.core.database import db
from webapp.core.storage import storage
from webapp.policy import Modality


def needs(*names: str) -> None:
    """Skip where a model has not been trained yet."""
    for name in names:
        if not (registry.weights_folder() / f"{name}.json").is_file():
            pytest.skip(f"the {name} model has no weights in {registry.weights_folder()} yet")


def outcomes(interview) -> dict[tuple[int, str], tuple[str, str | None, str | None]]:
    """Run everything; per question and modality the state, the code and the reason."""
    operations.queue_interview(interview)
    db.session.commit()
    for row in operations.analyses_of(interview):
        runner.run(row.id)
    return {
        (row.answer.question.position, row.modality.value): (row.state.value, row.reason_code, row.reason)
        for row in operations.analyses_of(interview)
    }


def test_an_empty_room_is_no_face_and_silence(make, tmp_path):
    needs("face", "speech")
    room = tmp_path / "room.webm"
    grey = np.full((240, 320, 3), 120, np.uint8)
    synthetic.encode(room, (grey for _ in range(24 * 3)), 24, np.zeros(48000 * 3, np.float32), 48000)
    interview = make.interview(invitation=make.invitation(question_set=make.question_set("video")))
    answer_all(make, interview)
    storage.save(interview.answers[0].kept_take.recording.original_key, room.read_bytes())
    found = outcomes(interview)
    assert found[1, "face"][:2] == ("not_done", "no_face") and "camera" in found[1, "face"][2]
    assert found[1, "speech"][:2] == ("not_done", "silence") and "microphone" in found[1, "speech"][2]


def test_a_text_file_renamed_is_no_recording(make):
    needs("face", "speech")
    interview = make.interview(invitation=make.invitation(question_set=make.question_set("video")))
    answer_all(make, interview)
    storage.save(interview.answers[0].kept_take.recording.original_key, b"These are words. " * 100)
    found = outcomes(interview)
    for modality in ("face", "speech"):
        assert found[1, modality][:2] == ("failed", "not_media")
        assert "is not a recording that Viva can read" in found[1, modality][2]


def test_three_words_are_too_few(make):
    needs("text")
    interview = make.interview(invitation=make.invitation(question_set=make.question_set("text")))
    answer_all(make, interview, text="I like it.")
    state, code, reason = outcomes(interview)[1, "text"]
    assert (state, code) == ("not_done", "too_little_text") and "3 words" in reason


def test_the_worker_reads_voices_by_librosa(monkeypatch):
    """In it the import is paid once; a cold analysis and the live rooms go without."""
    monkeypatch.setattr(mel_library, "_librosa", None)
    mel_library.use_librosa.cache_clear()
    asked = []
    monkeypatch.setattr(speech, "read", lambda source, **_given: asked.append(mel_library.chosen()))
    readers.read(Modality.SPEECH, "answer.webm", lambda share: None)
    mel_library.use_librosa.cache_clear()
    assert asked == [librosa]
