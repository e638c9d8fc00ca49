"""Getting no more messages of one kind: by the link in them, or by the mail program itself (RFC 8058)."""

from __future__ import annotations

import sqlalchemy as sa
from flask import abort, render_template, request
from flask_babel import gettext as _

from webapp.core.database import db
from webapp.core.extensions import csrf, limiter
from webapp.messages.composing import read_unsubscribe
from webapp.messages.kinds import KINDS
from webapp.messages.models import Refusal
from webapp.messages.views.base import blueprint


@blueprint.route("/unsubscribe/<token>", methods=["GET", "POST"])
@csrf.exempt  # mail programs post here by themselves; the signed link is the proof
@limiter.limit("30 per minute")
def unsubscribe(token: str) -> str:
    """Ask first, since programs look at links; a POST does it."""
    found = read_unsubscribe(token)
    kind = KINDS.get(found[1]) if found else None
    if found is None or kind is None or not kind.optional:
        abort(400, _("This link is not complete. Open it again from the message."))
    address = found[0].lower()
    whose = found[2]
    query = sa.select(Refusal).where(
        Refusal.address == address, Refusal.kind == kind.key, Refusal.organisation_id == whose
    )
    done = db.session.scalar(query) is not None
    if request.method == "POST" and not done:
        db.session.add(Refusal(organisation_id=whose, address=address, kind=kind.key, why="unsubscribed"))
        try:
            db.session.commit()
        except sa.exc.IntegrityError:  # twice at once
            db.session.rollback()
        done = True
    return render_template("messages/unsubscribe.html", kind=kind, address=found[0], done=done)
