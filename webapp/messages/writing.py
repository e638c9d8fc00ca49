"""Which messages a cause brings: one function for each, called by receivers.py and the clock. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from webapp.accounts.models import User
from webapp.core.database import now
from webapp.interviews.answering import saved_answers
from webapp.interviews.models import Interview, Invitation
from webapp.messages import outbox
from webapp.messages.models import BULK, NORMAL, URGENT, Channel
from webapp.policy.clocks import answer_clock
from webapp.reviews.models import Decision, Outcome

#: So long before an answer is owed, whoever invited is reminded first.
BEFORE = timedelta(days=10)
#: So many of those who wait longest are named where somebody owes many an answer.
OLDEST = 10
#: Decision → the letter that tells it.
LETTERS = {
    Outcome.ADVANCE: "letter_advance",
    Outcome.HOLD: "letter_hold",
    Outcome.DECLINE: "letter_decline",
}


def to_candidate(invitation: Invitation, kind: str, cause: str, **options: Any) -> str | None:
    """A mail to the candidate, in their language and zone as far as they are known; None without an address."""
    if not invitation.email:
        return None
    interview, language = invitation.interview, language_of(invitation)
    zone = (interview.time_zone if interview else "") or invitation.time_zone
    return outbox.put(
        kind=kind, cause=cause, recipient=invitation.email, name=invitation.name, invitation=invitation,
        language=language, zone=zone, **options,
    )  # fmt: skip


def language_of(invitation: Invitation) -> str:
    """The language in which a candidate is written to: the one they chose, else that of the browser in which they
    began, else the one that they were invited in."""
    begun = invitation.interview.language if invitation.interview else ""
    return invitation.chosen_language or begun or invitation.language


def to_person(user: User, kind: str, cause: str, *, inside: bool = True, **options: Any) -> str | None:
    """A mail to somebody with an account, and the same inside of Viva; nothing to whoever is deactivated."""
    if not user.active:
        return None
    common = {"kind": kind, "name": user.name, "user": user, "zone": user.time_zone, **options}
    if inside:
        outbox.put(channel=Channel.APP, cause=f"{cause}:inside", recipient=user.id, **common)
    return outbox.put(cause=cause, recipient=user.email, **common)


def inside(user: User, kind: str, cause: str, **options: Any) -> None:
    """A notice inside of Viva and nowhere else."""
    outbox.put(
        kind=kind, cause=cause, channel=Channel.APP, recipient=user.id, name=user.name, user=user, zone=user.time_zone,
        **options,
    )  # fmt: skip


def invitation(row: Invitation) -> None:
    """The invitation itself; many at once stand behind what somebody waits for."""
    to_candidate(row, "invitation", f"invitation:{row.id}", priority=BULK, expires_at=row.deadline)


def invitation_to_corrected(row: Invitation) -> None:
    """The invitation once more, to an address that was put right."""
    to_candidate(row, "invitation", f"invitation:{row.id}:{row.email}"[:200], expires_at=row.deadline)


def reminder(row: Invitation, which: str) -> None:
    """A reminder of the deadline: ``which`` is 2d or 2h."""
    facts = {"deadline": row.deadline.isoformat()}
    to_candidate(row, "reminder", reminder_cause(row, which), facts=facts, expires_at=row.deadline)


def reminder_cause(row: Invitation, which: str) -> str:
    """What a reminder is known by: one for each deadline."""
    return f"reminder-{which}:{row.id}:{row.deadline.isoformat()}"


def deadline_moved(row: Invitation, before: str) -> None:
    """The new deadline; one message for each deadline."""
    said = row.deadline.isoformat()
    facts = {"deadline": said, "before": before}
    to_candidate(row, "deadline_moved", f"deadline:{row.id}:{before}>{said}", facts=facts, expires_at=row.deadline)


def receipt(interview: Interview) -> None:
    """What arrived, when, and by when an answer is owed."""
    row = interview.invitation
    if row is None or interview.submitted_at is None:
        return
    due = answer_clock(interview.place).due(interview.submitted_at)
    facts = {
        "submitted": interview.submitted_at.isoformat(),
        "answers": str(len(saved_answers(interview))),
        "answer_by": due.isoformat(),
    }
    to_candidate(row, "receipt", f"receipt:{interview.id}", facts=facts)


def letter(decision: Decision, *, due_at: datetime | None = None) -> str | None:
    """The letter that tells a candidate a decision; one for each decision."""
    row = decision.interview.invitation
    if row is None:
        return None
    facts = {"decision_id": decision.id}
    return to_candidate(row, LETTERS[decision.outcome], f"letter:{decision.id}", facts=facts, due_at=due_at)


def answer_due(row: Invitation, interview: Interview, moment: datetime) -> None:
    """Ten days before an answer is owed, on that day, and once a week after it."""
    if interview.submitted_at is None:
        return
    cause = answer_due_cause(interview.id, interview.submitted_at, interview.place, moment)
    if cause is None:
        return
    due = answer_clock(interview.place).due(interview.submitted_at)
    facts = {
        "submitted": interview.submitted_at.isoformat(),
        "answer_by": due.isoformat(),
        "days_left": str(max((due - moment).days, 0)),
    }
    to_person(row.created_by, "answer_due", cause, invitation=row, facts=facts)


def answers_due(user: User, interviews: Sequence[str], moment: datetime) -> None:
    """Once a week, to somebody who owes many an answer: how many, and those who wait longest (ids, oldest first)."""
    year, week, _day = moment.isocalendar()
    cause = f"answers-due:{user.id}:{year}-{week}"
    if not outbox.has_message(cause):
        facts = {"owed": str(len(interviews)), "interviews": list(interviews[:OLDEST])}
        to_person(user, "answers_due", cause, facts=facts)


def answer_due_cause(interview_id: str, submitted_at: datetime, place: str | None, moment: datetime) -> str | None:
    """What the message of this moment that an answer is owed is known by; None where none is due yet."""
    due = answer_clock(place).due(submitted_at)
    if moment < due - BEFORE:
        return None
    stage = "10" if moment < due else str(-((moment - due).days // 7))
    return f"answer-due:{interview_id}:{stage}"


def link_code(row: Invitation, code_id: str) -> None:
    """A code for another browser; worth nothing after a quarter of an hour."""
    facts = {"code_id": code_id}
    soon = now() + timedelta(minutes=15)
    to_candidate(row, "link_code", f"link-code:{code_id}", facts=facts, priority=URGENT, expires_at=soon)


def password_reset(user: User, request_id: str) -> None:
    """A link to set a new password."""
    to_person(
        user, "password_reset", f"password-reset:{request_id}", inside=False, priority=URGENT,
        facts={"mark": user.password_mark}, expires_at=now() + timedelta(hours=1),
    )  # fmt: skip


def new_account(user: User) -> None:
    """A link to set the first password; another one after somebody was activated again."""
    cause = f"account:{user.id}:{user.password_mark}"
    to_person(user, "new_account", cause, inside=False, priority=NORMAL, facts={"mark": user.password_mark})
