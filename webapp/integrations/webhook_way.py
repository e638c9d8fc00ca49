"""How webhooks are sent: signed, to the address as it is now, retried for two days."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from ml.core.messages import N_
from webapp.core import outgoing
from webapp.core.database import db, now
from webapp.integrations import operations, signing
from webapp.integrations.models import Endpoint, InterviewEvent
from webapp.messages.delivery import Delay, Dropped, NotNow, Refused, Way
from webapp.messages.models import Message

#: Seconds to wait after each failure; two days in all (outbox.TRIED).
WAITS = (5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 36000.0, 43200.0)
#: How long an endpoint that did not answer is left alone, so that it keeps nobody else's waiting.
REST = timedelta(seconds=30)

GONE = N_("The endpoint was removed or switched off.")
ERASED = N_("What this was about has been erased.")
STATUS = N_("The receiver answered %(status)s.")
REDIRECT = N_("The receiver answered with a redirect (%(status)s), which is not followed. Enter the final address.")
SILENT = N_("The receiver did not answer.")
RESTING = N_("The receiver did not answer to another message just now, so this one waits a little.")
FORBIDDEN = N_("This address must not be called: it leads to a private network, or is no https:// address.")


@dataclass(frozen=True)
class Hook:
    """What goes out."""

    endpoint_id: str
    url: str
    body: bytes
    headers: dict[str, str]


class HookSession:
    """Webhooks one after the other; an endpoint that does not answer is left alone for a while."""

    def __init__(self) -> None:
        self._resting: dict[str, datetime] = {}

    def prepare(self, message: Message) -> Hook:
        """The signed message. Raises what delivery knows where it is not to go now."""
        endpoint = db.session.get(Endpoint, message.recipient)
        if endpoint is None or not endpoint.active:
            raise Dropped("removed", GONE)
        until = self._resting.get(endpoint.id)
        if until is not None and until > now():
            raise Delay(until, "resting", RESTING)
        if message.kind == operations.TEST:
            body = operations.test_body()
        else:
            event = db.session.get(InterviewEvent, message.facts.get("event_id", ""))
            if event is None:
                raise Dropped("erased", ERASED)
            body = operations.body_of(event)
        signed = signing.headers(signing.keys_of(endpoint), f"msg_{message.id}", now(), body)
        headers = {"Content-Type": "application/json", "User-Agent": "Viva-Webhooks/1", **signed}
        return Hook(endpoint.id, endpoint.url, body, headers)

    def send(self, prepared: Hook) -> str:
        """Send it; what the receiver said."""
        try:
            answer = outgoing.post(outgoing.resolve(prepared.url), prepared.body, prepared.headers)
        except outgoing.Forbidden as error:
            raise Refused("forbidden", FORBIDDEN, error.code) from None
        except outgoing.Unreachable as error:
            self._resting[prepared.endpoint_id] = now() + REST
            raise NotNow("away", SILENT, str(error)) from None
        said = f"{answer.status} {' '.join(answer.text.split())}"[:500]
        if 200 <= answer.status < 300:
            return said
        status = {"status": answer.status}
        if 300 <= answer.status < 400:
            raise NotNow("redirect", REDIRECT % status, said)
        raise NotNow("status", STATUS % status, said)


@contextmanager
def _session() -> Iterator[HookSession]:
    yield HookSession()


WAY = Way(_session, WAITS)
