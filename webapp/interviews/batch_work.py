"""Inviting everybody on a list: by a worker that holds its lease, a few people in each transaction.

A line and its invitation are written together, and a line is taken by one conditional UPDATE. So whoever is killed in
the middle leaves whole lines behind, the next worker goes on with those that wait, and nobody is invited twice.
"""

from __future__ import annotations

import logging
import time

import sqlalchemy as sa
from celery import shared_task
from flask_babel import gettext as _

from webapp.core import leases, queues
from webapp.core.database import after_commit, db, now
from webapp.core.hosts import linking_to
from webapp.core.leases import Heartbeat, LeaseLostError
from webapp.core.translation import writing_in
from webapp.interviews import operations
from webapp.interviews.batch_models import BatchPerson, BatchState, InvitationBatch, PersonState
from webapp.interviews.operations import InvitationError

logger = logging.getLogger(__name__)

#: People in one transaction, and seconds that one task works before it makes room for another.
AT_ONCE, LONGEST = 20, 30.0

WORK = leases.Work(
    InvitationBatch,
    free=lambda moment: sa.or_(
        InvitationBatch.state == BatchState.WAITING,
        sa.and_(InvitationBatch.state == BatchState.RUNNING, InvitationBatch.lease_until < moment),
    ),
    busy=InvitationBatch.state == BatchState.RUNNING,
    claimed=lambda _moment: {"state": BatchState.RUNNING},
)


@shared_task(name=queues.INVITE_LIST, acks_late=True, time_limit=300, soft_time_limit=280)
def invite_list(batch_id: str) -> None:
    """Invite people of a list for a while."""
    if run(batch_id):
        invite_list.delay(batch_id)


def announce(batch: InvitationBatch) -> None:
    """Have a worker begin, once this transaction is committed."""
    batch_id = batch.id
    after_commit(lambda: invite_list.delay(batch_id))


def requeue() -> int:
    """Announce again the lists that wait with nobody working on them; how many. For the sweep."""
    moment = now()
    overdue = sa.or_(InvitationBatch.lease_until.is_(None), InvitationBatch.lease_until < moment)
    rows = db.session.scalars(sa.select(InvitationBatch).where(WORK.free(moment), overdue)).all()
    for batch in rows:
        # Not once more before another lease is over: a long queue is no reason to make it longer.
        batch.state, batch.lease_owner, batch.lease_until = BatchState.WAITING, None, moment + leases.term()
        announce(batch)
    db.session.commit()
    return len(rows)


def run(batch_id: str, seconds: float = LONGEST) -> bool:
    """Invite people of a list for so long; whether more is left. Commits."""
    owner = leases.new_owner()
    db.session.rollback()
    if not WORK.claim(batch_id, owner):
        return False
    until, more = time.monotonic() + seconds, True
    try:
        with Heartbeat(WORK, batch_id, owner) as heartbeat:
            while more and time.monotonic() < until:
                heartbeat.check()
                if not WORK.renew(batch_id, owner):
                    raise LeaseLostError(batch_id)
                more = _some(batch_id)
    except LeaseLostError:
        db.session.rollback()
        logger.info("List %s was stopped, or somebody else goes on with it", batch_id)
        return False
    except BaseException:
        db.session.rollback()
        WORK.settle(batch_id, owner, state=BatchState.WAITING)
        raise
    WORK.settle(batch_id, owner, state=BatchState.WAITING if more else BatchState.DONE)
    return more


def _some(batch_id: str) -> bool:
    """Invite the next few in one transaction; whether others wait."""
    batch = db.session.get(InvitationBatch, batch_id, populate_existing=True)
    if batch is None:
        raise LeaseLostError(batch_id)
    waiting = (
        sa.select(BatchPerson)
        .where(BatchPerson.batch_id == batch_id, BatchPerson.state == PersonState.WAITING)
        .order_by(BatchPerson.line)
        .limit(AT_ONCE)
    )
    people = db.session.scalars(waiting).all()
    invited = operations.invited_to(batch.position, among=[person.email for person in people]) if people else set()
    by = batch.created_by  # who reads why it failed
    with linking_to(batch.base), writing_in(by.language or by.last_language or batch.language):
        for person in people:
            _invite(batch, person, invited)
    db.session.commit()
    return len(people) == AT_ONCE


def _invite(batch: InvitationBatch, person: BatchPerson, invited: set[str]) -> None:
    taken = (
        sa.update(BatchPerson)
        .where(BatchPerson.id == person.id, BatchPerson.state == PersonState.WAITING)
        .values(state=PersonState.INVITED)
        .returning(BatchPerson.id)
    )
    if db.session.execute(taken.execution_options(synchronize_session=False)).first() is None:
        return  # another worker, whose lease came after ours
    name, email = person.name, person.email
    try:
        if not batch.created_by.active:
            raise InvitationError(_("Whoever started this list can no longer sign in."))
        if email.casefold() in invited:
            raise InvitationError(_("%(email)s already has an invitation for this position.", email=email))
        with db.session.begin_nested():
            row = operations.create_invitation(
                position=batch.position, question_set=batch.question_set, name=name, email=email,
                deadline=batch.deadline, by=batch.created_by, time_zone=batch.time_zone, language=batch.language,
            )  # fmt: skip
            row.created_at = batch.started_at or batch.created_at
            person.state, person.invitation_id, person.name, person.email = PersonState.INVITED, row.id, "", ""
            db.session.flush()
    except InvitationError as refused:
        person.state, person.reason = PersonState.FAILED, str(refused)
    except Exception as error:  # a fault of ours, which must not keep everybody else from being invited
        logger.exception("Line %s of list %s could not be invited", person.line, batch.id)
        reason = _("Something went wrong in Viva (%(error)s). The log says more.", error=type(error).__name__)
        person.state, person.reason = PersonState.FAILED, reason
