"""What is written to whom when something happens in another feature (webapp/core/events.py)."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from ml.core.messages import N_
from webapp.accounts.models import User, UserSession
from webapp.applying import operations as applying
from webapp.applying.models import Application
from webapp.core import events
from webapp.core.database import db, new_id, now
from webapp.interviews import operations
from webapp.interviews.models import CandidateRequest, Interview, Invitation, LinkCode
from webapp.messages import bounces, delivery, notice_in_mail, outbox, tasks, writing
from webapp.messages.kinds import FLEETING
from webapp.messages.models import URGENT, Channel, Message, State
from webapp.practice.models import PracticeLink
from webapp.reviews.models import Decision

CORRECTED = N_("The address was corrected before this was sent.")
CLOSED = N_("The invitation was closed before this was sent.")


def _invitation(invitation_id: str) -> Invitation:
    return db.session.get_one(Invitation, invitation_id)


def _for_candidate(row: Invitation) -> tuple[sa.ColumnElement[bool], ...]:
    """Which messages are mail to the candidate: programs that were promised news of the invitation still get it."""
    return Message.invitation_id == row.id, Message.channel == Channel.MAIL, Message.user_id.is_(None)


@events.interview_invited.connect
def invite(_app: object, *, invitation_id: str) -> None:
    """Send the invitation."""
    writing.invitation(_invitation(invitation_id))


@events.address_corrected.connect
def invite_again(_app: object, *, invitation_id: str) -> None:
    """Send the invitation to the right address; what waits for the wrong one stays here."""
    row = _invitation(invitation_id)
    wrong = Message.recipient != row.email
    outbox.suppress_where(
        Message.invitation_id == row.id, Message.user_id.is_(None), wrong, code="corrected", reason=CORRECTED
    )
    if operations.is_open(row):
        writing.invitation_to_corrected(row)


@events.deadline_moved.connect
def tell_deadline(_app: object, *, invitation_id: str, before: str) -> None:
    """Send the new deadline."""
    writing.deadline_moved(_invitation(invitation_id), before)


@events.interview_submitted.connect
def confirm_receipt(_app: object, *, interview_id: str) -> None:
    """Send the receipt."""
    writing.receipt(db.session.get_one(Interview, interview_id))


@events.invitation_revoked.connect
def tell_revoked(_app: object, *, invitation_id: str) -> None:
    """Keep what waits for the candidate from going out, and tell them where they have had anything."""
    row = _invitation(invitation_id)
    waiting = outbox.suppress_where(*_for_candidate(row), code="closed", reason=CLOSED)
    if not waiting or outbox.was_sent(f"invitation:{row.id}"):
        writing.to_candidate(row, "revoked", f"revoked:{row.id}")


@events.candidate_withdrew.connect
def tell_withdrawn(_app: object, *, invitation_id: str) -> None:
    """Keep what waits for the candidate from going out, and tell whoever invited."""
    row = _invitation(invitation_id)
    outbox.suppress_where(*_for_candidate(row), code="closed", reason=CLOSED)
    writing.to_person(row.created_by, "withdrew", f"withdrew:{row.id}", invitation=row)


@events.candidate_asked.connect
def pass_on_request(_app: object, *, request_id: str) -> None:
    """Send what a candidate asks for to whoever invited."""
    asked = db.session.get_one(CandidateRequest, request_id)
    row = asked.invitation
    writing.to_person(row.created_by, "asked", f"asked:{asked.id}", invitation=row, facts={"request": asked.text})


@events.accommodation_granted.connect
def tell_granted(_app: object, *, invitation_id: str, text: str) -> None:
    """Tell a candidate what they were granted; the same again within a day is one message."""
    row, day = _invitation(invitation_id), f"{now():%Y-%m-%d}"
    writing.to_candidate(row, "accommodation", f"granted:{row.id}:{day}:{text}"[:200], facts={"granted": text})


@events.link_code_asked.connect
def send_code(_app: object, *, code_id: str) -> None:
    """Send the code to the candidate's own address."""
    interview = db.session.get_one(LinkCode, code_id).interview
    if interview.invitation is not None:
        writing.link_code(interview.invitation, code_id)


@events.decision_made.connect
def drop_letters(_app: object, *, interview_id: str, decision_id: str) -> None:
    """A letter that waits tells a decision that no longer holds."""
    row = db.session.get_one(Decision, decision_id).interview.invitation
    if row is not None:
        outbox.suppress_where(
            Message.invitation_id == row.id, Message.kind.in_(list(writing.LETTERS.values())),
            code="decided_anew", reason=N_("Somebody decided anew before this was sent."),
        )  # fmt: skip


@events.application_received.connect
def confirm_address(_app: object, *, application_id: str) -> None:
    """Have somebody who came by an open link confirm their address."""
    row = db.session.get_one(Application, application_id)
    outbox.put(
        kind="confirm_address", cause=f"confirm:{row.id}:{row.asked}", recipient=row.email, language=row.language,
        zone=row.time_zone, expires_at=now() + applying.CONFIRM, organisation_id=row.open_link.position.organisation_id,
        facts={
            "application_id": row.id, "position": row.open_link.position.title, "place": row.open_link.position.city,
        },
    )  # fmt: skip


