"""Scoring guides as data: what is kept, what is refused, and questions of before that have none."""

from __future__ import annotations

import pytest

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.questions.guide import LONGEST_LEVEL, Competency, GuideError, ScoringGuide, clean, guide_of
from webapp.questions.models import Question, QuestionKind

FULL = [
    Competency(
        "",
        " Problem  solving ",
        {1: "Nothing", 5: "Cause and effect"},
        ["- Names it", "Names it"],
        [" “I measured.” ", ""],
    ),
    Competency("", "Collaboration"),
    Competency("", "", {}, [" "], []),
]


def test_what_was_typed_is_trimmed_and_keyed():
    guide = clean(FULL)
    first, second = guide.competencies
    assert first == Competency(
        "c1", "Problem solving", {1: "Nothing", 5: "Cause and effect"}, ["Names it"], ["“I measured.”"]
    )
    assert second == Competency("c2", "Collaboration") and guide.rubric == "Names it"
    assert ScoringGuide.from_json(guide.to_json()) == guide
    assert clean([Competency("", "")]) is None


def test_a_competency_keeps_its_key_when_others_come_and_go():
    guide = clean(FULL)
    later = clean(
        [Competency("", "Planning"), Competency("c2", "Working together"), Competency("", "problem solving")],
        earlier=guide,
    )
    assert [(one.key, one.name) for one in later.competencies] == [
        ("c3", "Planning"), ("c2", "Working together"), ("c1", "problem solving"),
    ]  # fmt: skip
    assert len(set(clean([Competency("c1", "A"), Competency("c1", "B")]).keys)) == 2


@pytest.mark.parametrize(
    "competencies",
    [
        [Competency("", "", {}, ["A point without a name"])],
        [Competency("", "x" * 81)],
        [Competency("", "A", {3: "x" * (LONGEST_LEVEL + 1)})],
        [Competency("", "A"), Competency("", "a")],
        [Competency("", f"C{n}") for n in range(7)],
        [Competency("", f"C{n}", {}, [f"Point {n} {m}" for m in range(5)]) for n in range(5)],
        [Competency("", "A", {}, [], ["q"] * 11)],
    ],
)
def test_what_is_no_guide_is_refused(competencies):
    with pytest.raises(GuideError):
        clean(competencies)


def test_a_question_of_before_has_the_guide_of_its_rubric(app):
    with app.test_request_context():
        guide = guide_of(Question(rubric="- Names it\n- Says why", guide=None, kind=QuestionKind.VIDEO, prompt="?"))
    assert guide.keys == [""] and guide.competencies[0].points == ["Names it", "Says why"]


def test_an_admin_writes_a_guide_and_a_new_version_keeps_it(client, make, sign_in):
    sign_in(make.user(Role.ADMIN))
    row = make.question_set("video", state="draft")
    question = row.questions[0]
    form = {
        "kind": "video", "prompt": "Tell us.", "think_seconds": "30", "limit_seconds": "60", "takes_allowed": "2", "rubric": "Old",
        "competency-0-name": "Problem solving", "competency-0-level-5": "Kept away", "competency-0-points": "Names it\nSays why",
        "competency-0-quotes": "I measured.", "competency-1-name": "",
    }  # fmt: skip
    address = f"/questions/{row.id}/questions/{question.id}"
    assert client.post(address, data=form).status_code == 302
    db.session.refresh(question)
    assert guide_of(question).competencies[0].levels == {5: "Kept away"} and question.rubric == "Names it\nSays why"
    page = client.get(address).text
    assert 'value="Problem solving"' in page and 'value="c1"' in page and "I measured." in page
    assert "Kept away" in client.get(f"/questions/{row.id}").text
    refused = client.post(address, data=form | {"competency-1-points": "Nameless"})
    assert refused.status_code == 422 and "has no name" in refused.text and "Nameless" in refused.text
    client.post(f"/questions/{row.id}/publish")
    client.post(f"/questions/{row.id}/new-version")
    copy = db.session.query(Question).filter(Question.id != question.id).one()
    assert copy.guide == question.guide
    client.post(
        address.replace(row.id, copy.question_set_id).replace(question.id, copy.id),
        data=form
        | {"competency-0-name": "", "competency-0-level-5": "", "competency-0-points": "", "competency-0-quotes": ""},
    )
    db.session.refresh(copy)
    assert copy.guide is None and copy.rubric == "Old"
