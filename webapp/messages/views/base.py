"""The blueprint of the pages about messages."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, abort

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.messages.models import Message

blueprint = Blueprint("messages", __name__, url_prefix="/messages")

admins = require_role(Role.ADMIN)
staff = require_role(Role.RECRUITER, Role.ADMIN)


def shown() -> sa.Select[Message]:
    """The messages that admins see: those of their organisation that are not private."""
    return sa.select(Message).where(sa.not_(Message.is_private))


def load_message(message_id: str) -> Message:
    """The message, or 404."""
    return db.session.scalar(shown().where(Message.id == message_id)) or abort(404)
