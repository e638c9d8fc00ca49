"""Moving candidates: by people, one by one and several at once, into a position's own stages; views that are kept."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import answer_all
from webapp.core import events
from webapp.core.database import db, now
from webapp.interviews import bulk, pipeline, saved_views
from webapp.interviews.filters import Filters
from webapp.interviews.models import Outcome
from webapp.interviews.pipeline import PipelineError
from webapp.interviews.saved_views import SavedViewError
from webapp.interviews.status import Status, inbox
from webapp.organisations.models import TeamRole
from webapp.organisations.operations import put_in_team
from webapp.positions.models import ReviewState, Stage
from webapp.reviews import operations, queue
from webapp.reviews.operations import Given


@pytest.fixture
def owner(make):
    return make.user()


@pytest.fixture
def position(make, owner):
    team = make.team((owner, TeamRole.OWNER))
    position = make.position(team=team, created_by=owner)
    pipeline.set_stages(position, [(None, "Phone call", ReviewState.IN_REVIEW), (None, "Offer", ReviewState.DECIDED)])
    db.session.commit()
    return position


@pytest.fixture
def submitted(make, owner, position):
    questions = make.question_set("text")

    def submitted(name: str = "Kim Tremblay"):
        invitation = make.invitation(position=position, question_set=questions, created_by=owner, name=name)
        return answer_all(make, make.interview(invitation=invitation))

    return submitted


def stage(position, name: str) -> Stage:
    return next(each for each in position.stages if each.name == name)


def test_people_move_candidates_and_every_move_is_kept(owner, position, submitted):
    interview = submitted()
    moved = []
    with events.review_moved.connected_to(lambda _app, interview_id: moved.append(interview_id)):
        pipeline.move(interview, stage(position, "Phone call"), by=owner)
        assert pipeline.move(interview, stage(position, "Phone call"), by=owner) is None
        pipeline.move(interview, ReviewState.TO_REVIEW, by=owner)
    assert moved == [interview.id] * 2 and interview.review_state is ReviewState.TO_REVIEW
    history = [(row.before, row.after, row.by_id) for row in pipeline.moves_of(interview)]
    assert history == [("To review", "Phone call", owner.id), ("Phone call", "To review", owner.id)]


def test_only_a_decision_makes_it_decided_and_only_another_changes_that(make, owner, position, submitted):
    interview = submitted()
    for to in (ReviewState.DECIDED, stage(position, "Offer")):
        with pytest.raises(PipelineError, match="Only a decision"):
            pipeline.move(interview, to, by=owner)
    interview.review_state, interview.outcome = ReviewState.DECIDED, Outcome.ADVANCE
    pipeline.move(interview, stage(position, "Offer"), by=owner)
    assert interview.stage.name == "Offer"
    with pytest.raises(PipelineError, match="record another decision"):
        pipeline.move(interview, ReviewState.TO_REVIEW, by=owner)
    with pytest.raises(PipelineError, match="another position"):
        pipeline.move(submitted("Another"), Stage(position=make.position(created_by=owner), name="X"), by=owner)
    with pytest.raises(PipelineError, match="not submitted"):
        pipeline.move(make.interview(invitation=make.invitation(position=position)), ReviewState.IN_REVIEW, by=owner)


def test_beginning_a_scorecard_puts_it_into_review(owner, submitted):
    interview = submitted()
    operations.save(interview, owner, {interview.question_set.questions[0].id: Given(3)}, "")
    assert interview.review_state is ReviewState.IN_REVIEW


def test_stages_are_renamed_kept_in_order_and_never_lose_a_candidate(owner, position, submitted):
    interview, call = submitted(), stage(position, "Phone call")
    pipeline.move(interview, call, by=owner)
    with pytest.raises(PipelineError, match="Move them first"):
        pipeline.set_stages(position, [(call.id, "Phone call", ReviewState.DECIDED)])
    with pytest.raises(PipelineError, match="same name"):
        pipeline.set_stages(position, [(None, "A", ReviewState.IN_REVIEW), (None, "a", ReviewState.IN_REVIEW)])
    db.session.rollback()
    pipeline.move(interview, stage(position, "Phone call"), by=owner)
    pipeline.set_stages(position, [(None, "Panel", ReviewState.IN_REVIEW), (call.id, "Call", ReviewState.IN_REVIEW)])
    assert [each.name for each in position.stages] == ["Panel", "Call"] and interview.stage.name == "Call"
    # The name of one that is there is that one, and two may change names.
    pipeline.set_stages(position, [(None, "call", ReviewState.IN_REVIEW), (None, "Panel", ReviewState.IN_REVIEW)])
    assert [each.name for each in position.stages] == ["call", "Panel"] and interview.stage.name == "call"
    panel = stage(position, "Panel")
    pipeline.set_stages(position, [(call.id, "Panel", ReviewState.IN_REVIEW), (panel.id, "call", ReviewState.DECIDED)])
    assert [each.name for each in position.stages] == ["Panel", "call"] and interview.stage.name == "Panel"
    pipeline.set_stages(position, [])
    db.session.refresh(interview)
    assert interview.stage is None and interview.review_state is ReviewState.IN_REVIEW


def test_several_are_changed_at_once_and_who_cannot_be_says_why(client, make, sign_in, owner, position, submitted):
    ready, other = submitted("Ready"), submitted("Other")
    waiting = make.invitation(position=position, created_by=owner, name="Waiting")
    sign_in(owner)
    ids = [ready.invitation_id, other.invitation_id, waiting.id]
    to = stage(position, "Phone call").id
    page = client.post("/interviews/several", data={"id": ids, "do": f"move-{to}"}, follow_redirects=True).text
    assert "2 candidates changed" in page and "Waiting: The candidate has not submitted" in page
    assert ready.stage_id == other.stage_id == to
    before = waiting.deadline
    page = client.post("/interviews/several", data={"id": ids, "do": "extend-7"}, follow_redirects=True).text
    assert "1 candidate changed" in page and (waiting.deadline - before).days == 7
    client.post("/interviews/several", data={"id": ids, "do": "revoke"})
    assert waiting.revoked_at is not None
    assert "Tick the candidates first" in client.post("/interviews/several", follow_redirects=True).text


def test_a_reviewer_moves_nobody(make, position, submitted):
    reviewer = make.user()
    make.team((reviewer, TeamRole.REVIEWER), name="Other")

    put_in_team(position.team, reviewer, TeamRole.REVIEWER)
    rows = bulk.chosen(reviewer, [submitted().invitation_id])
    result = bulk.move(rows, "in_review", by=reviewer)
    assert (result.done, len(result.refused)) == (0, 1) and "does not allow" in result.refused[0][1]


def test_filters_narrow_and_survive_an_address(owner, position, submitted):
    waits, called, decided = submitted("Waits"), submitted("Called"), submitted("Decided")
    pipeline.move(called, stage(position, "Phone call"), by=owner)
    decided.review_state, decided.outcome = ReviewState.DECIDED, Outcome.HOLD
    db.session.commit()

    def names(filters: Filters) -> set[str]:
        return {entry.invitation.name for entry in inbox(owner, Filters.read(filters.address())).entries}

    assert names(Filters(stage="to_review")) == {"Waits"}
    assert names(Filters(stage=stage(position, "Phone call").id)) == {"Called"}
    assert names(Filters(outcome=Outcome.HOLD)) == {"Decided"} and names(Filters(outcome=Outcome.ADVANCE)) == set()
    assert names(Filters(waits="me")) == {"Waits", "Called"}
    assert names(Filters(team=position.team_id)) == {"Waits", "Called", "Decided"} and names(Filters(team="x")) == set()
    today = now().date()
    assert (
        len(names(Filters(since=today, until=today))) == 3 and names(Filters(until=today.replace(year=2020))) == set()
    )
    assert Filters.read({"status": "nonsense", "since": "x", "outcome": "best", "sort": "score"}) == Filters()
    operations.submit(operations.save(waits, owner, {waits.question_set.questions[0].id: Given(3)}, ""))
    assert names(Filters(waits="me")) == {"Called"}


def test_views_are_ones_own_and_replaced_by_name(client, make, sign_in, owner):
    sign_in(owner)
    client.post("/interviews/views", data={"name": "Mine", "status": "ready", "q": "kim"})
    client.post("/interviews/views", data={"name": "mine", "status": "expired"})
    (view,) = saved_views.views_of(owner)
    assert (view.name, view.query) == ("mine", "status=expired")
    assert "/interviews?status=expired" in client.get("/interviews?q=nobody").text
    with pytest.raises(SavedViewError, match="filter"):
        saved_views.save_view(owner, "Empty", Filters())
    stranger = sign_in(make.user())
    assert saved_views.views_of(stranger) == [] and Filters(status=Status.EXPIRED).query == view.query
    assert client.post(f"/interviews/views/{view.id}/delete").status_code == 404


def test_review_next_leads_through_the_queue_by_when_it_was_submitted(client, sign_in, owner, position, submitted):
    first, second, third = (submitted(name) for name in ("First", "Second", "Third"))
    assert queue.next_for(owner, position.id) is first and queue.count_for(owner, position.id) == 3
    assert queue.next_for(owner, position.id, first) is second and queue.next_for(owner, position.id, third) is first
    operations.submit(operations.save(first, owner, {first.question_set.questions[0].id: Given(3)}, ""))
    assert queue.next_for(owner, position.id) is second
    sign_in(owner)
    assert client.get(f"/reviews/positions/{position.id}/next").location == f"/reviews/{second.id}/answers/1"
    assert "Review next</a>" in client.get(f"/positions/{position.id}").text.replace(" (2)", "")
    for each in (second, third):
        operations.skip(each, owner)
    answer = client.get(f"/reviews/positions/{position.id}/next", follow_redirects=True)
    assert "Nothing waits for your scorecard here" in answer.text


def test_a_positions_page_costs_the_same_few_queries_however_many_candidates_there_are(
    app, client, sign_in, owner, position, submitted
):
    sign_in(owner)
    seen: list[str] = []
    submitted("0")

    def queries() -> int:
        client.get(f"/positions/{position.id}")
        seen.clear()
        assert client.get(f"/positions/{position.id}").status_code == 200
        return len(seen)

    sa.event.listen(db.engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    one = queries()
    for number in range(6):
        submitted(str(number))
    assert queries() == one <= 30


def test_no_list_can_be_sorted_by_what_a_model_said(client, sign_in, owner, position, submitted):
    submitted("A"), submitted("B")
    sign_in(owner)
    for path in ("/interviews", f"/positions/{position.id}"):
        page = client.get(path).text
        plain = [line for line in page.splitlines() if "data-row" in line]
        for words in ("sort=score", "order=emotion", "sort=big5"):
            assert [line for line in client.get(f"{path}?{words}").text.splitlines() if "data-row" in line] == plain
        assert "aria-sort" not in page
