"""Fixtures of tests about analyses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ml.core.readings import Reading
from tests.webapp.analysis.samples import READINGS
from webapp.analysis import operations, readers, runner
from webapp.core.database import db
from webapp.interviews.models import Interview
from webapp.policy import Modality


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """In place of the three models: each modality's entry is a reading, or an exception to raise."""
    answers: dict[str, Any] = {name: make() for name, make in READINGS.items()}
    answers["calls"] = []

    def read(modality: Modality, source: str, progress: Callable[[float], None], *, info: Any = None) -> Reading:
        answers["calls"].append((str(modality), source))
        progress(0.5)
        found = answers[modality]
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(readers, "read", read)
    return answers


@pytest.fixture
def run_all(models: dict[str, Any]) -> Callable[[Interview], None]:
    """Queue an interview and run its analyses and its report here and now."""

    def run_all(interview: Interview) -> None:
        from webapp.reports.operations import build

        operations.queue_interview(interview)
        db.session.commit()
        for analysis_id in [analysis.id for analysis in operations.analyses_of(interview)]:
            runner.run(analysis_id)
        build(interview.id)
        db.session.commit()

    return run_all
