"""How many statements the pages of the hiring side ask the database for an interview of five answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from ml.transcripts.transcript import Transcript, Word
from tests.webapp.analysis.conftest import models, run_all
from tests.webapp.analysis.samples import answer_all
from webapp.core.database import db, now
from webapp.interviews.models import Interview, Outcome
from webapp.organisations.models import TeamRole
from webapp.organisations.operations import put_in_team
from webapp.positions.models import ReviewState
from webapp.questions.guide import Competency, clean
from webapp.reviews.models import Decision, Rating, Scorecard, ScorecardState
from webapp.transcripts import store
from webapp.transcripts.models import Origin

__all__ = ["models", "run_all"]

#: Of one page, at most.
MOST = 15
SAID = Transcript(
    [Word(text, 0.3 * at, 0.3 * at + 0.2) for at, text in enumerate("a weasel and an otter".split())], "en"
)


@pytest.fixture
def submitted(make, recruiter, run_all) -> Callable[..., Interview]:
    """An interview of five recorded answers with transcripts and analyses; decided by two, or not reviewed yet."""
    questions = make.question_set("video " * 5, state="draft")
    guide = clean([Competency("", "Problem solving", {5: "Found the cause"}, ["Names the problem"])])
    for question in questions.questions:
        question.guide, question.rubric = guide.to_json(), guide.rubric
    position = make.position(created_by=recruiter)
    colleague = make.user()
    put_in_team(position.team, colleague, TeamRole.RECRUITER)

    def submitted(*, decided: bool) -> Interview:
        invitation = make.invitation(created_by=recruiter, question_set=questions, position=position)
        interview = answer_all(make, make.interview(invitation=invitation))
        for answer in interview.answers:
            store.add(answer, SAID, Origin.TYPED, by_machine=False)
        db.session.commit()
        run_all(interview)
        if decided:
            for person in (recruiter, colleague):
                ratings = [Rating(question_id=each.id, competency="c1", score=4) for each in interview.questions]
                db.session.add(
                    Scorecard(
                        interview_id=interview.id, reviewer_id=person.id, state=ScorecardState.SUBMITTED,
                        closed_at=now(), ratings=ratings,
                    )
                )  # fmt: skip
            db.session.add(
                Decision(
                    interview_id=interview.id, outcome=Outcome.HOLD, reason="R", by_id=colleague.id, final_at=now()
                )
            )
            interview.review_state, interview.outcome = ReviewState.DECIDED, Outcome.HOLD
            db.session.commit()
        return interview

    return submitted


def test_no_page_asks_more_than_a_few(client, submitted):
    done, waits = submitted(decided=True).id, submitted(decided=False).id
    paths = {
        "/interviews": 200, "/interviews?q=kim": 200, "/search?q=weasel+otter": 200, f"/reports/{done}": 200,
        "/reviews/next": 302, f"/reviews/{waits}/answers/1": 200, f"/reviews/{waits}/answers/2": 200,
        f"/reviews/{done}/answers/1": 200, f"/reviews/{done}": 200,
    }  # fmt: skip
    db.session.remove()
    seen: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    counts = {}
    for path, status in paths.items():
        seen.clear()
        assert client.get(path).status_code == status
        # What is audited is written when the page is out.
        counts[path] = sum("audit_" not in statement for statement in seen)
    assert {path: count for path, count in counts.items() if count > MOST} == {}, counts
