"""Two to four people beside each other: the order, the names, the blind rule, the reference."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.webapp.analysis.conftest import models, run_all
from tests.webapp.analysis.samples import answer_all
from webapp.accounts.models import Role
from webapp.comparison.side_by_side import compare, shuffled
from webapp.core.database import db, now
from webapp.interviews.models import InterviewState
from webapp.reviews import operations as reviews
from webapp.reviews.operations import Given

__all__ = ["models", "run_all"]


@pytest.fixture
def people(make):
    """Six submitted interviews of one position."""
    recruiter = make.user()
    position, question_set = make.position(created_by=recruiter), make.question_set("text text")
    found = []
    for number in range(6):
        values = {"position": position, "question_set": question_set, "created_by": recruiter}
        interview = make.interview(invitation=make.invitation(name=f"Person {number}", **values))
        for question in question_set.questions:
            make.answer(interview, question, text=f"Answer of {number} to {question.position}.")
        interview.state, interview.submitted_at = InterviewState.SUBMITTED, now() - timedelta(days=number)
        found.append(interview)
    db.session.commit()
    return recruiter, found


def rate(interview, reviewer, score: int) -> None:
    given = {question.id: Given(score, "") for question in interview.question_set.questions}
    reviews.submit(reviews.save(interview, reviewer, given, ""))
    db.session.commit()


def page(client, interviews, **options):
    return client.get("/compare", query_string={"interview": [each.id for each in interviews], **options})


def test_the_order_is_shuffled_and_stays(make, people):
    _recruiter, interviews = people
    ids = [each.id for each in interviews[:4]]
    readers = [make.user() for _ in range(12)]
    orders = {tuple(shuffled(reader, ids)) for reader in readers}
    assert len(orders) > 4
    assert all(shuffled(reader, ids) == shuffled(reader, ids[::-1]) for reader in readers)


def test_questions_are_rows_and_people_columns(client, sign_in, people):
    recruiter, interviews = people
    sign_in(recruiter)
    text = page(client, interviews[:3]).text
    for number in range(3):
        assert f"Answer of {number} to 1." in text and f"Answer of {number} to 2." in text
    assert "Answer of 3" not in text
    found = compare(recruiter, [each.id for each in interviews[:3]])
    names = [person.name for person in found.people]
    assert [text.index(f">{name}</h3>") for name in names] == sorted(text.index(f">{name}</h3>") for name in names)


@pytest.mark.parametrize("number", [0, 1, 5])
def test_fewer_than_two_and_more_than_four_are_refused(client, sign_in, people, number):
    recruiter, interviews = people
    sign_in(recruiter)
    answer = page(client, interviews[:number], position=interviews[0].position_id)
    assert answer.status_code == 422 and "two to four" in answer.text


def test_people_of_two_positions_are_refused(make, client, sign_in, people):
    _recruiter, interviews = people
    sign_in(make.user(Role.ADMIN))
    other = make.interview(state=InterviewState.SUBMITTED, submitted_at=now())
    answer = page(client, [interviews[0], other])
    assert answer.status_code == 422 and "one position" in answer.text


def test_names_can_be_hidden(client, sign_in, people):
    recruiter, interviews = people
    sign_in(recruiter)
    text = page(client, interviews[:2], names="hidden", media="hidden").text
    assert "Candidate A" in text and "Candidate B" in text and "Person 0" not in text and "Person 1" not in text


def test_scorecards_show_only_where_ones_own_is_in(app, make, client, sign_in, people):
    recruiter, interviews = people
    colleague = make.user(Role.ADMIN, name="Ada Lindqvist")
    app.config["BLIND_REVIEW"] = True
    for interview in interviews[:2]:
        rate(interview, colleague, 4)
    rate(interviews[0], recruiter, 2)
    sign_in(recruiter)
    text = page(client, interviews[:2]).text
    assert text.count("Ada Lindqvist:") == 2  # one for each question of the first person, and none of the second
    assert text.count("hidden until you submit") == 1


def test_the_reference_has_its_n_and_never_comes_of_what_is_hidden(app, make, people):
    recruiter, interviews = people
    colleague = make.user(Role.ADMIN)
    for interview, score in zip(interviews, (1, 2, 3, 4, 5, 5), strict=True):
        rate(interview, colleague, score)
    ids = [each.id for each in interviews[:2]]
    reference = compare(recruiter, ids).rows[0].reference
    assert (reference.n, reference.low, reference.high) == (6, 2.25, 4.75)
    app.config["BLIND_REVIEW"] = True
    reference = compare(recruiter, ids).rows[0].reference
    assert (reference.n, reference.low, reference.high) == (0, None, None)


def test_strangers_compare_nobody(make, client, sign_in, people):
    _recruiter, interviews = people
    sign_in(make.user())
    assert page(client, interviews[:2]).status_code == 404
    assert client.get(f"/compare/position/{interviews[0].position_id}").status_code == 404


def test_the_choice_lists_who_has_handed_in(client, sign_in, people):
    recruiter, interviews = people
    interviews[0].state = InterviewState.OPEN
    sign_in(recruiter)
    text = client.get(f"/compare/position/{interviews[0].position_id}").text
    assert "Person 1" in text and "Person 0" not in text


def test_small_multiples_share_one_scale_and_wait_for_ones_own_scorecard(app, make, client, sign_in, run_all):
    recruiter = sign_in(make.user())
    position, question_set = make.position(created_by=recruiter), make.question_set("video text")
    values = {"position": position, "question_set": question_set, "created_by": recruiter}
    interviews = [answer_all(make, make.interview(invitation=make.invitation(**values))) for _each in range(2)]
    for interview in interviews:
        run_all(interview)
    text = page(client, interviews).text
    assert "data-timeline " not in text and text.count("data-part=") == 1  # nothing is prepared that nobody opens
    text = page(client, interviews, analyses=1).text
    lengths = re.findall(r'data-timeline data-seconds="([^"]+)"', text)
    assert len(lengths) == 2 and len(set(lengths)) == 1
    ids = {"interview": [each.id for each in interviews], "analyses": 1}
    part = client.get("/compare", query_string=ids, headers={"X-Fragment": "1"}).text
    assert part.count("data-timeline ") == 2 and "<html" not in part
    assert client.get("/compare", query_string=ids | {"analyses": 3}, headers={"X-Fragment": "1"}).status_code == 404
    app.config["BLIND_REVIEW"] = True
    assert "data-part=" not in page(client, interviews).text
    assert "data-timeline " not in page(client, interviews, analyses=1).text
    rate(interviews[0], recruiter, 2)
    assert page(client, interviews, analyses=1).text.count("data-timeline ") == 1
