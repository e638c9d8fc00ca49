"""Migrations keep what a database of 21 November 2026 holds, all the way up, and each of them there and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask

from webapp import create_app
from webapp.accounts.models import Organisation, Role, User
from webapp.core.database import db
from webapp.core.settings import ROOT
from webapp.interviews.models import Answer, Interview
from webapp.organisations.models import Team, TeamRole
from webapp.policy import Mode
from webapp.positions.models import Position, ReviewState
from webapp.questions.guide import guide_of
from webapp.questions.models import Question
from webapp.recordings.models import Recording
from webapp.reports.models import Report
from webapp.reviews.comment_models import Comment, Mention
from webapp.reviews.models import Decision, DecisionState, Rating, Scorecard
from webapp.reviews.scoring import note_of, scores_of

DUMP = Path(__file__).parent / "migrations" / "database_2026-11-21.sql"
FIRST = "bfc41ba78b6e"
LATER = [
    script.revision
    for script in reversed(list(ScriptDirectory(str(ROOT / "migrations")).walk_revisions(FIRST, "heads")))
    if script.revision != FIRST
]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An application on the old database, not upgraded yet."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    connection = sqlite3.connect(home / "viva.db")
    connection.executescript(DUMP.read_text("utf-8"))
    connection.close()
    app = create_app({"HOME": home, "TESTING": True, "SECRET_KEY": "test", "BROKER_URL": "memory://"})
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def contents() -> dict[str, list[dict[str, object]]]:
    """Every row of every table, by the columns that there are, as SQLite keeps it."""
    with db.engine.connect() as connection:
        names = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).scalars()
        return {
            name: [
                dict(row) for row in connection.execute(sa.select(sa.text("*")).select_from(sa.table(name))).mappings()
            ]
            for name in names.all()
            if name != "alembic_version" and not name.startswith("sqlite_")
        }


def test_there_is_a_row_in_every_table(app):
    assert all(contents().values())


def test_everything_is_kept_on_the_way_up(app):
    before = contents()
    flask_migrate.upgrade()
    after = contents()
    for name, rows in before.items():
        assert [{key: row[key] for key in rows[0]} for row in after[name]] == rows, name
    with db.engine.connect() as connection:
        assert connection.execute(sa.text("pragma foreign_key_check")).all() == []


def test_the_models_read_what_was_upgraded(app):
    flask_migrate.upgrade()
    position = db.session.scalars(sa.select(Position)).one()
    assert (position.title, position.country) == ("Data engineer", "CA")
    interview = db.session.scalars(sa.select(Interview).where(Interview.invitation_id.is_not(None))).one()
    assert interview.position is position
    assert [consent.granted for consent in interview.consents] == [True]
    assert [consent.text_language for consent in interview.consents] == ["en"]  # all texts were English then
    answer = db.session.scalars(sa.select(Answer)).one()
    assert answer.kept_take.recording is db.session.scalars(sa.select(Recording)).one()
    assert db.session.scalars(sa.select(Report)).one().interview is interview


def test_each_migration_there_and_back(app):
    """Down and up again after each one, with data; what it does beyond that has a test beside its feature."""
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    for revision in LATER:
        down = scripts.get_revision(revision).down_revision
        before = contents()
        flask_migrate.upgrade(revision=revision)
        there = contents()
        flask_migrate.downgrade(revision=down)
        assert contents() == before, revision
        flask_migrate.upgrade(revision=revision)
        assert contents() == there, revision


def test_a_recording_from_before_has_no_media_info(app):
    flask_migrate.upgrade(revision="8e4d1f6a20b7")
    before = contents()["recordings"]
    flask_migrate.upgrade(revision="a17e5c93d0f4")
    assert contents()["recordings"] == [{**row, "media_info": None} for row in before] != []
    flask_migrate.upgrade()
    assert db.session.scalars(sa.select(Recording)).one().media_info is None
    db.session.remove()
    flask_migrate.downgrade(revision="8e4d1f6a20b7")
    assert contents()["recordings"] == before


def test_what_was_there_belongs_to_one_organisation_and_one_team_in_which_nothing_changes(app):
    flask_migrate.upgrade()
    organisation = db.session.scalars(sa.select(Organisation)).one()
    team = db.session.scalars(sa.select(Team)).one()
    assert (organisation.name, team.organisation_id, team.own_only) == ("Viva", organisation.id, True)
    people = db.session.scalars(sa.select(User)).all()
    assert {person.organisation_id for person in people} == {organisation.id}
    roles = {member.user_id: member.role for member in team.members}
    expected = {Role.ADMIN: TeamRole.OWNER, Role.RECRUITER: TeamRole.RECRUITER}
    assert roles == {person.id: expected[person.role] for person in people if person.role in expected}
    position = db.session.scalars(sa.select(Position)).one()
    assert position.team is team and position.organisation_id == organisation.id
    interviews = db.session.scalars(sa.select(Interview)).all()
    assert {(each.mode, each.organisation_id) for each in interviews} <= {
        (Mode.ASSESSMENT, organisation.id),
        (Mode.PRACTICE, None),
    }


def test_where_people_had_come_follows_from_their_scorecards_and_decisions(app):
    flask_migrate.upgrade()
    decision = db.session.scalars(sa.select(Decision)).one()
    assert (decision.state, decision.record, decision.supersedes_id) == (DecisionState.FINAL, None, None)
    assert (decision.interview.review_state, decision.interview.outcome) == (ReviewState.DECIDED, decision.outcome)


def test_scorecards_from_before_rate_answers_as_a_whole(app):
    flask_migrate.upgrade(revision="91c0d4a7b35e")
    ratings, questions = contents()["ratings"], contents()["questions"]
    flask_migrate.upgrade()
    assert contents()["ratings"] == [{**row, "competency": ""} for row in ratings] != []
    question = db.session.scalars(sa.select(Question).where(Question.id == ratings[0]["question_id"])).one()
    assert question.guide is None and guide_of(question).keys == [""]
    card = db.session.scalars(sa.select(Scorecard).where(Scorecard.id == ratings[0]["scorecard_id"])).one()
    assert scores_of(card, question) == {"": ratings[0]["score"]} and note_of(card, question) == ratings[0]["note"]
    # One competency more, which has no place in the old tables, and a comment.
    db.session.add(Rating(scorecard_id=card.id, question_id=question.id, competency="c1", score=2, note=""))
    comment = Comment(
        interview_id=card.interview_id, question_id=question.id, author_id=card.reviewer_id, text="Listen."
    )
    comment.mentions = [Mention(user_id=card.reviewer_id)]
    db.session.add(comment)
    db.session.commit()
    db.session.remove()
    flask_migrate.downgrade(revision="91c0d4a7b35e")
    assert (contents()["ratings"], contents()["questions"]) == (ratings, questions)


def run(statement: str, *values: str) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql(statement, values)


def test_notices_keep_the_longest_of_several_clocks_on_the_way_down(app):
    flask_migrate.upgrade(revision="4b7e19d0c3a8")
    mine = contents()["organisations"][0]["id"]
    day = "2026-12-01 00:00:00"
    run("DELETE FROM retention_rules")
    run("INSERT INTO retention_rules (id, place, kept, days, set_at) VALUES ('r', '', 'media', 90, ?)", day)
    flask_migrate.upgrade(revision="d3a90b6c51f7")
    assert [row["organisation_id"] for row in contents()["retention_rules"]] == [mine]  # one is alone: it is its own
    invitation, interview = contents()["invitations"][0]["id"], contents()["interviews"][0]["id"]
    run("INSERT INTO organisations (id, name, created_at) VALUES ('o', 'Other', ?)", day)
    run(
        "INSERT INTO retention_rules (id, place, kept, days, set_at, organisation_id)"
        " VALUES ('s', '', 'media', 365, ?, 'o')",
        day,
    )
    run("INSERT INTO organisation_profiles (organisation_id, slug, updated_at) VALUES ('o', 'other', ?)", day)
    run("INSERT INTO notice_texts VALUES ('t', '1', 'en', '{}', ?)", day)
    run("INSERT INTO notices_shown VALUES ('n', ?, 't', 'mail', ?, '')", invitation, day)
    run(
        "INSERT INTO signatures (id, interview_id, kind, typed_name, typed_date, signed_at, text, text_version,"
        " text_language) VALUES ('g', ?, 'release', 'Kim', '2026-12-01', ?, 'I agree', '1', 'en')",
        interview,
        day,
    )
    db.session.remove()
    flask_migrate.downgrade(revision="4b7e19d0c3a8")
    there = contents()
    assert [(row["id"], row["days"]) for row in there["retention_rules"]] == [("s", 365)]
    assert not {"signatures", "notices_shown", "notice_texts", "organisation_profiles"} & set(there)
    assert there["invitations"] and there["interviews"]
    flask_migrate.upgrade(revision="d3a90b6c51f7")
    assert [row["organisation_id"] for row in contents()["retention_rules"]] == [None]  # of two, it is nobody's own


def test_employer_pages_and_accommodations_go_down_alone(app):
    flask_migrate.upgrade(revision="61b0c94de7f3")
    before = contents()
    mine, invitation = before["organisations"][0]["id"], before["invitations"][0]["id"]
    run("INSERT INTO employer_pages (id, organisation_id, welcome) VALUES ('e', ?, 'Hello')", mine)
    run(
        "INSERT INTO accommodations (id, invitation_id, kind, amount, asked_at) VALUES ('a', ?, 'time', 50, ?)",
        invitation,
        "2026-12-01 00:00:00",
    )
    (page,) = contents()["employer_pages"]
    assert (page["ai_help"], page["extra_time"], page["person_instead"]) == ("not_said", 50, True)
    with pytest.raises(sa.exc.IntegrityError):
        run("UPDATE employer_pages SET extra_time = 500")
    flask_migrate.downgrade(revision="9d36a2f7c15e")
    after = contents()
    assert after == {name: rows for name, rows in before.items() if name not in ("employer_pages", "accommodations")}


def test_lists_of_people_and_orders_of_other_systems_go_with_their_tables_and_nothing_else_does(app):
    flask_migrate.upgrade(revision="3f7c1e9a4b20")
    before = contents()
    flask_migrate.upgrade(revision="8c5d21e6b7f4")
    db.session.remove()
    person, position, question_set = "0" * 31 + "1", "0" * 31 + "5", "0" * 31 + "3"
    invitation, organisation = "0" * 31 + "6", before["organisations"][0]["id"]
    moment = "2026-12-02 01:00:00.000000"
    rows = {
        "invitation_batches": dict(
            id="b", organisation_id=organisation, position_id=position, question_set_id=question_set, deadline=moment,
            created_by_id=person, created_at=moment, file_name="people.csv", names="[0]", email=1, has_header=1,
            state="running", attempts=0,
        ),
        "batch_people": dict(
            id="p", batch_id="b", line=2, name="", email="", state="invited", invitation_id=invitation
        ),
        "people_mappings": dict(
            id="m", organisation_id=organisation, heading="h", names="[0]", email=1, has_header=1, used_at=moment
        ),
        "ats_connections": dict(
            id="c", organisation_id=organisation, system="ashby", active=1, key_hash="h", key_sealed="s",
            created_at=moment, created_by_id=person,
        ),
        "ats_offers": dict(
            id="o", organisation_id=organisation, title="T", position_id=position, question_set_id=question_set, days=7,
            created_at=moment,
        ),
        "assessment_orders": dict(
            id="a", connection_id="c", offer_id="o", invitation_id=invitation, mark="m", their_id="4711", callback="",
            base="", created_at=moment,
        ),
        "ats_complaints": dict(id="x", connection_id="c", call="test_status", errors="[]", created_at=moment),
    }  # fmt: skip
    with db.engine.begin() as connection:
        for table, values in rows.items():
            columns = (sa.column(name) for name in values)
            connection.execute(sa.insert(sa.table(table, *columns)), values)
        assert connection.execute(sa.text("pragma foreign_key_check")).all() == []
    flask_migrate.upgrade()  # with what comes after
    there = contents()
    assert {table: len(there[table]) for table in rows} == dict.fromkeys(rows, 1)
    assert there["invitation_batches"][0]["language"] == "en" and there["assessment_orders"][0]["their_id"] == "4711"
    flask_migrate.downgrade(revision="3f7c1e9a4b20")
    assert contents() == before


def test_clips_go_with_their_table_and_questions_and_recordings_stay(app):
    flask_migrate.upgrade(revision="5c0d8e2f7a91")
    before = contents()
    flask_migrate.upgrade(revision="e41c7a90d2b6")
    db.session.remove()
    organisation, person = before["organisations"][0]["id"], "0" * 31 + "1"
    run(
        "INSERT INTO clips (id, state, suffix, caption_state, attempts, created_at, created_by_id, organisation_id) "
        "VALUES ('c', 'ready', 'webm', 'checked', 0, ?, ?, ?)",
        "2026-12-02 10:00:00",
        person,
        organisation,
    )
    run("UPDATE questions SET clip_id = 'c'")
    after = contents()
    assert {row["clip_id"] for row in after["questions"]} == {"c"}
    assert {row["existing"] for row in after["recordings"]} == {False}
    flask_migrate.downgrade(revision="5c0d8e2f7a91")
    assert contents() == before


def test_turns_and_paces_go_with_their_tables_and_what_waits_stays(app):
    flask_migrate.upgrade(revision="b4e8d27f1c60")
    run("UPDATE analyses SET state = 'queued', lease_owner = 'later', lease_until = '2026-12-02 20:00:00'")
    before = contents()
    flask_migrate.upgrade(revision="6e1f4b8d2c70")
    assert contents() == {**before, "paces": [], "turns": []}
    run("INSERT INTO turns (work, share, taken_at) VALUES ('analyses', '', '2026-12-02 19:30:00')")
    run("INSERT INTO paces (work, seconds, measured) VALUES ('analyses.text', 0.1, 5)")
    flask_migrate.downgrade(revision="b4e8d27f1c60")
    assert contents() == before
    flask_migrate.upgrade(revision="6e1f4b8d2c70")
    assert contents() == {**before, "paces": [], "turns": []}


def test_who_practises_by_an_invitation_goes_with_the_table_and_the_invitation_stays(app):
    flask_migrate.upgrade(revision="6e1f4b8d2c70")
    before = contents()
    flask_migrate.upgrade(revision="7a2c5d9e4f18")
    assert contents() == {**before, "practice_guests": []}
    invitation = before["invitations"][0]
    run(
        "INSERT INTO practice_guests (id, user_id, invitation_id, browser, created_at, expires_at, organisation_id) "
        "VALUES ('g', ?, ?, 'h', '2026-12-02 20:40:00', '2026-12-16 20:40:00', ?)",
        "0" * 31 + "1",
        invitation["id"],
        invitation["organisation_id"],
    )
    assert len(contents()["practice_guests"]) == 1
    flask_migrate.downgrade(revision="6e1f4b8d2c70")
    assert contents() == before


def test_practice_by_mail_comes_and_goes_and_who_was_invited_stays(app):
    flask_migrate.upgrade(revision="5a9d2c7e4b16")
    invitation = contents()["invitations"][0]
    values = "created_at, expires_at, organisation_id) VALUES ({}, '2026-12-03 07:45:00', '2026-12-17 07:45:00', ?)"
    guest = "INSERT INTO practice_guests (id, user_id, browser, invitation_id, "
    run(guest + values.format("'g', ?, 'h', ?"), "0" * 31 + "1", invitation["id"], invitation["organisation_id"])
    run("INSERT INTO practice_settings (id, organisation_id) VALUES ('s', ?)", invitation["organisation_id"])
    before = contents()
    flask_migrate.upgrade(revision="8c1e5f3a9d27")
    after = contents()
    assert after["practice_links"] == [] and after["practice_guests"][0]["address"] is None
    assert after["practice_settings"][0]["by_mail"] == 0
    by_mail = guest.replace("invitation_id", "address") + values
    run(by_mail.format("'m', ?, '', 'mark'"), "0" * 31 + "2", invitation["organisation_id"])
    link = "INSERT INTO practice_links (id, token, address, language, " + values
    run(link.format("'l', 'hash', 'mark', 'en'"), invitation["organisation_id"])
    flask_migrate.downgrade(revision="5a9d2c7e4b16")
    assert contents() == before
