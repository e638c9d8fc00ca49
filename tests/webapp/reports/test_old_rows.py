"""Rows that earlier versions stored still make a report: its page, its charts and its export."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.ml.core.test_readings import SAMPLES
from tests.webapp.analysis.samples import answer_all
from webapp.analysis.models import Analysis
from webapp.core.database import db
from webapp.policy import Modality
from webapp.reports.models import Report
from webapp.reports.operations import build

#: The oldest shape of each; that every other opens too, tests/ml/core/test_readings.py says.
OLDEST = [(kind, next(iter(SAMPLES[kind]))) for kind in ("face", "speech", "text")]


@pytest.fixture
def interview(make, sign_in, run_all):
    interview = answer_all(make, make.interview(invitation=make.invitation(created_by=sign_in(make.user()))))
    run_all(interview)
    return interview


def check(client, interview):
    page = client.get(f"/reports/{interview.id}")
    export = client.get(f"/reports/{interview.id}/report.json")
    assert page.status_code == export.status_code == 200
    for answer in interview.answers:
        assert client.get(f"/reports/{interview.id}/figures.json?answer={answer.id}").status_code == 200
    return page.text, export.get_json()


@pytest.mark.parametrize(("kind", "shape"), OLDEST)
def test_the_oldest_readings_are_shown_and_fused(client, interview, kind, shape):
    stored = SAMPLES[kind][shape]
    db.session.execute(sa.update(Analysis).where(Analysis.modality == Modality(kind)).values(result=stored))
    db.session.commit()
    assert build(interview.id) is not None
    db.session.commit()
    page, export = check(client, interview)
    assert stored["model"]["version"] in page
    answers = [answer for answer in export["answers"] if answer["analyses"].get(kind, {}).get("state") == "done"]
    assert answers and all(a["analyses"][kind]["reading"]["coverage"] == stored["coverage"] for a in answers)
    assert any(answer["fused"] for answer in export["answers"])


@pytest.mark.parametrize("shape", SAMPLES["fused"])
def test_a_built_report_of_each_shape_is_shown(client, interview, shape):
    report = db.session.scalars(sa.select(Report)).one()
    body = {key: {k: v for k, v in part.items() if k != "schema_version"} for key, part in report.body.items() if part}
    for part in body["answers"].values():
        part["fused"] = SAMPLES["fused"][shape]
    words = next(answer for answer in interview.answers if answer.text)
    body["content"] = {
        words.id: {
            "reading": SAMPLES["content"]["before schema versions"],
            "text": report.body["content"][words.id]["text"],
            "modalities": ["text"],
        }
    }
    body["raters"] = {
        "reading": SAMPLES["raters"]["before schema versions"],
        "modalities": ["speech", "text"],
        "answers": 2,
    }
    report.body = body
    db.session.commit()
    page, export = check(client, interview)
    assert "content-2026.11.1" in page and "interview-2026.11.1" in page and "between" in page.lower()
    assert ("Where they differ" in page) == (shape != "before agreement")
    raters = export["raters"]["reading"]
    assert raters["ratings"].keys() == {"overall"} and raters["invite"] is None