@events.person_mentioned.connect
def tell_mentioned(_app: object, *, user_id: str, interview_id: str, by_id: str, mention_id: str) -> None:
    """Tell somebody that a colleague named them."""
    interview = db.session.get_one(Interview, interview_id)
    facts = {"by": db.session.get_one(User, by_id).name, "interview_id": interview_id}
    user = db.session.get_one(User, user_id)
    writing.to_person(user, "mention", f"mention:{mention_id}:{user_id}", invitation=interview.invitation, facts=facts)


@events.person_added.connect
def welcome(_app: object, *, user_id: str) -> None:
    """Send somebody the link by which they set their password."""
    writing.new_account(db.session.get_one(User, user_id))


@events.password_forgotten.connect
def send_reset(_app: object, *, user_id: str, request_id: str) -> None:
    """Send the link that somebody asked for."""
    writing.password_reset(db.session.get_one(User, user_id), request_id)


@events.signed_in_anew.connect
def tell_new_device(_app: object, *, session_id: str) -> None:
    """Tell somebody that their account was used in a browser not seen before."""
    row = db.session.get_one(UserSession, session_id)
    facts = {"moment": row.created_at.isoformat(), "browser": row.browser or row.address}
    user = db.session.get_one(User, row.user_id)
    writing.to_person(user, "new_device", f"device:{session_id}", priority=URGENT, facts=facts)


@events.second_step_changed.connect
def tell_second_step(_app: object, *, user_id: str, what: str) -> None:
    """Tell somebody that their second step has changed, whoever changed it."""
    user = db.session.get_one(User, user_id)
    facts = {"moment": now().isoformat(), "change": what}
    writing.to_person(user, "second_step", f"second step:{new_id()}", priority=URGENT, facts=facts)


@events.export_finished.connect
def tell_exported(_app: object, *, address: str, name: str, file: str, path: str, job_id: str) -> None:
    """Tell whoever asked for an export that they can fetch it."""
    outbox.put(
        kind="export_finished",
        cause=f"export:{job_id}",
        recipient=address,
        name=name,
        facts={"file": file, "path": path},
    )


@events.erasure_finished.connect
def tell_erased(_app: object, *, address: str, name: str, job_id: str, organisation_id: str | None = None) -> None:
    """Tell somebody that what was held about them is gone."""
    outbox.put(
        kind="erasure_finished", cause=f"erasure:{job_id}", recipient=address, name=name,
        organisation_id=organisation_id, facts={"moment": now().isoformat()},
    )  # fmt: skip


@events.message_failed.connect
def tell_undelivered(_app: object, *, message_id: str) -> None:
    """Tell whoever invited, inside of Viva, that a message to their candidate did not arrive."""
    message = db.session.get(Message, message_id)
    if message is None or message.channel is not Channel.MAIL:
        return
    notice_in_mail.note_returned(message)
    if message.reason_code == "bounced" and bounces.is_about_address(message.answer or ""):
        bounces.refuse(message, message.answer or "")
    if message.invitation is None:
        return
    row = message.invitation
    if message.recipient.casefold() != row.email.casefold():
        return
    by = row.created_by
    outbox.put(
        kind="undelivered", channel=Channel.APP, cause=f"undelivered:{message.id}:{message.attempts}", recipient=by.id,
        name=by.name, user=by, invitation=row, zone=by.time_zone,
        facts={"of": message.kind, "reason": message.reason or ""},
    )  # fmt: skip


@events.practice_link_asked.connect
def send_practice_link(_app: object, *, link_id: str, address: str, zone: str) -> None:
    """Send the link to the address that was entered; nothing else keeps it."""
    link = db.session.get_one(PracticeLink, link_id)
    outbox.put(
        kind="practice_link", cause=practice_link_cause(link_id), recipient=address, language=link.language, zone=zone,
        organisation_id=link.organisation_id, facts={"link_id": link_id}, priority=URGENT, expires_at=link.expires_at,
    )  # fmt: skip


@events.practice_links_ended.connect
def drop_practice_links(_app: object, *, link_ids: Sequence[str]) -> None:
    """What is still to be sent goes with its link."""
    causes = [practice_link_cause(each) for each in link_ids]
    db.session.execute(sa.delete(Message).where(Message.kind == "practice_link", Message.cause.in_(causes)))


def practice_link_cause(link_id: str) -> str:
    """What the message with a link to practise is known by."""
    return f"practice-link:{link_id}"


def forget_erased() -> None:
    """What is fleeting goes once it is sent or nobody took it: the last message to somebody whose data was erased, and
    what nobody but its recipient may know of."""
    over = Message.state.in_([State.SENT, State.FAILED, State.SUPPRESSED, State.HELD])
    fleeting = Message.kind.in_(FLEETING)
    gone = sa.delete(Message).where(fleeting, over)
    with db.engine.connect() as connection:
        any_left = connection.scalar(sa.select(sa.exists().where(fleeting, over)))
    if any_left:
        with db.engine.begin() as connection:
            connection.execute(gone)


@events.sweeping.connect
def sweep(_app: object) -> int:
    """Wake workers where something is due, and give up what waited too long."""
    delivery.give_up_late()
    forget_erased()
    channels = delivery.channels_with_work()
    for channel in channels:
        tasks.deliver.delay(channel.value)
    return len(channels)
