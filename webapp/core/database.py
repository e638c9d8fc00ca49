"""The database: one declarative base, and the column types that every feature shares."""

from __future__ import annotations

import enum
import logging
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Session

import webapp.core.write_path  # noqa: F401  (how SQLite is written to)

logger = logging.getLogger(__name__)


class Base(DeclarativeBase):
    """Constraints have predictable names, so that migrations can name them on every database."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)
if TYPE_CHECKING:  # db.Model is made while the program runs, where no type checker sees it

    class Model(Base):
        """The base class of every model."""

        __abstract__ = True

else:
    Model = db.Model


class UtcDateTime(sa.TypeDecorator[datetime]):
    """A moment, aware and in UTC on every database (SQLite has no time zones)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """In UTC. Raises ValueError for a moment without a time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """In UTC, whatever the database gives."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_type(values: type[enum.StrEnum]) -> sa.Enum:
    """A column type for a StrEnum, stored as its value; unknown ones are refused when they are written."""
    return sa.Enum(
        values,
        native_enum=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )


def new_id() -> str:
    """An identifier that cannot be guessed: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def after_commit(action: Callable[[], object]) -> None:
    """Do ``action`` once the present transaction is committed; forget it if it is rolled back.

    For messages to workers: a task must not look for a row that is not there yet. An action that fails is logged
    and goes no further: what it announced is in the database, where the sweep finds it.
    """
    db.session().info.setdefault("after_commit", []).append(action)


@event.listens_for(Session, "after_commit")
def _run_actions(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint: what was written is not committed yet
        return
    for action in session.info.pop("after_commit", []):
        try:
            action()
        except Exception:
            logger.exception("An action after a commit failed")


@event.listens_for(Session, "after_rollback")
def _forget_actions(session: Session) -> None:
    session.info.pop("after_commit", None)
