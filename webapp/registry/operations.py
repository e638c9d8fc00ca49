"""Keeping which versions served. Nothing here commits."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.core.database import db
from webapp.core.security_log import record
from webapp.registry.cards import cards
from webapp.registry.models import ModelVersionRow


def register() -> int:
    """Keep a row for every version that serves and has none; how many. Logged."""
    there = {tuple(row) for row in db.session.execute(
        sa.select(ModelVersionRow.name, ModelVersionRow.version, ModelVersionRow.sha256)
    )}  # fmt: skip
    new = [card for card in cards() if (card.name, card.version, card.sha256) not in there]
    for card in new:
        db.session.add(ModelVersionRow(name=card.name, version=card.version, sha256=card.sha256, card=card.data))
        record("model began to serve", model=card.name, version=card.version)
    db.session.flush()
    return len(new)


def earlier(name: str) -> list[ModelVersionRow]:
    """The versions of a model that served here, the newest first."""
    query = sa.select(ModelVersionRow).filter_by(name=name).order_by(ModelVersionRow.since.desc(), ModelVersionRow.id)
    return list(db.session.scalars(query))
