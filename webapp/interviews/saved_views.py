"""Filters that somebody keeps under a name. Nothing here commits."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.interviews.filters import Filters
from webapp.interviews.models import SavedView

#: So many views one person may have.
MOST = 30


class SavedViewError(ValueError):
    """This view cannot be saved; the message is for a person."""


def views_of(user: User) -> list[SavedView]:
    """What ``user`` has saved, by name."""
    query = sa.select(SavedView).where(SavedView.user_id == user.id)
    return list(db.session.scalars(query.order_by(sa.func.lower(SavedView.name), SavedView.id)))


def save_view(user: User, name: str, filters: Filters) -> SavedView:
    """Keep ``filters`` under ``name``; a view of the same name is replaced. Raises SavedViewError."""
    name = name.strip()[:60]
    if not name:
        raise SavedViewError(_("Enter a name for this view."))
    if not filters.query:
        raise SavedViewError(_("Choose a filter first, then save the view."))
    there = views_of(user)
    row = next((view for view in there if view.name.casefold() == name.casefold()), None)
    if row is None:
        if len(there) >= MOST:
            raise SavedViewError(_("You have %(count)s views. Delete one first.", count=MOST))
        row = SavedView(user_id=user.id)
        db.session.add(row)
    row.name, row.query = name, filters.query[:500]
    db.session.flush()
    return row


def delete_view(user: User, view_id: str) -> bool:
    """Forget a view; False where there is none, or it is somebody else's."""
    row = db.session.scalar(sa.select(SavedView).where(SavedView.id == view_id, SavedView.user_id == user.id))
    if row is not None:
        db.session.delete(row)
        db.session.flush()
    return row is not None
