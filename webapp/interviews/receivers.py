"""What interviews have to say about what happens in lower features (webapp/core/events.py)."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.core import events
from webapp.core.database import db
from webapp.interviews import batch_work, batches, previews
from webapp.interviews.attachments import scan_again
from webapp.interviews.models import Invitation
from webapp.positions.operations import PositionError


@events.position_moving.connect
def stay(_app: object, *, position_id: str) -> None:
    """Keep a position in its country once somebody was invited: they consented under the law of that place."""
    if db.session.scalar(sa.select(sa.exists().where(Invitation.position_id == position_id))):
        raise PositionError(
            _(
                "Candidates were invited under the law of this place, so it cannot change. Create a new "
                "position for the other place."
            )
        )


@events.sweeping.connect
def scan_waiting(_app: object) -> int:
    """Show the virus scanner again what it could not look at. Sends no message."""
    if scan_again():
        db.session.commit()
    return 0


@events.sweeping.connect
def go_on_with_previews(_app: object) -> int:
    """Announce again the previews whose worker has died, and ask for those that nobody has asked for."""
    return previews.requeue()


@events.sweeping.connect
def go_on_with_lists(_app: object) -> int:
    """Announce again the lists whose worker has died, and forget old ones."""
    if batches.forget_old():
        db.session.commit()
    return batch_work.requeue()
