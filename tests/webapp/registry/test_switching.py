"""Which version counts: switched with a name and a moment, readings of both kept, the other one click away."""

from __future__ import annotations

import dataclasses

import flask_migrate
import pytest
import sqlalchemy as sa

from ml.core.readings import Estimate, ModelVersion
from tests.webapp.analysis.samples import text_reading
from webapp.accounts.models import Role
from webapp.analysis import operations, runner, versions
from webapp.analysis.models import Analysis, AnalysisState, EarlierReading
from webapp.analysis.visible import visible_readings
from webapp.core.database import db, now
from webapp.governance import erasure
from webapp.interviews.models import Consent, InterviewState
from webapp.policy import Modality, Purpose, decide_for
from webapp.policy.models import NEWEST, OFF
from webapp.policy.switches import history, switch, switched_on
from webapp.registry import groups
from webapp.registry.cards import Card, cards


def by(version, share):
    """A reading of words by a version, with one trait that tells it from others."""
    return dataclasses.replace(
        text_reading(),
        model=ModelVersion("text", version, "ab" * 32),
        traits={"openness": Estimate(share, 0.1, 0.9, 9)},
    )


def read(analysis, version, share):
    reading = by(version, share)
    analysis.state, analysis.result, analysis.finished_at = AnalysisState.DONE, reading.to_json(), now()
    analysis.model_name, analysis.model_version, analysis.model_sha256 = "text", version, "ab" * 32
    db.session.commit()


@pytest.fixture
def analysis(make):
    """A written answer that text-old has read."""
    interview = make.interview(
        invitation=make.invitation(question_set=make.question_set("text")),
        state=InterviewState.SUBMITTED,
        submitted_at=now(),
    )
    answer = make.answer(interview, interview.question_set.questions[0], text="I plan and I learn. " * 20)
    row = Analysis(interview=interview, answer=answer, modality=Modality.TEXT)
    db.session.add(row)
    read(row, "text-old", 0.2)
    return row


@pytest.fixture
def admin(make, sign_in):
    return sign_in(make.user(Role.ADMIN))


@pytest.fixture
def again(analysis, admin, monkeypatch):
    """The same answer after the installed version has read it again."""
    monkeypatch.setattr(runner.readers, "read", lambda *a, **k: by("text-new", 0.8))
    assert versions.read_again(admin.organisation_id, Modality.TEXT, "text-new", by=admin) == 1
    db.session.commit()
    runner.run(analysis.id)
    db.session.expire_all()
    return analysis


def shown(analysis):
    return visible_readings(analysis.interview)[analysis.answer_id][Modality.TEXT]


def test_a_new_version_reads_beside_the_old_one_and_never_over_it(analysis, admin, monkeypatch):
    monkeypatch.setattr(runner.readers, "read", lambda *a, **k: by("text-new", 0.8))
    assert versions.read_again(admin.organisation_id, Modality.TEXT, "text-new", by=admin) == 1
    db.session.commit()
    assert shown(analysis).result.traits["openness"].value == 0.2  # while it is read again, and if that fails
    runner.run(analysis.id)
    db.session.expire_all()
    found = shown(analysis)
    assert (found.version, found.versions) == ("text-new", ("text-new", "text-old"))
    assert db.session.scalars(sa.select(EarlierReading)).one().result["traits"]["openness"]["value"] == 0.2
    assert versions.read_again(admin.organisation_id, Modality.TEXT, "text-new", by=admin) == 0


def test_back_and_forward_again(again, admin):
    assert switch(Modality.TEXT, "text-old", organisation_id=admin.organisation_id, by=admin)
    assert not switch(Modality.TEXT, "text-old", organisation_id=admin.organisation_id, by=admin)
    db.session.commit()
    assert shown(again).version == "text-old" and shown(again).result.traits["openness"].value == 0.2
    switch(Modality.TEXT, NEWEST, organisation_id=admin.organisation_id, by=admin)
    db.session.commit()
    assert shown(again).version == "text-new"
    assert [(row.version, row.by.name) for row in history(admin.organisation_id, Modality.TEXT)] == [
        (NEWEST, admin.name), ("text-old", admin.name),
    ]  # fmt: skip


def test_off_hides_and_deletes_nothing_and_a_withdrawal_still_deletes(again, admin, make):
    interview = again.interview
    switch(Modality.TEXT, OFF, organisation_id=admin.organisation_id, by=admin)
    db.session.commit()
    assert decide_for(interview, Modality.TEXT).code == "switched_off" and shown(again).result is None
    operations.consents_changed(interview)
    db.session.commit()
    assert again.result is not None
    db.session.add(
        Consent(interview=interview, purpose=Purpose.TEXT, granted=False, text_version="1", text_language="en")
    )
    db.session.commit()
    operations.consents_changed(interview)
    db.session.commit()
    assert again.result is None and db.session.scalar(sa.select(sa.func.count(EarlierReading.id))) == 0


