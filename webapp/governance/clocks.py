"""What is kept for a time, and goes when it is over."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from webapp.core.database import db, now
from webapp.governance.models import AuditAddress

#: How long it is kept from where an entry of the audit log came.
ADDRESSES = timedelta(days=90)


def sweep() -> int:
    """Delete what is too old. Sends no message."""
    with db.engine.connect() as connection:
        old = connection.execute(
            sa.select(AuditAddress.number).where(AuditAddress.at < now() - ADDRESSES).limit(1)
        ).first()
    if old is not None:
        with db.engine.begin() as connection:
            connection.execute(sa.delete(AuditAddress).where(AuditAddress.at < now() - ADDRESSES))
    return 0
