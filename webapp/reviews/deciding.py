"""Deciding: a named person, a reason, answers that were opened, and whoever must approve. Nothing here commits.

A decision counts once it is final: at once, or when everybody who must approve it has. A decision that comes later
supersedes it, and both stay. While a candidate's request for another look is open, the people who made the contested
decision cannot make the next.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from webapp.accounts.models import User
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.security_log import record
from webapp.interviews import pipeline
from webapp.interviews.models import Interview, Outcome
from webapp.positions.models import ReviewState
from webapp.reviews import decided, decision_record, openings, operations, requests
from webapp.reviews.models import Approval, Decision, DecisionState
from webapp.reviews.operations import LONGEST_NOTE, ReviewError, check_open


def decide(interview: Interview, outcome: Outcome, reason: str, *, by: User) -> Decision:
    """A person decides, with a reason; the decision is final, or proposed where somebody must approve it.

    The caller has checked that ``by`` may decide here. Raises ReviewError without a reason, without a submitted
    scorecard of their own, before every answer that was given was opened by them, while another person's proposal
    waits, and for those whose decision is contested.
    """
    check_open(interview)
    _check_text(reason)
    if not reason.strip():
        raise ReviewError(_("Write the reason for your decision: what the answers showed, against the scoring guide."))
    if not any(card.reviewer_id == by.id for card in operations.submitted(interview)):
        raise ReviewError(_("Submit your own scorecard first, then decide."))
    _check_opened(interview, by)
    requests.check_another_person(interview, by)
    if (waiting := proposal_of(interview)) is not None:
        if waiting.by_id != by.id:
            raise ReviewError(
                _("A decision by %(name)s waits for approval. Approve or return it first.", name=waiting.by.name)
            )
        waiting.state = DecisionState.RETURNED  # its own author thought better of it
    before = current(interview)
    row = Decision(
        interview=interview,
        outcome=outcome,
        reason=reason.strip(),
        by_id=by.id,
        state=DecisionState.PROPOSED,
        supersedes_id=before.id if before else None,
        record=decision_record.record_of(interview, by),
    )
    db.session.add(row)
    db.session.flush()
    if not still_to_approve(row):
        _make_final(row)
    record("decided" if row.state is DecisionState.FINAL else "decision proposed",
           interview=interview.id, decision=row.id, outcome=outcome.value, by=by.id)  # fmt: skip
    return row


def approve(decision: Decision, approved: bool, note: str, *, by: User) -> Approval:
    """A second person says yes or no to a proposal; the last yes that was needed makes it final.

    A no returns the interview to review. Raises ReviewError where the proposal waits no longer, for its author, for
    somebody who need not approve it or has not opened the answers and scored them, and for a no without a note.
    """
    interview = decision.interview
    check_open(interview)
    _check_text(note)
    if decision.state is not DecisionState.PROPOSED:
        raise ReviewError(_("This decision no longer waits for approval."))
    if decision.by_id == by.id:
        raise ReviewError(_("You proposed this decision. Another person has to approve it."))
    named = interview.position.approvers if interview.position else []
    if named and by.id not in {person.id for person in named}:
        raise ReviewError(_("Only the approvers of this position can approve its decisions."))
    requests.check_another_person(interview, by)
    if not operations.has_reviewed(interview, by):
        raise ReviewError(_("Submit your own scorecard first, then approve."))
    _check_opened(interview, by)
    if not approved and not note.strip():
        raise ReviewError(_("Write why you return the decision."))
    row = Approval(decision=decision, by_id=by.id, approved=approved, note=note.strip())
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except sa.exc.IntegrityError:
        raise ReviewError(_("You have already answered.")) from None
    if not approved:
        decision.state = DecisionState.RETURNED
        db.session.flush()
    elif not still_to_approve(decision):
        _make_final(decision)
    record("decision approved" if approved else "decision returned",
           interview=interview.id, decision=decision.id, by=by.id)  # fmt: skip
    return row


def still_to_approve(decision: Decision) -> list[User | None]:
    """Who has to approve a decision still; None stands for any second person."""
    position = decision.interview.position
    if position is None:
        return []
    given = {row.by_id for row in decision.approvals if row.approved} | {decision.by_id}
    named = [person for person in position.approvers if person.active]
    waiting: list[User | None] = [person for person in named if person.id not in given]
    if position.four_eyes and not waiting and len(given) < 2:
        waiting.append(None)
    return waiting


def current(interview: Interview) -> Decision | None:
    """The decision that counts: the latest final one."""
    return next(iter(decisions_of(interview)), None)


def decisions_of(interview: Interview) -> list[Decision]:
    """All final decisions, the newest first; the first one counts."""
    return _of(interview, DecisionState.FINAL)


def proposal_of(interview: Interview) -> Decision | None:
    """The decision that waits for approval."""
    return next(iter(_of(interview, DecisionState.PROPOSED)), None)


def returned_of(interview: Interview) -> list[Decision]:
    """Proposals that were not approved, the newest first."""
    return _of(interview, DecisionState.RETURNED)


def note_told(decision: Decision) -> None:
    """Note that the candidate was told of a decision: they may see it from now on. The first time counts."""
    if decision.told_at is None:
        decision.told_at = now()
        db.session.flush()


def told(interview: Interview) -> Decision | None:
    """The newest decision that the candidate has been told of."""
    return next((row for row in decisions_of(interview) if row.told_at is not None), None)


def _of(interview: Interview, state: DecisionState) -> list[Decision]:
    return [row for row in decided.decisions(interview.id) if row.state is state]


def _make_final(decision: Decision) -> None:
    interview = decision.interview
    decision.state, decision.final_at = DecisionState.FINAL, now()
    interview.outcome = decision.outcome
    pipeline.move(interview, ReviewState.DECIDED, by=decision.by, decided=True)
    requests.answer(interview, decision)
    db.session.flush()
    events.send(events.decision_made, interview_id=interview.id, decision_id=decision.id)


def _check_opened(interview: Interview, by: User) -> None:
    if missing := openings.unopened(interview, by):
        numbers = ", ".join(str(question.position) for question in missing)
        raise ReviewError(
            ngettext(
                "Open the answer to question %(numbers)s first: decisions are for people who have seen the answers.",
                "Open the answers to questions %(numbers)s first: decisions are for people who have seen the answers.",
                len(missing),
                numbers=numbers,
            )
        )


def _check_text(text: str) -> None:
    if len(text) > LONGEST_NOTE:
        raise ReviewError(
            _("The reason is too long: at most %(longest_note)s characters.", longest_note=format_decimal(LONGEST_NOTE))
        )
