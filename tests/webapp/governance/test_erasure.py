"""Erasure reaches everything, says what goes before it does, and leaves a certificate; clocks, holds and four eyes."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import answer_all
from tests.webapp.search.corpus import answered
from webapp.accounts.models import Role, User
from webapp.accounts.operations import first_organisation
from webapp.analysis.operations import queue_interview
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.personal_data import Kept, Scope, holdings, unregistered
from webapp.core.storage import storage
from webapp.governance import clocks, erasure
from webapp.governance.models import AuditEntry, Erasure, LegalHold, RetentionRule
from webapp.governance.retention import clock
from webapp.interviews.models import Interview, InterviewState, Invitation
from webapp.interviews.status import Status, entry_of
from webapp.messages.models import Channel, Message, Refusal, State
from webapp.recordings.models import Recording
from webapp.reports.models import Report

ROWS = ("answers", "takes", "recordings", "consents", "interviews", "invitations", "analyses")


@pytest.fixture
def interview(make):
    """A submitted interview with recordings in storage, analyses and a report."""
    return submitted(make, make.interview())


def submitted(make, interview: Interview) -> Interview:
    answer_all(make, interview)
    interview.state, interview.submitted_at = InterviewState.SUBMITTED, now()
    queue_interview(interview)
    db.session.add(Report(interview=interview, body={}))
    db.session.commit()
    for recording in db.session.scalars(sa.select(Recording)):
        for kind, suffix in (("originals", "webm"), ("posters", "jpg")):
            storage.save(f"{kind}/{recording.id}.{suffix}", b"bytes")
    for key in db.session.scalars(sa.text("select id from analyses")):
        storage.save(f"maps/{key}-face.json", b"{}")
    return interview


def rows_left(scope: Scope) -> dict[str, int]:
    return {each.table.name: count for each in holdings() if (count := each.count(scope))}


def files() -> int:
    return sum(len(storage.keys_of(kind)) for kind in ("originals", "playable", "posters", "maps"))


def test_every_model_is_registered_or_said_to_hold_nothing(app):
    assert unregistered() == []


def test_the_plan_counts_and_changes_nothing(interview):
    scope = erasure.scope_of_interview(interview.id)
    before, there = rows_left(scope), files()
    found = erasure.plan(scope).to_json()
    assert set(ROWS) < set(found["tables"]) and found["tables"] == before
    assert found["files"] >= there > 0 and found["file_bytes"] > 0
    assert (found["share_links"], found["receivers"], found["stays"], found["held"]) == (0, 0, {}, [])
    assert rows_left(scope) == before and files() == there


def test_everything_goes_and_nothing_of_anybody_else(make, interview, app):
    other = submitted(make, make.interview())
    scope, others = erasure.scope_of_interview(interview.id), erasure.scope_of_interview(other.id)
    kept = rows_left(others)
    told = []

    def listen(_app, **payload):
        told.append(payload)

    events.erasing.connect(listen)
    interview_id = interview.id
    row = erasure.request_erasure(scope, by=make.user())
    db.session.commit()
    assert rows_left(scope) == {} and rows_left(others) == kept
    left = {key.split("/")[1][:32] for kind in ("originals", "posters", "maps") for key in storage.keys_of(kind)}
    assert left and left <= {str(value) for each in holdings() for value in each.ids(others)}
    assert told == [{"interview_ids": [interview_id], "kept": ["media", "readings", "records"]}]
    said = erasure.certificate(row)
    assert said["done_at"] and said["erased"]["tables"]["answers"] >= 3
    assert "Kim" not in json.dumps(said) and "viva.test" not in json.dumps(said)
    assert db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "erased")).one()


def test_an_address_leads_to_everything_of_a_candidate(make):
    person = make.user(Role.CANDIDATE, email="kim@viva.test")
    practice = make.practice(person)
    assessment = make.interview(invitation=make.invitation(email="Kim@Viva.test"))
    make.interview(invitation=make.invitation(email="other@viva.test"))
    scope = erasure.scope_of_email(" KIM@viva.test")
    assert set(scope.interviews) == {practice.id, assessment.id} and scope.accounts == (person.id,)
    erasure.request_erasure(scope, by=None)
    db.session.commit()
    assert db.session.scalar(sa.select(sa.func.count(Interview.id))) == 1
    assert db.session.scalar(sa.select(User).where(User.email == "kim@viva.test")) is None
    assert [row.email for row in db.session.scalars(sa.select(Invitation))] == ["other@viva.test"]


@pytest.mark.parametrize("four_eyes", [False, True])
def test_what_is_held_by_the_address_alone_goes_as_the_preview_says(app, make, four_eyes):
    """And again where it has come back, as after a backup was restored; the address itself is kept nowhere."""
    app.config["ERASURE_FOUR_EYES"] = four_eyes
    asking, agreeing = make.user(Role.ADMIN), make.user(Role.ADMIN)
    make.invitation(email="kim@viva.test")
    hold_by_address("kim@viva.test", "other@viva.test")
    scope = erasure.scope_of_email("Kim@viva.test")
    counted = erasure.plan(scope).tables
    assert (counted["messages"], counted["message_refusals"]) == (1, 1)
    row = erasure.request_erasure(scope, by=asking)
    if four_eyes:
        assert row.done_at is None
        erasure.approve(row, by=agreeing)
    db.session.commit()
    assert row.counts["tables"] == counted
    assert held_by_address() == {"other@viva.test"}
    assert "kim" not in json.dumps(row.scope) + json.dumps(row.counts)
    hold_by_address("kim@viva.test")
    erasure.carry_out(row)
    db.session.commit()
    assert held_by_address() == {"other@viva.test"}


def hold_by_address(*addresses: str) -> None:
    for address in addresses:
        message = Message(
            channel=Channel.MAIL, kind="invitation", state=State.SENT, cause=f"to {address}", recipient=address.title(),
            expires_at=now() + timedelta(days=1), organisation_id=first_organisation().id,
        )  # fmt: skip
        db.session.add_all([message, Refusal(address=address, why="bounced")])
    db.session.commit()


def held_by_address() -> set[str]:
    here = {row.recipient.lower() for row in db.session.scalars(sa.select(Message)) if row.cause.startswith("to ")}
    assert here == set(db.session.scalars(sa.select(Refusal.address)))
    return here


def test_whoever_hires_is_not_erased(make):
    with pytest.raises(erasure.ErasureError, match="Deactivate"):
        erasure.scope_of_email(make.user().email)


def test_records_stay_while_the_law_wants_them_kept(make, interview):
    interview.position.region = "CA-ON"
    db.session.commit()
    scope = erasure.scope_of_interview(interview.id)
    found = erasure.plan(scope)
    assert "recordings" in found.tables and "analyses" in found.tables
    assert "answers" not in found.tables and found.stays["answers"] >= 3
    assert found.stays_until > now() + timedelta(days=3 * 365)
    erasure.request_erasure(scope, by=None)
    db.session.commit()
    left = rows_left(scope)
    assert "interviews" in left and "recordings" not in left and "analyses" not in left and files() == 0


def test_a_legal_hold_keeps_everything(make, interview):
    hold = LegalHold(interview_id=interview.id, reason="A claim was announced.", by_id=make.user().id)
    db.session.add(hold)
    db.session.commit()
    scope = erasure.scope_of_interview(interview.id)
    assert erasure.plan(scope).held == [interview.id]
    with pytest.raises(erasure.ErasureError, match="legal hold"):
        erasure.request_erasure(scope, by=make.user())
    hold.ended_at = now()
    db.session.commit()
    assert erasure.request_erasure(scope, by=make.user()).done_at


def test_four_eyes_are_two_people(make, interview, app):
    app.config["ERASURE_FOUR_EYES"] = True
    asking, agreeing = make.user(Role.ADMIN), make.user(Role.ADMIN)
    row = erasure.request_erasure(erasure.scope_of_interview(interview.id), by=asking)
    db.session.commit()
    assert row.done_at is None and db.session.get(Interview, interview.id)
    assert row.due_at - row.requested_at <= timedelta(days=7, seconds=1)
    with pytest.raises(erasure.ErasureError, match="Somebody else"):
        erasure.approve(row, by=asking)
    interview_id = interview.id
    erasure.approve(row, by=agreeing)
    db.session.commit()
    assert row.done_at and db.session.get(Interview, interview_id) is None


# Clocks


def test_without_a_rule_nothing_goes_by_itself(make, interview):
    interview.submitted_at = now() - timedelta(days=4000)
    db.session.commit()
    assert clocks.erase_due() == 0


def test_each_class_has_its_clock_and_the_smallest_place_wins(make, interview):
    for place, kept, days in (("", Kept.MEDIA, 100), ("CA", Kept.MEDIA, 30), ("", Kept.READINGS, 400)):
        db.session.add(RetentionRule(place=place, kept=kept, days=days))
    interview.submitted_at = now() - timedelta(days=31)
    db.session.commit()
    assert clock(interview, Kept.MEDIA).due == interview.submitted_at + timedelta(days=30)
    assert clock(interview, Kept.RECORDS).due is None
    assert clocks.erase_due() == 1
    left = rows_left(erasure.scope_of_interview(interview.id))
    assert "recordings" not in left and "takes" not in left and "analyses" in left and "answers" in left
    assert db.session.scalars(sa.select(Erasure.ground)).one() == "retention"
    assert clocks.erase_due() == 0


def test_an_interview_whose_readings_are_gone_is_not_said_to_be_analysed_for_ever(interview):
    """Nobody has decided on it, so it waits for people to; no program will read it again."""
    admin, invitation_id = interview.invitation.created_by, interview.invitation_id
    db.session.execute(sa.delete(Report))  # an analysis is tried again: nothing was erased
    db.session.commit()
    assert entry_of(admin, invitation_id).status is Status.ANALYSING
    db.session.add(RetentionRule(place="", kept=Kept.READINGS, days=30))
    interview.submitted_at = now() - timedelta(days=31)
    db.session.commit()
    assert clocks.erase_due() == 1
    db.session.commit()
    entry = entry_of(admin, invitation_id)
    assert (entry.status, entry.needs_review) == (Status.READY, True)
    assert clocks.erase_due() == 0


def test_illinois_wants_it_destroyed_within_three_years_whatever_the_rule(make, interview):
    interview.position.country, interview.position.region = "US", "US-IL"
    interview.submitted_at = now() - timedelta(days=3 * 365 + 1)
    db.session.add(RetentionRule(place="", kept=Kept.MEDIA, days=3660))
    db.session.commit()
    assert clock(interview, Kept.MEDIA).due <= now()
    assert clocks.erase_due() == 1


def test_records_are_never_shorter_than_the_law_wants(make, interview):
    interview.position.country, interview.position.region = "US", "US-CA"
    db.session.add(RetentionRule(place="", kept=Kept.RECORDS, days=30))
    db.session.commit()
    found = clock(interview, Kept.RECORDS)
    assert found.due == found.not_before and found.due > now() + timedelta(days=4 * 365)


def test_what_comes_back_with_a_backup_is_erased_again(make, interview):
    erasure.request_erasure(erasure.scope_of_interview(interview.id), by=make.user())
    db.session.commit()
    old_id = erasure.remembered().pop()
    back = make.interview(id=old_id)
    assert back.id == old_id and clocks.erase_again() == 1
    assert db.session.get(Interview, old_id) is None and clocks.erase_again() == 0


# The command


def run(app, *arguments: str) -> tuple[int, str, str]:
    result = app.test_cli_runner().invoke(args=["erase", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_prints_counts(app, interview):
    status, said, _ = run(app, "--interview", interview.id, "--dry-run", "--json")
    found = json.loads(said)
    assert status == 0 and found["tables"]["interviews"] == 1 and found["files"] > 0
    status, said, _ = run(app, "--email", "kim@viva.test", "--dry-run")
    assert status == 0 and "recordings" in said and "share links" in said
    assert db.session.get(Interview, interview.id)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--dry-run"],
        ["--interview", "nothing", "--dry-run"],
        ["--email", "nobody@viva.test", "--dry-run", "--json"],
        ["--interview", "x", "--email", "y", "--dry-run"],
        ["--interview", "x"],
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(app, arguments):
    status, said, error = run(app, *arguments)
    assert status == 2 and said == "" and error.startswith("viva: ") and error.count("\n") == 1


def test_no_word_is_left_in_the_databases_file(make, app):
    def one(said: str, written: str):
        invitation = make.invitation(question_set=make.question_set("video text"))
        return answered(make, invitation, said, written)

    gone, stays = one("zymurgical sourdough", "pumpernickel"), one("steadfast words", "written steadily")
    db.session.commit()
    erasure.request_erasure(erasure.scope_of_interview(gone.id), by=None)
    db.session.commit()
    db.session.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
    content = Path(db.engine.url.database).read_bytes()
    assert b"steadfast" in content and stays.id.encode() in content
    assert [word for word in (b"zymurgical", b"pumpernickel") if word in content] == []