def test_what_was_off_is_read_when_it_is_on_again(make, admin, analysis):
    switch(Modality.TEXT, OFF, organisation_id=admin.organisation_id, by=admin)
    analysis.state = AnalysisState.NOT_DONE
    analysis.reason_code, analysis.result = "switched_off", None
    db.session.commit()
    switch(Modality.TEXT, NEWEST, organisation_id=admin.organisation_id, by=admin)
    db.session.commit()
    assert analysis.state is AnalysisState.QUEUED


def test_off_at_the_installation_is_off_everywhere(app, analysis, admin):
    run = app.test_cli_runner()
    assert "Name another version" in run.invoke(args=["models", "switch", "text", "text-unknown"]).output
    assert run.invoke(args=["models", "switch", "text", "off"]).exit_code == 0
    switch(Modality.TEXT, "text-old", organisation_id=admin.organisation_id, by=admin)
    assert switched_on(admin.organisation_id, Modality.TEXT) == OFF
    assert run.invoke(args=["models", "switch", "text", "newest"]).exit_code == 0
    assert switched_on(admin.organisation_id, Modality.TEXT) == "text-old"  # its own choice counts again


def test_one_organisation_switches_nothing_of_another(make, analysis, admin):
    other = make.organisation()
    switch(Modality.TEXT, OFF, organisation_id=other.id, by=None)
    assert switched_on(admin.organisation_id, Modality.TEXT) == NEWEST and shown(analysis).result is not None


def test_the_pages(client, again, admin):
    page = client.get("/models/text").text
    assert "text-old" in page and "the newest" in page.lower()
    assert client.post("/models/text/switch", data={"version": "text-old"}).status_code == 302
    assert client.post("/models/text/switch", data={"version": "text-unknown"}).status_code == 422
    assert client.post("/models/fusion/switch", data={"version": "off"}).status_code == 404
    assert admin.name in client.get("/models/text").text
    report = client.get(f"/reports/{again.interview_id}").text
    assert "read by text-old" in report
    side_by_side = client.get(f"/reports/{again.interview_id}/versions/{again.id}").text
    assert "text-old" in side_by_side and "text-new" in side_by_side and "shown in the report" in side_by_side
    assert client.get(f"/reports/{again.interview_id}/versions/{'0' * 32}").status_code == 404


def test_earlier_readings_are_erased_with_the_rest(again):
    scope = erasure.scope_of_interview(again.interview_id)
    assert erasure.plan(scope).tables["earlier_readings"] == 1


def test_figures_by_sex_are_those_of_the_card():
    card = next(each for each in cards() if each.name == "speech")
    (one,) = groups.by_group(card)
    per_actor = {int(name): value for name, value in card.data["figures"]["uar_per_actor"].items()}
    women = [value for number, value in per_actor.items() if number % 2 == 0]
    assert one.groups[0].people == len(women) == 10
    assert one.groups[0].mean == pytest.approx(sum(women) / 10)
    assert one.groups[0].low < one.groups[0].mean < one.groups[0].high
    # By hand: means 0.6 and 0.5, each spread 0.1 over 5 people: t(4) = 2.776, error sqrt(2 * 0.01 / 5).
    values = {str(n): v for n, v in zip(range(2, 12, 2), (0.5, 0.6, 0.7, 0.5, 0.7), strict=True)}
    values |= {str(n): v - 0.1 for n, v in zip(range(1, 11, 2), (0.5, 0.6, 0.7, 0.5, 0.7), strict=True)}
    (made,) = groups.by_group(Card("x", {"figures": {"uar_per_actor": values}}))
    assert made.difference[0] == pytest.approx(0.1)
    assert made.difference[2] - made.difference[0] == pytest.approx(2.776 * (2 * 0.01 / 5) ** 0.5)
    few = groups.by_group(Card("x", {"figures": {"uar_per_actor": {"1": 0.5, "2": 0.5}}}))[0]
    assert few.groups[0].mean is None and few.difference is None
    assert groups.by_group(Card("x", {"figures": {}})) == []


def test_the_migration_goes_up_and_down(app):
    db.session.remove()
    db.drop_all()
    flask_migrate.upgrade(revision="5c18f0a3b9d6")
    with db.engine.begin() as connection:
        run = connection.exec_driver_sql
        run("INSERT INTO organisations (id, name, created_at) VALUES ('o', 'Org', '2026-01-01')")
        run("INSERT INTO model_switches VALUES ('s', 'o', 'text', 'off', NULL, '2026-01-01')")
    flask_migrate.downgrade(revision="8c5d21e6b7f4")
    assert not {"model_switches", "earlier_readings"} & set(sa.inspect(db.engine).get_table_names())
    with db.engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT name FROM organisations WHERE id = 'o'").scalar() == "Org"
    flask_migrate.upgrade(revision="5c18f0a3b9d6")
    assert {"model_switches", "earlier_readings"} <= set(sa.inspect(db.engine).get_table_names())
