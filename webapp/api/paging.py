"""Pages of long lists, the newest first: a cursor names the last row that was given, so that rows that come or go
meanwhile make none appear twice or be missed."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from flask import abort
from flask_babel import gettext as _

from webapp.api.fields import Text, WholeInQuery
from webapp.core.database import db

DEFAULT, MOST = 50, 100


class Paged(ma.Schema):
    """Which part of a list is asked for."""

    limit = WholeInQuery(1, MOST, load_default=DEFAULT, metadata={"description": "So many rows at most."})
    cursor = Text(400, metadata={"description": "The `next_cursor` of the page before."})


def page_of(answers: type[ma.Schema]) -> type[ma.Schema]:
    """The schema of a page of ``answers``."""
    name = answers.__name__
    members = {
        "__doc__": f"A page of {name}.",
        "data": ma.fields.List(ma.fields.Nested(answers), required=True),
        "next_cursor": ma.fields.String(required=True, allow_none=True),
    }
    return type(f"{name}Page", (ma.Schema,), members)


def page(query: sa.Select[Any], moment: Any, key: Any, given: dict[str, Any], show: Callable[[Any], Any]) -> Any:
    """One page of ``query``, ordered by ``moment`` (a column) from the newest, then by ``key``.

    ``show`` makes of the rows (a list) a list of what is answered.
    """
    if cursor := given.get("cursor"):
        last, last_key = _read(cursor)
        query = query.where(sa.or_(moment < last, sa.and_(moment == last, key < last_key)))
    rows = list(db.session.scalars(query.order_by(None).order_by(moment.desc(), key.desc()).limit(given["limit"] + 1)))
    shown = rows[: given["limit"]]
    more = None
    if len(rows) > len(shown):
        end = shown[-1]
        more = _written(getattr(end, moment.key), getattr(end, key.key))
    return {"data": show(shown), "next_cursor": more}


def whole(rows: list[Any]) -> Any:
    """A list that is short by nature, as the only page."""
    return {"data": rows, "next_cursor": None}


def _written(moment: datetime, key: Any) -> str:
    text = json.dumps([moment.astimezone(UTC).isoformat(), key])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, Any]:
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        moment, key = json.loads(text)
        found = datetime.fromisoformat(moment).astimezone(UTC)
        if not isinstance(key, str) or len(key) > 64 or "\0" in key:
            raise ValueError("no key")
        key.encode("utf-8")
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        abort(422, _("This is no cursor of ours. Leave it out to begin anew."))
    return found, key
