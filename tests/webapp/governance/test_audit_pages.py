"""The audit log as admins and candidates see it."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import answer_all
from webapp.accounts.models import Role
from webapp.core import scoping
from webapp.core.database import db
from webapp.governance import actions, chain, entries, erasure
from webapp.governance.models import AuditEntry


@pytest.fixture
def seen(client, make, sign_in):
    """An interview that its recruiter has opened; an admin is signed in."""
    recruiter = make.user(name="Rosa Recruiter")
    interview = answer_all(make, make.interview(invitation=make.invitation(created_by=recruiter)))
    sign_in(recruiter)
    client.get(f"/reports/{interview.id}")
    client.get(f"/reports/{interview.id}/report.json")
    sign_in(make.user(Role.ADMIN, name="Ada Admin"))
    return interview


def test_an_admin_sees_who_did_what(client, seen):
    page = client.get("/audit")
    assert page.status_code == 200
    for expected in ("Rosa Recruiter", "saw", "exported", "interview of Kim Tremblay", "127.0.0.1"):
        assert expected in page.text


def test_filters_leave_out_what_does_not_fit(client, seen):
    assert "exported" in client.get(f"/audit?about={seen.id}&action=exported").text.split("<tbody>")[1]
    assert "No entry fits" in client.get("/audit?until=2020-01-01").text
    assert "No entry fits" in client.get("/audit?who=nobody").text
    assert client.get("/audit?since=nonsense&before=x").status_code == 200


def test_pages_lead_to_older_entries(client, seen, monkeypatch):
    monkeypatch.setattr("webapp.governance.entries.PAGE", 2)
    page = client.get("/audit").text
    newest = db.session.scalar(sa.select(sa.func.max(AuditEntry.number)))
    assert f"before={newest - 1}" in page.replace("&amp;", "&")


def test_the_export_can_be_checked_by_whoever_has_it(client, seen):
    answer = client.get("/audit/export.jsonl")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["Content-Disposition"].startswith("attachment") and lines
    previous = chain.BEGINNING
    from datetime import datetime

    for line in lines:
        assert line["previous"] == previous
        previous = line["hash"]
        assert chain.digest(line | {"at": datetime.fromisoformat(line["at"])}) == previous
    assert "Kim" not in answer.text and "127.0.0.1" not in answer.text


def test_exporting_the_log_is_in_the_log(client, seen):
    heading, *rows = client.get("/audit/export.csv").text.splitlines()
    assert heading.startswith("number,at,action") and rows
    last = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number.desc())).first()
    assert (last.action, json.loads(last.facts)) == ("exported", {"page": "governance.export_csv"})


def test_the_page_checks_the_log(client, seen):
    assert "none was changed" in client.post("/audit/verify", follow_redirects=True).text
    db.session.execute(sa.update(AuditEntry).where(AuditEntry.number == 1).values(action="x"))
    assert "The log is broken" in client.post("/audit/verify", follow_redirects=True).text


def test_a_candidate_sees_their_own_part_by_role(client, make, seen, open_interview):
    other = make.interview()
    client.post("/sign-out")
    open_interview(seen)
    page = client.get(f"/interview/{seen.id}/activity")
    assert page.status_code == 200
    assert "somebody who hires" in page.text and "exported: interview" in page.text
    assert "Rosa" not in page.text and "127.0.0.1" not in page.text
    assert client.get(f"/interview/{other.id}/activity").status_code == 404


def test_a_page_that_is_added_later_is_not_forgotten(app):
    """An id of a name that nobody has put into a table counts as somebody's."""
    assert actions.subject_of({"dossier_id": "1"}) == ("dossier", "1") and actions.is_of_somebody("dossier")
    assert actions.subject_of({"set_id": "1"}) == ("question set", "1") and not actions.is_of_somebody("question set")
    assert actions.subject_of({"interview_id": "1", "answer_id": "2"}) == ("answer", "2")
    assert actions.subject_of({"token": "secret", "position": 3}) == ("", "")


def test_another_organisation_sees_nothing_of_it(client, make, seen, sign_in):
    theirs = make.organisation()
    sign_in(make.user(Role.ADMIN, organisation_id=theirs.id, name="Olga Other"))
    page = client.get("/audit").text
    assert "Olga Other" in page and "Rosa" not in page and "Kim" not in page
    assert seen.id not in client.get("/audit/export.jsonl").text
    assert "No entry fits" in client.get(f"/audit?about={seen.id}").text
    with client.application.test_request_context("/"):  # lines are sent when the request is over
        scoping.keep_to(theirs.id)
        lines = entries.export(entries.Filters(), "jsonl", db.engine)
    assert seen.id not in "".join(lines)


def test_what_was_done_with_an_interview_stays_seen_once_it_is_erased(client, seen):
    """A clock erases by nobody: the entries named an interview that was in no organisation any more."""
    interview_id = seen.id
    erasure.request_erasure(erasure.scope_of_interview(interview_id), by=None, ground="retention")
    db.session.commit()
    shown = client.get(f"/audit?about={interview_id}").text.split("<tbody>")[1]
    assert "erased" in shown and "Rosa Recruiter" in shown
