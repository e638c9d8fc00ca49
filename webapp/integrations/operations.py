"""Events, endpoints and what is told to whom. Nothing here commits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from ml.core.messages import N_
from webapp.accounts.models import User
from webapp.core import outgoing
from webapp.core.database import db, new_id, now
from webapp.core.security_log import record
from webapp.integrations.models import Endpoint, EventType, InterviewEvent
from webapp.interviews.models import Interview, Invitation
from webapp.messages import outbox
from webapp.messages.models import Channel, Message, State

#: How long the old secret counts beside a new one.
ROTATION = timedelta(days=1)
#: The type of the message by which an admin tries an endpoint.
TEST = "webhook.test"
REMOVED = N_("The endpoint was removed.")
#: Two at once may want one number; one of them looks again.
TRIES = 8


class EndpointError(ValueError):
    """An endpoint cannot be like this; the message is for a person."""


def note(kind: EventType, cause: str, invitation_id: str, interview_id: str | None = None, **data: Any) -> None:
    """Write down that something happened, and have it told to whoever wants to know. Once for each cause."""
    if db.session.scalar(sa.select(sa.exists().where(InterviewEvent.cause == cause))):
        return
    event = _added(kind, cause, invitation_id, interview_id, data)
    if event is None:
        return
    whose = sa.select(Invitation.organisation_id).where(Invitation.id == invitation_id).scalar_subquery()
    for endpoint in db.session.scalars(sa.select(Endpoint).where(Endpoint.active, Endpoint.organisation_id == whose)):
        if not endpoint.types or kind.value in endpoint.types:
            outbox.put(
                kind=kind.value, channel=Channel.WEBHOOK, cause=f"hook:{endpoint.id}:{event.id}", recipient=endpoint.id,
                name=endpoint.title, facts={"event_id": event.id}, organisation_id=endpoint.organisation_id,
            )  # fmt: skip


def _added(
    kind: EventType, cause: str, invitation_id: str, interview_id: str | None, data: dict[str, Any]
) -> InterviewEvent | None:
    for _try in range(TRIES):
        last = sa.select(sa.func.max(InterviewEvent.sequence)).where(InterviewEvent.invitation_id == invitation_id)
        try:
            with db.session.begin_nested():
                event = InterviewEvent(
                    type=kind, cause=cause, invitation_id=invitation_id, interview_id=interview_id, data=data,
                    sequence=(db.session.scalar(last) or 0) + 1,
                )  # fmt: skip
                db.session.add(event)
            return event
        except sa.exc.IntegrityError:
            if db.session.scalar(sa.select(sa.exists().where(InterviewEvent.cause == cause))):
                return None
    raise RuntimeError("No number was free for an event")


def body_of(event: InterviewEvent) -> bytes:
    """What is told about an event: ids, order, and who it is about, as long as that is known here."""
    data: dict[str, Any] = {
        "invitation_id": event.invitation_id,
        "interview_id": event.interview_id,
        "sequence": event.sequence,
        **event.data,
    }
    invitation = db.session.get(Invitation, event.invitation_id)
    if invitation is not None and event.type is not EventType.ERASED:
        data["candidate"] = {"name": invitation.name, "email": invitation.email or None}
        data["position"] = {"id": invitation.position_id, "title": invitation.position.title}
    return _json(event.type.value, event.occurred_at.isoformat(), data)


def test_body() -> bytes:
    """What is told to try an endpoint."""
    return _json(TEST, now().isoformat(), {"message": "hello"})


def _json(kind: str, moment: str, data: dict[str, Any]) -> bytes:
    whole = {"type": kind, "timestamp": moment, "data": data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def interview_of(invitation_id: str) -> str | None:
    """The interview of an invitation, if it was begun."""
    return db.session.scalar(sa.select(Interview.id).where(Interview.invitation_id == invitation_id))


# Endpoints


def add_endpoint(*, title: str, url: str, types: Sequence[str], by: User) -> Endpoint:
    """Tell ``url`` about events of ``types`` (all where empty). Raises EndpointError where it must not be called."""
    endpoint = Endpoint(
        organisation_id=by.organisation_id, title=title.strip(), url=checked(url), types=_types(types),
        created_by_id=by.id,
    )  # fmt: skip
    db.session.add(endpoint)
    db.session.flush()
    record("webhook added", endpoint=endpoint.id, by=by.id)
    return endpoint


def change_endpoint(endpoint: Endpoint, *, title: str, url: str, types: Sequence[str], active: bool, by: User) -> None:
    """Change where and what is told. Raises EndpointError."""
    endpoint.title, endpoint.url, endpoint.types = title.strip(), checked(url), _types(types)
    endpoint.active = active
    db.session.flush()
    record("webhook changed", endpoint=endpoint.id, by=by.id)


def _types(types: Sequence[str]) -> list[str]:
    return [each.value for each in EventType if each.value in types]


def checked(url: str) -> str:
    """``url`` as it may be called. Raises EndpointError with what to do."""
    url = url.strip()
    try:
        outgoing.resolve(url)
    except outgoing.Forbidden as error:
        raise EndpointError(why_forbidden()[error.code]) from None
    except outgoing.Unreachable:
        raise EndpointError(_("No server of this name is known. Check the address.")) from None
    return url


def why_forbidden() -> dict[str, str]:
    """Why an address is not called, in words."""
    return {
        "url": _("Enter an address that begins with https://."),
        "password": _("An address must hold no name and password: messages are signed instead."),
        "plain": _("Use https://: messages say things about people. Plain http:// is for networks that were allowed."),
        "private": _(
            "This address leads to a private network, which webhooks must not reach. The operator can allow it with "
            "VIVA_WEBHOOK_NETWORKS."
        ),
    }


def rotate(endpoint: Endpoint, *, by: User) -> None:
    """Give a new secret; for a day messages are signed with both."""
    endpoint.secret_number += 1
    endpoint.rotated_until = now() + ROTATION
    db.session.flush()
    record("webhook secret rotated", endpoint=endpoint.id, by=by.id)


def remove(endpoint: Endpoint, *, by: User) -> None:
    """Tell an endpoint nothing more; what waits for it is dropped."""
    outbox.suppress_where(Message.recipient == endpoint.id, code="removed", reason=REMOVED)
    db.session.delete(endpoint)
    db.session.flush()
    record("webhook removed", endpoint=endpoint.id, by=by.id)


def test(endpoint: Endpoint) -> str | None:
    """Send a test; the message's id."""
    return outbox.put(
        kind=TEST, channel=Channel.WEBHOOK, cause=f"hook:{endpoint.id}:test:{new_id()}", recipient=endpoint.id,
        name=endpoint.title, organisation_id=endpoint.organisation_id, priority=0,
        expires_at=now() + timedelta(minutes=10),
    )  # fmt: skip


def deliveries(endpoint: Endpoint, limit: int = 100) -> list[Message]:
    """What was told to an endpoint, the newest first."""
    query = sa.select(Message).where(Message.channel == Channel.WEBHOOK, Message.recipient == endpoint.id)
    return list(db.session.scalars(query.order_by(Message.created_at.desc(), Message.id).limit(limit)))


def replay_failed(endpoint: Endpoint) -> int:
    """Have all that failed sent again, under the same ids; how many."""
    rows = db.session.scalars(
        sa.select(Message).where(
            Message.channel == Channel.WEBHOOK, Message.recipient == endpoint.id, Message.state == State.FAILED
        )
    ).all()
    for message in rows:
        outbox.send_again(message)
    current_app.logger.info("%d messages of webhook %s are sent again", len(rows), endpoint.id)
    return len(rows)
