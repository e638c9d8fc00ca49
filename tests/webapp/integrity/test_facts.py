"""Neutral facts: off by default, told beforehand, noted without content, and never a verdict or an order."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.candidate import operations as candidate
from webapp.core.database import db, now
from webapp.integrity import operations, texts
from webapp.integrity.models import FactKind, IntegrityFact, IntegrityNotice
from webapp.interviews.models import InterviewState


@pytest.fixture
def interview(make, open_interview):
    """An interview whose consents were not asked yet; the test client is its candidate."""
    row = candidate.open_interview(make.invitation(question_set=make.question_set("text")))
    db.session.commit()
    return open_interview(row)


def count(model) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def begin(client, interview) -> str:
    """Agree to what is asked; the page on which that was asked."""
    page = client.get(f"/interview/{interview.id}/consent").text
    client.post(f"/interview/{interview.id}/consent", data={})
    return page


def tell_fact(client, interview, **body):
    return client.post(f"/interview/{interview.id}/questions/1/facts", json=body)


def test_nothing_is_said_or_noted_unless_the_position_asks(client, interview):
    assert "What is noted while you answer" not in begin(client, interview)
    assert count(IntegrityNotice) == 0
    assert "data-facts" not in client.get(f"/interview/{interview.id}/questions/1").text
    assert tell_fact(client, interview, kind="left_page", amount=9).status_code == 204
    assert count(IntegrityFact) == 0


def test_candidates_are_told_before_they_begin_and_the_wording_is_kept(client, interview):
    operations.switch(interview.position, True, by=interview.invitation.created_by)
    assert texts.text(interview.organisation_id).noted[0] in begin(client, interview)
    row = db.session.get(IntegrityNotice, interview.id)
    assert (row.text_version, row.text_language) == (texts.VERSION, "en")
    assert "data-facts" in client.get(f"/interview/{interview.id}/questions/1").text
    tell_fact(client, interview, kind="left_page", amount=9)
    tell_fact(client, interview, kind="pasted", amount=120)
    facts = operations.facts_of(interview.answers[0])
    assert [(fact.kind, fact.amount) for fact in facts] == [(FactKind.LEFT_PAGE, 9), (FactKind.PASTED, 120)]


def test_who_was_not_told_is_not_noted(client, interview):
    begin(client, interview)
    operations.switch(interview.position, True, by=interview.invitation.created_by)
    db.session.commit()
    tell_fact(client, interview, kind="left_page", amount=9)
    assert count(IntegrityFact) == 0


@pytest.mark.parametrize(
    "body", [{}, {"kind": "looked_away", "amount": 1}, {"kind": "pasted", "amount": -1}, {"kind": "pasted"},
             {"kind": "pasted", "amount": 1e9}, {"kind": "pasted", "amount": True}, {"kind": ["pasted"], "amount": 1}]
)  # fmt: skip
def test_nothing_else_can_be_noted(client, interview, body):
    operations.switch(interview.position, True, by=interview.invitation.created_by)
    begin(client, interview)
    assert tell_fact(client, interview, **body).status_code == 400
    assert count(IntegrityFact) == 0


def test_no_more_than_so_many_are_noted(client, interview):
    operations.switch(interview.position, True, by=interview.invitation.created_by)
    begin(client, interview)
    tell_fact(client, interview, kind="left_page", amount=9)
    answer = interview.answers[0]
    for _each in range(operations.MOST + 5):
        operations.note(answer, FactKind.LEFT_PAGE, 3)
    assert count(IntegrityFact) == operations.MOST


def test_reviewers_see_them_one_by_one_and_in_no_list(client, interview, sign_in):
    recruiter = interview.invitation.created_by
    operations.switch(interview.position, True, by=recruiter)
    begin(client, interview)
    tell_fact(client, interview, kind="pasted", amount=120)
    interview.state, interview.submitted_at = InterviewState.SUBMITTED, now()
    interview.answers[0].text = "An answer."
    db.session.commit()
    sign_in(recruiter)
    page = client.get(f"/reports/{interview.id}").text
    assert "Pasted text of 120 characters" in page and "without a judgement" in page
    here = f"/reviews/{interview.id}/answers/1/analyses"
    client.application.config["BLIND_REVIEW"] = True  # before one's own scorecard nothing colours the answer
    assert client.get(here).status_code == 404
    assert "Pasted text" not in client.get(f"/reports/{interview.id}").text
    client.post(f"/reviews/{interview.id}/skip")
    assert "Pasted text of 120 characters" in client.get(here).text
    for path in ("/interviews", f"/positions/{interview.position_id}/interviews.csv", "/search?q=pasted"):
        assert "Pasted" not in client.get(path).text
    operations.switch(interview.position, False, by=recruiter)
    assert "Pasted text" not in client.get(f"/reports/{interview.id}").text


def test_only_who_manages_the_position_switches_it(client, interview, make, sign_in):
    path = f"/positions/{interview.position_id}/integrity"
    sign_in(make.user(Role.RECRUITER))
    assert client.post(path, data={"on": "yes"}).status_code == 404
    sign_in(make.user(Role.CANDIDATE))
    assert client.post(path, data={"on": "yes"}).status_code in (403, 404)
    sign_in(interview.invitation.created_by)
    assert client.post(path, data={"on": "yes"}).status_code == 302 and operations.is_on(interview.position)
    assert client.post(path, data={"on": "no"}).status_code == 302 and not operations.is_on(interview.position)


def test_they_go_with_the_interview(client, interview):
    operations.switch(interview.position, True, by=interview.invitation.created_by)
    begin(client, interview)
    tell_fact(client, interview, kind="pasted", amount=120)
    db.session.delete(db.session.get(type(interview), interview.id))
    db.session.commit()
    assert count(IntegrityFact) == count(IntegrityNotice) == 0
