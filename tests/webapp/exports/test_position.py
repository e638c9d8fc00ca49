"""A position's interviews as CSV, XLSX and JSON."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest
import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.core.database import db, now
from webapp.interviews.models import Interview, InterviewState
from webapp.positions.models import ReviewState
from webapp.reviews import operations as reviews
from webapp.reviews.deciding import decide
from webapp.reviews.models import Outcome
from webapp.reviews.openings import note_opened
from webapp.reviews.operations import Given

FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def position(make, sign_in):
    """Two people with interviews, one of them reviewed and decided; the recruiter is signed in."""
    recruiter = make.user(name="Rosa Moreau")
    position, question_set = make.position(created_by=recruiter), make.question_set("text text")
    for name in ("Zoë Brûlé", FORMULA):
        values = {"position": position, "question_set": question_set, "created_by": recruiter}
        interview = make.interview(invitation=make.invitation(name=name, **values))
        for question in question_set.questions:
            make.answer(interview, question, text="An answer.")
        interview.state, interview.submitted_at = InterviewState.SUBMITTED, now()
    given = {question.id: Given(3, "+1 for the example") for question in question_set.questions}
    reviews.submit(reviews.save(interview, recruiter, given, "Clear."))
    for each in interview.answers:
        note_opened(each, recruiter)
    decide(interview, Outcome.HOLD, "-1", by=recruiter)
    db.session.commit()
    sign_in(recruiter)
    return position


def rows(client, position) -> list[dict[str, str]]:
    answer = client.get(f"/positions/{position.id}/interviews.csv")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_a_csv_has_a_row_for_each_scorecard_by_name(client, position):
    first, second = rows(client, position)
    assert (first["Name"], second["Name"]) == (f"'{FORMULA}", "Zoë Brûlé")
    assert (first["Decision"], first["Reason"], first["Reviewer"]) == ("Hold", "'-1", "Rosa Moreau")
    assert first["Question 2: note"] == "'+1 for the example" and first["Question 1: The answer as a whole"] == "3"
    assert (second["Decision"], second["Reviewer"], second["Question 1: note"]) == ("", "", "")


def test_no_cell_of_a_workbook_is_a_formula_and_scores_are_numbers(client, position):
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/positions/{position.id}/interviews.xlsx").data))
    assert book.sheetnames == ["Scorecards", "Questions"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert all(not str(cell.value or "").startswith(("=", "+", "-", "@")) for cell in cells)
    head = [cell.value for cell in book["Scorecards"][1]]
    assert book["Scorecards"].cell(2, 1 + head.index("Question 1: The answer as a whole")).value == 3


def test_json_says_the_same(client, position):
    found = json.loads(client.get(f"/positions/{position.id}/interviews.json").data)
    assert found["format"] == "viva-position-1" and len(found["questions"]) == 2
    first, second = found["interviews"]
    assert (first["candidate"], first["decision"]["outcome"]) == (FORMULA, "hold")
    assert [each["score"] for each in first["scorecards"][0]["ratings"]] == [3, 3]
    assert (second["decision"], second["scorecards"], second["reviews_hidden"]) == (None, [], False)


def test_the_blind_rule_holds_in_files(app, client, position, make, sign_in):
    app.config["BLIND_REVIEW"] = True
    db.session.execute(sa.update(Interview).values(review_state=ReviewState.IN_REVIEW))  # once decided, it is open
    sign_in(make.user(Role.ADMIN))
    first, _second = rows(client, position)
    assert first["Decision"] == "hidden until you submit your scorecard"
    assert (first["Reviewer"], first["Question 1: The answer as a whole"]) == ("", "")


def test_nothing_that_a_model_said_and_no_integrity_fact_is_a_column(client, position):
    words = ("expression", "emotion", "openness", "left the page", "pasted", "rank", "total", "average")
    head = " ".join(rows(client, position)[0]).lower()
    assert not [word for word in words if word in head]


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_strangers_get_no_file(client, position, make, sign_in, form):
    sign_in(make.user())
    assert client.get(f"/positions/{position.id}/interviews.{form}").status_code == 404
    sign_in(make.user(Role.CANDIDATE))
    assert client.get(f"/positions/{position.id}/interviews.{form}").status_code in (403, 404)
