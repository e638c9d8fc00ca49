"""What Viva tells somebody inside of itself."""

from __future__ import annotations

import sqlalchemy as sa
from flask import redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.core.database import db, now
from webapp.messages import formatting
from webapp.messages.models import Message
from webapp.messages.views.base import blueprint, staff

#: So many are shown.
MOST = 100


@blueprint.get("/notices")
@staff
def notices() -> str:
    """The newest first; what was not read is marked."""
    rows = db.session.scalars(formatting.notices_of(current_user).order_by(Message.created_at.desc()).limit(MOST))
    return render_template("messages/notices.html", notices=[formatting.Notice.of(row) for row in rows])


@blueprint.post("/notices/read")
@staff
def read() -> Response:
    """Note that all of them were read."""
    ids = formatting.notices_of(current_user).with_only_columns(Message.id).where(Message.read_at.is_(None))
    db.session.execute(sa.update(Message).where(Message.id.in_(ids)).values(read_at=now()))
    db.session.commit()
    return redirect(url_for("messages.notices"))
