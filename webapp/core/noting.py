"""Rows that are good to have and keep nobody from working: written at once, in a transaction of their own."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from webapp.core.database import Model, db

logger = logging.getLogger(__name__)


def note(model: type[Model], key: Mapping[str, Any], *, changes: Mapping[str, Any], first: Mapping[str, Any]) -> None:
    """Change the row of ``model`` with this ``key``, or add one with what is ``first``. Raises nothing of the database.

    ``changes`` may be SQL expressions of the row's columns, so that two at once count twice.
    """
    try:
        with db.engine.begin() as connection:
            if connection.execute(sa.update(model).filter_by(**key).values(**changes)).rowcount == 0:
                connection.execute(sa.insert(model).values(**key, **first))
    except sa.exc.IntegrityError:
        pass  # another process added it first
    except sa.exc.SQLAlchemyError as error:
        logger.warning("Nothing was noted in %s: %s", model.__tablename__, type(error).__name__)
