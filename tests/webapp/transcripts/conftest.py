"""Fixtures of tests about transcripts: those of analyses, and a recogniser that says what it is told to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ml.transcripts.transcript import Transcript, Word
from tests.webapp.analysis.conftest import models, run_all
from tests.webapp.analysis.samples import answer_all
from webapp.interviews.models import Interview
from webapp.transcripts import transcribe

__all__ = ["models", "run_all"]


class FakeRecogniser:
    """Stands at the recogniser's boundary: ``words`` is what it hears, an exception what it raises."""

    name = "Fake"

    def __init__(self) -> None:
        self.words = [
            Word("I", 0.0, 0.2, 0.99),
            Word("fixed", 0.2, 0.6, 0.97),
            Word("it", 0.6, 0.8, 0.9),
            Word("with", 0.8, 1.0, 0.95),
            Word("locks.", 1.0, 1.5, 0.31),
        ]
        self.language = "en"
        self.likelihood: float | None = None
        self.calls = 0
        #: The languages that people said.
        self.asked: list[str | None] = []

    def transcribe(self, blocks, *, language=None, progress=None) -> Transcript:
        self.calls += 1
        self.asked.append(language)
        if progress:
            progress(30.0)
        return Transcript(self.words, self.language, self.name, language_likelihood=self.likelihood)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeRecogniser:
    """The recogniser of this installation, switched on."""
    fake = FakeRecogniser()

    class Info:
        has_audio, seconds = True, 60.0

    monkeypatch.setenv("VIVA_WHISPER", "/a/folder")
    monkeypatch.setattr(transcribe, "recogniser", lambda: fake)
    monkeypatch.setattr(transcribe, "probe", lambda path: Info)
    monkeypatch.setattr(transcribe, "audio_blocks", lambda path: iter(()))
    return fake


@pytest.fixture
def spoken(make) -> Callable[..., Interview]:
    """A submitted assessment with one recorded answer; keyword arguments go to ``make.interview``."""

    def spoken(**values) -> Interview:
        invitation = make.invitation(values.pop("country", "CA"), question_set=make.question_set("video"))
        return answer_all(make, make.interview(invitation=invitation, **values))

    return spoken
