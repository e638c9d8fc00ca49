"""Moving candidates: by people alone, one by one or several at once. Nothing here commits.

To review, in review and decided are every position's; a position may have stages of its own beside them, each of which
belongs to one of the three. Only a decision makes an interview decided (webapp/reviews/deciding.py).
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.accounts.models import User
from webapp.core import events
from webapp.core.database import db
from webapp.interviews.models import Interview, InterviewState, StageMove
from webapp.policy import Mode
from webapp.positions.models import Position, ReviewState, Stage

STATE_NAMES = {
    ReviewState.TO_REVIEW: _l("To review"),
    ReviewState.IN_REVIEW: _l("In review"),
    ReviewState.DECIDED: _l("Decided"),
}
#: A position has no more stages than fit on a page.
MOST_STAGES = 12


class PipelineError(ValueError):
    """This move cannot be made; the message is for a person."""


def move(interview: Interview, to: ReviewState | Stage, *, by: User, decided: bool = False) -> StageMove | None:
    """Move a candidate to a state, or to a stage of their position; None where they are there already.

    Raises PipelineError before the interview is submitted, for a stage of another position, and for what only a
    decision does: making an interview decided (``decided``: one was just made), or taking it back into review.
    """
    if interview.mode is not Mode.ASSESSMENT or interview.state is not InterviewState.SUBMITTED:
        raise PipelineError(_("The candidate has not submitted this interview yet."))
    stage = to if isinstance(to, Stage) else None
    state = to.state if isinstance(to, Stage) else to
    if stage is not None and stage.position_id != interview.position_id:
        raise PipelineError(_("This stage belongs to another position."))
    was_decided = interview.review_state is ReviewState.DECIDED
    if not decided and (state is ReviewState.DECIDED) is not was_decided:
        raise PipelineError(
            _("This interview is decided. To change that, record another decision.")
            if was_decided
            else _("Only a decision makes an interview decided. Open it and record yours.")
        )
    if decided and stage is None and interview.stage is not None and interview.stage.state is state:
        stage = interview.stage  # a second decision leaves the candidate where they were
    if interview.review_state is state and interview.stage_id == (stage.id if stage else None):
        return None
    before = place_name(interview)
    interview.review_state, interview.stage = state, stage
    row = StageMove(interview_id=interview.id, before=before, after=place_name(interview), by_id=by.id)
    db.session.add(row)
    db.session.flush()
    events.send(events.review_moved, interview_id=interview.id)
    return row


def begin_review(interview: Interview, *, by: User) -> None:
    """Somebody has begun to score: an interview that waited is in review now, and stays in its stage."""
    if interview.review_state is ReviewState.TO_REVIEW and interview.state is InterviewState.SUBMITTED:
        stage = next((each for each in _stages(interview) if each.state is ReviewState.IN_REVIEW), None)
        move(interview, stage if interview.stage_id and stage else ReviewState.IN_REVIEW, by=by)


def reopen(interview: Interview) -> None:
    """Another person is to look at it again: back to review. What was decided stays until another decision counts."""
    if interview.review_state is ReviewState.DECIDED:
        interview.review_state, interview.stage = ReviewState.TO_REVIEW, None
        db.session.flush()
        events.send(events.review_moved, interview_id=interview.id)


def place_name(interview: Interview) -> str:
    """Where an interview is, in words that are kept: the position's own, or English."""
    if interview.stage is not None:
        return interview.stage.name
    with force_locale("en"):
        return str(STATE_NAMES[interview.review_state])


def moves_of(interview: Interview) -> list[StageMove]:
    """The history of an interview, the oldest first."""
    query = sa.select(StageMove).where(StageMove.interview_id == interview.id)
    return list(db.session.scalars(query.order_by(StageMove.moved_at, StageMove.id)))


def _stages(interview: Interview) -> list[Stage]:
    return interview.position.stages if interview.position else []


def set_stages(position: Position, wanted: Iterable[tuple[str | None, str, ReviewState]]) -> None:
    """Give a position its own stages, in order: (id or None for a new one, name, state). What is left out goes.

    Candidates in a stage that goes stay in its state. Raises PipelineError for two of one name, names without letters
    or longer than 60, too many, and a state that candidates in the stage do not have.
    """
    rows = [(stage_id, name.strip(), state) for stage_id, name, state in wanted if name.strip()]
    names = [name.casefold() for _stage_id, name, _state in rows]
    if len(set(names)) < len(names):
        raise PipelineError(_("Two stages have the same name. Give each its own."))
    if len(rows) > MOST_STAGES or any(len(name) > 60 for name in names):
        raise PipelineError(_("At most %(count)s stages, with names of up to 60 characters.", count=MOST_STAGES))
    there = {stage.id: stage for stage in position.stages}
    same = {stage.name.casefold(): stage for stage in position.stages}
    # A name that is there already, without its id, is the stage of that name: its candidates stay in it.
    named = {stage_id for stage_id, _name, _state in rows}
    rows = [
        (same[key].id if stage_id not in there and key in same and same[key].id not in named else stage_id, name, state)
        for (stage_id, name, state), key in zip(rows, names, strict=True)
    ]
    kept = {stage_id for stage_id, _name, _state in rows}
    for stage_id, _name, state in rows:
        stage = there.get(stage_id or "")
        if stage is not None and stage.state is not state and _is_used(stage):
            raise PipelineError(_("There are candidates in “%(stage)s”. Move them first.", stage=stage.name))
    for stage in [each for each in there.values() if each.id not in kept]:
        db.session.execute(sa.update(Interview).where(Interview.stage_id == stage.id).values(stage_id=None))
        position.stages.remove(stage)
    for stage in position.stages:
        stage.name = stage.id  # so that two may change names
    try:
        with db.session.begin_nested():
            db.session.flush()
            for rank, (stage_id, name, state) in enumerate(rows, 1):
                stage = there.get(stage_id or "")
                if stage is None:
                    position.stages.append(Stage(name=name, state=state, rank=rank))
                else:
                    stage.name, stage.state, stage.rank = name, state, rank
            db.session.flush()
    except sa.exc.IntegrityError:
        raise PipelineError(_("Two stages have the same name. Give each its own.")) from None
    db.session.expire(position, ["stages"])


def _is_used(stage: Stage) -> bool:
    return (
        db.session.scalars(sa.select(Interview.id).where(Interview.stage_id == stage.id).limit(1)).first() is not None
    )
