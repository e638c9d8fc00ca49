"""How an ATS is told: by its adapter's request, to the address as it is now, retried for two days."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from ml.core.messages import N_
from webapp.ats import orders
from webapp.ats.forms_of import Call, Status
from webapp.ats.models import Order
from webapp.core import outgoing
from webapp.core.database import db
from webapp.messages.delivery import Dropped, NotNow, Refused, Way, sends_by
from webapp.messages.models import Channel, Message

#: Seconds to wait after each failure; two days in all (outbox.TRIED).
WAITS = (5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 36000.0, 43200.0)
GONE = N_("The order or the connection is no longer there.")
SILENT = N_("The applicant tracking system did not answer.")
STATUS = N_("The applicant tracking system answered %(status)s.")
KEY = N_("The applicant tracking system refused the key. Check it in the settings.")
FORBIDDEN = N_("This address must not be called: it leads to a private network, or is no https:// address.")


class AtsSession:
    """One call after the other."""

    def prepare(self, message: Message) -> Call:
        """The request. Raises Dropped where there is nothing to tell any more."""
        row = db.session.get(Order, message.recipient)
        if row is None or not row.connection.active:
            raise Dropped("removed", GONE)
        at = datetime.fromisoformat(message.facts["at"])
        call = orders.call_for(row, Status(message.facts["status"]), at)
        if call is None:
            raise Dropped("removed", GONE)
        return call

    def send(self, prepared: Call) -> str:
        """Send it; what the other side said."""
        headers = {"User-Agent": "Viva-ATS/1", **prepared.headers}
        try:
            target = outgoing.resolve(prepared.url)
            answer = outgoing.send(prepared.method, target, prepared.body, headers)
        except outgoing.Forbidden as error:
            raise Refused("forbidden", FORBIDDEN, error.code) from None
        except outgoing.Unreachable as error:
            raise NotNow("away", SILENT, str(error)) from None
        said = f"{answer.status} {' '.join(answer.text.split())}"[:500]
        if 200 <= answer.status < 300:
            return said
        if answer.status in (401, 403):
            raise NotNow("key", KEY, said)
        raise NotNow("status", STATUS % {"status": answer.status}, said)


@contextmanager
def _session() -> Iterator[AtsSession]:
    yield AtsSession()


WAY = Way(_session, WAITS)


def init_app() -> None:
    """Say that these are sent like this."""
    sends_by(Channel.ATS, WAY)
