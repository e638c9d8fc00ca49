"""Building the report from the readings."""

from __future__ import annotations

import sqlalchemy as sa

from tests.webapp.analysis.samples import answer_all
from webapp.analysis import operations, runner
from webapp.core.database import db
from webapp.reports.models import Report
from webapp.reports.operations import build


def test_it_waits_for_the_last_analysis(make, models):
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    assert build(interview.id) is None
    for row in operations.analyses_of(interview):
        runner.run(row.id)
    assert build(interview.id) is not None
    assert build("0" * 32) is None


def test_building_twice_makes_one_report(make, run_all):
    interview = answer_all(make, make.interview())
    run_all(interview)
    first = db.session.scalars(sa.select(Report)).one()
    body, built = first.body, first.built_at
    build(interview.id)
    db.session.commit()
    second = db.session.scalars(sa.select(Report)).one()
    assert second.body == body and second.built_at > built


def test_face_and_voice_are_fused_per_answer(make, run_all):
    interview = answer_all(make, make.interview())
    run_all(interview)
    body = db.session.scalars(sa.select(Report)).one().body
    spoken = {answer.id for answer in interview.answers if answer.question.is_recorded}
    assert set(body["answers"]) == spoken
    for stored in body["answers"].values():
        assert stored["modalities"] == ["face", "speech"]
        assert abs(sum(stored["fused"]["weights"].values()) - 1) < 1e-6
    assert body["emotions"]["answers"] == 2 and body["emotions"]["modalities"] == ["face", "speech"]
    assert body["traits"]["answers"] == 1 and body["traits"]["words"] == 76


def test_a_fusion_that_breaks_leaves_a_report_without_it(make, models, run_all, monkeypatch):
    def broken(face, speech):
        raise ValueError("no")

    monkeypatch.setattr("webapp.reports.operations.fuse", broken)
    interview = answer_all(make, make.interview())
    run_all(interview)
    body = db.session.scalars(sa.select(Report)).one().body
    assert body["answers"] == {} and body["traits"]["answers"] == 1


def test_lyon_has_no_fusion(make, run_all):
    interview = answer_all(make, make.interview("FR"))
    run_all(interview)
    body = db.session.scalars(sa.select(Report)).one().body
    assert body["answers"] == {} and body["emotions"]["distribution"] == {} and body["traits"]["answers"] == 1
