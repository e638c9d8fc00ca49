"""Agreement: spread by competency, correlations where there is enough, and only of interviews that one may review."""

from __future__ import annotations

import pytest

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.interviews.models import Interview
from webapp.reviews import agreement, operations
from webapp.reviews.operations import Given


@pytest.fixture
def score(question_set):
    """``score(interview, reviewer, 4, 3, 5)``: the two competencies of the first answer, and the second answer."""

    def score(interview, reviewer, first, second, whole):
        one, two = interview.question_set.questions
        given = {one.id: Given(None, "", {"c1": first, "c2": second}), two.id: Given(whole)}
        operations.submit(operations.save(interview, reviewer, given, ""))
        db.session.commit()

    return score


def test_by_competency_over_a_position(make, submit, score, recruiter):
    others = [make.user(Role.ADMIN), make.user(Role.ADMIN)]
    for n in range(6):
        interview = submit(f"Person {n}")
        for shift, reviewer in enumerate((recruiter, *others)):
            score(interview, reviewer, 1 + n % 5, 1 + (n + 2 * shift) % 5, 3)
    submit("Nobody scored this one")
    rows = {row.name: row for row in agreement.of_position(interview.position_id, recruiter)}
    assert set(rows) == {"Problem solving", "Collaboration", "The answer as a whole"}
    solving, collaboration, whole = rows["Problem solving"], rows["Collaboration"], rows["The answer as a whole"]
    assert (solving.interviews, solving.apart, solving.agreement.value) == (6, 0, 1)
    assert collaboration.apart > 2 and collaboration.agreement.value < 0.2
    assert whole.agreement is None, "everybody gave everybody a three: nothing to tell apart"
    assert agreement.of_position(interview.position_id, make.user()) == []


def test_the_page_says_not_enough(client, make, submit, score, recruiter):
    interview = submit()
    score(interview, recruiter, 5, 4, 3)
    score(interview, make.user(Role.ADMIN), 2, 4, 3)
    page = client.get(f"/reviews/{interview.id}").text
    assert (
        "2 to 5" in page and "discuss this" in page and "agreed" in page and "not enough data for an intraclass" in page
    )
    page = client.get(f"/reviews/agreement/{interview.position_id}").text
    assert "Problem solving" in page and "not enough data" in page and "3.0 points" in page


def test_the_newest_version_of_each_reviewer_counts(submit, make, score, recruiter):
    interview, other = submit(), make.user(Role.ADMIN)
    score(interview, recruiter, 1, 1, 1)
    operations.take_up(interview, recruiter)
    score(interview, recruiter, 5, 5, 5)
    score(interview, other, 5, 5, 5)
    assert [row.apart for row in agreement.of_position(interview.position_id, recruiter)] == [0, 0, 0]


def test_strangers_see_no_agreement(client, make, sign_in, interview):
    position_id = db.session.get(Interview, interview.id).position_id
    sign_in(make.user())
    assert client.get(f"/reviews/agreement/{position_id}").status_code == 404


def test_spread():
    assert agreement.spread([3, None]) is None and agreement.spread([]) is None
    found = agreement.spread([2, None, 4, 3])
    assert (found.low, found.high, found.n, found.apart) == (2, 4, 3, True)
