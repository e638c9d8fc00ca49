"""Who says who they are, what is kept of it, and what admins see: numbers of groups and nothing else."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.core.database import db, now
from webapp.core.personal_data import Scope
from webapp.exports import document
from webapp.fairness import operations, receivers, report
from webapp.fairness.categories import Ethnicity, Sex
from webapp.fairness.models import BiasReport, SelfIdentification
from webapp.governance import erasure
from webapp.interviews.models import InterviewState, Outcome
from webapp.reviews.models import Rating, Scorecard, ScorecardState

DAY = {"since": date(2026, 1, 1), "until": date(2999, 1, 1)}


@pytest.fixture
def hired(make):
    """Twelve women of whom three advance, ten men of whom five do, two others, and one who says nothing."""
    recruiter = make.user(Role.ADMIN, name="Rita Reviewer")
    position = make.position("US", region="US-IL", created_by=recruiter)
    questions = make.question_set("text")
    people = [(Sex.FEMALE, each < 3) for each in range(12)] + [(Sex.MALE, each < 5) for each in range(10)]
    people += [(Sex.OTHER, True)] * 2 + [(None, False)]
    for number, (sex, advanced) in enumerate(people):
        interview = make.interview(
            invitation=make.invitation(position=position, question_set=questions, created_by=recruiter),
            state=InterviewState.SUBMITTED, submitted_at=now(), outcome=Outcome.ADVANCE if advanced else None,
        )  # fmt: skip
        if sex:
            operations.identify(interview, sex, Ethnicity.ASIAN if number % 2 else Ethnicity.HISPANIC)
        card = Scorecard(interview=interview, reviewer=recruiter, state=ScorecardState.SUBMITTED, closed_at=now())
        card.ratings = [
            Rating(question_id=questions.questions[0].id, competency="", score=4 if advanced else 2, note="")
        ]
        db.session.add(card)
    db.session.commit()
    return recruiter


def test_counts_by_sex_by_ethnicity_and_by_both(hired):
    body = report.body(hired.organisation_id, **DAY)
    assert (body["people"], body["unsaid"]) == (25, 1)
    advanced = next(each for each in body["sections"] if each["kind"] == "advanced")
    rows = advanced["groups"]["sex"]
    assert (rows["female"]["n"], rows["female"]["chosen"], rows["male"]["chosen"]) == (12, 3, 5)
    assert rows["male"]["reference"] and rows["female"]["ratio"] == pytest.approx(0.5)
    assert rows["other"] == {"n": 2}  # too few to say more, though both advanced
    assert set(advanced["groups"]["both"]) >= {"female asian", "male hispanic"}
    assert advanced["unknown"] == {"sex": 1, "ethnicity": 1, "both": 1}
    scored = {each["kind"]: each for each in body["sections"]}
    assert scored["scored"]["groups"]["sex"]["female"]["chosen"] == 3
    assert scored["reviewer"]["name"] == "Rita Reviewer" and scored["reviewed"]["groups"]["sex"]["male"]["rate"] == 1.0


def test_pages_tables_and_documents(client, sign_in, hired, make):
    sign_in(hired)
    today = now().date()
    made = client.post("/policy/bias/", data={"since": "2026-01-01", "until": today.isoformat()})
    page = client.get(made.location).text
    assert "n too small" in page and "25.0 %" in page and "Rita Reviewer" in page and "0.50" in page
    table = list(csv.DictReader(io.StringIO(client.get(f"{made.location}/report.csv").text)))
    row = next(each for each in table if each["section"] == "advanced" and each["category"] == "female")
    assert (row["n"], row["chosen"], float(row["ratio"])) == ("12", "3", 0.5)
    pdf = client.get(f"{made.location}/report.pdf")
    assert pdf.status_code == 302 or pdf.data[:5] == b"%PDF-"
    lines = list(csv.reader(io.StringIO(client.get(f"/policy/bias/illinois.csv?year={today.year}").text)))
    assert [line[1:] for line in lines if "Asian" in line[1]] == [["Asian", "12", "4", "8"]]
    late = client.post("/policy/bias/", data={"since": "2026-01-01", "until": "2999-01-01"}, follow_redirects=True)
    assert "no later than today" in late.text
    sign_in(make.user(Role.ADMIN, organisation_id=make.organisation().id))
    assert client.get(made.location).status_code == 404


def test_the_document_runs_as_its_language_does(client, sign_in, hired, monkeypatch):
    monkeypatch.setattr(document, "pdf_of", lambda html: html.encode())
    row = operations.make_report(hired.organisation_id, **DAY)
    hired.language = "ar"
    db.session.commit()
    sign_in(hired)
    assert '<html lang="ar" dir="rtl">' in client.get(f"/policy/bias/{row.id}/report.pdf").text


def test_a_candidate_says_it_after_handing_in_and_takes_it_back(client, make, open_interview):
    interview = open_interview(make.interview())
    path = f"/interview/{interview.id}/about-you"
    assert client.get(path).status_code == 404
    interview.state, interview.submitted_at = InterviewState.SUBMITTED, now()
    db.session.commit()
    assert "about-you" in client.get(f"/interview/{interview.id}/arrived").text
    client.post(path, data={"sex": "female", "ethnicity": "asian"})
    assert operations.said(interview) == (Sex.FEMALE, Ethnicity.ASIAN)
    assert 'value="asian" checked' in client.get(path).text
    assert client.post(path, data={"sex": "x"}).status_code == 400
    client.post(path, data={"forget": "yes"})
    assert operations.said(interview) is None


def test_rows_lead_to_nobody_without_the_key_and_go_with_an_erasure(app, make):
    interview = make.interview(state=InterviewState.SUBMITTED, submitted_at=now())
    operations.identify(interview, Sex.FEMALE, Ethnicity.BLACK)
    row = db.session.scalars(sa.select(SelfIdentification)).one()
    assert interview.id not in (row.token, row.sealed) and "female" not in row.sealed
    assert set(SelfIdentification.__table__.c.keys()) == {"token", "nonce", "sealed"}
    app.config["SELF_IDENTIFICATION_KEY"] = "another key"
    assert operations.said(interview) is None
    app.config["SELF_IDENTIFICATION_KEY"] = None
    erasure.request_erasure(Scope((interview.id,), (interview.invitation_id,)), by=interview.invitation.created_by)
    assert db.session.scalars(sa.select(SelfIdentification)).all() == []


def test_each_quarter_one_is_made(hired):
    assert receivers.quarter_of(date(2026, 12, 1)) == date(2026, 10, 1)
    later = now().date() + timedelta(days=100)
    assert receivers.make_due(later) == 1 and receivers.make_due(later) == 0
    row = db.session.scalars(sa.select(BiasReport)).one()
    assert row.scheduled and row.until == receivers.quarter_of(later) - timedelta(days=1)
    assert row.body["people"] == 25 and timedelta(363) < row.until - row.since < timedelta(366)
