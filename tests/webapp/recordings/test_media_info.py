"""What verification learnt of a file goes with it: whoever reads it afterwards doesn't probe it again."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from ml.media import demux
from ml.media import info as media_info
from ml.transcripts.transcript import Transcript
from tests.webapp.recordings.test_verification import verified
from webapp.analysis import readers, runner
from webapp.analysis.models import Analysis
from webapp.core.database import db
from webapp.core.storage import storage
from webapp.policy import Modality
from webapp.transcripts import transcribe


class SilentRecogniser:
    """Listens to all of the sound and hears no words."""

    def transcribe(self, blocks, *, language=None, progress=None) -> Transcript:
        return Transcript([], "en", f"{len(list(blocks))} blocks")


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each time that a file is described, by whatever name `probe` was imported."""
    calls: list[str] = []
    original = media_info._describe

    def describe(recording):
        calls.append(str(recording.path))
        return original(recording)

    monkeypatch.setattr(media_info, "_describe", describe)
    monkeypatch.setattr(transcribe, "recogniser", SilentRecogniser)
    monkeypatch.setattr(readers, "is_available", lambda: True)
    return calls


@pytest.fixture
def recording(tus, make, open_interview, webm):
    interview = open_interview(make.interview(question_set=make.question_set("video")))
    return verified(tus.upload(interview, interview.question_set.questions[0], webm(2.0)))


def analysed(recording, modality: Modality) -> str | None:
    """Run one analysis with the real reader; the code of why nothing came of it (a test picture is no face)."""
    answer = recording.take.answer
    row = Analysis(answer=answer, interview_id=answer.interview_id, modality=modality)
    db.session.add(row)
    db.session.commit()
    assert runner.run(row.id)
    return db.session.get(Analysis, row.id, populate_existing=True).reason_code


def test_all_that_verification_learnt_is_kept(recording):
    with storage.local_path(recording.original_key) as path:
        assert recording.media_info == asdict(demux.verify(path))
    assert readers.recording_of(recording.take.answer).info == demux.MediaInfo(**recording.media_info)


def test_the_copy_that_seeks_is_another_file(recording):
    recording.original_key = None
    assert readers.recording_of(recording.take.answer).info is None


@pytest.mark.parametrize(
    ("modality", "code"), [(Modality.FACE, "no_face"), (Modality.SPEECH, "no_voice"), (Modality.TEXT, "no_words")]
)
@pytest.mark.parametrize("known", [True, False], ids=["verified now", "from before"])
def test_an_analysis_probes_only_what_nobody_has_described(recording, probes, modality, code, known):
    if not known:
        recording.media_info = None
        db.session.commit()
    probes.clear()
    assert analysed(recording, modality) == code
    assert len(probes) == (0 if known else 1)
