"""Doing a request once, however often it is sent: what it did is noted in the transaction that did it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Response, abort, request
from flask_babel import gettext as _

from webapp.api.identify import present_key
from webapp.api.models import IdempotentRequest
from webapp.core.database import Base, db
from webapp.interviews.access import load_invitation
from webapp.interviews.models import Invitation
from webapp.positions.access import load_position
from webapp.positions.models import Position

HEADER, REPLAYED, LONGEST = "Idempotency-Key", "Idempotent-Replayed", 200
#: Rows that a person may have lost sight of since.
_LOADERS: dict[str, Callable[[str], Any]] = {Invitation.__name__: load_invitation, Position.__name__: load_position}


def once(act: Callable[[], Any], answer: Callable[[Any], Response], method: str) -> Response:
    """Do ``act``, make its answer, commit; where the client's key says that it was done, only answer.

    409 where the same request is just being done, 422 where the key was used for another one.
    """
    given = request.headers.get(HEADER) if method == "POST" else None
    key = present_key()
    if given is None or key is None:
        response = answer(act())
        db.session.commit()
        return response
    if not 0 < len(given) <= LONGEST:
        abort(422, _("An Idempotency-Key has 1 to 200 characters."))
    row = IdempotentRequest(key_id=key.id, value=_digest(given.encode("utf-8", "replace")), fingerprint=_fingerprint())
    if (earlier := _earlier(row)) is not None:
        return _again(earlier, row, act, answer)
    db.session.add(row)
    try:
        db.session.flush()
    except sa.exc.IntegrityError:  # the same, at the same moment
        db.session.rollback()
        if (earlier := _earlier(row)) is None:
            abort(409, _("This request is just being done. Ask again in a moment."))
        return _again(earlier, row, act, answer)
    found = act()
    response = answer(found)
    row.result = _named(found)
    db.session.commit()
    return response


def _earlier(row: IdempotentRequest) -> IdempotentRequest | None:
    with db.session.no_autoflush:
        return db.session.scalar(sa.select(IdempotentRequest).filter_by(key_id=row.key_id, value=row.value))


def _again(
    earlier: IdempotentRequest, row: IdempotentRequest, act: Callable[[], Any], answer: Callable[[Any], Response]
) -> Response:
    if earlier.fingerprint != row.fingerprint:
        abort(422, _("This Idempotency-Key was used for another request. Choose a new one."))
    result = earlier.result
    # What is no row changes nothing: it is said anew.
    response = answer(act() if result is not None and "anew" in result else _found(result))
    response.headers[REPLAYED] = "true"
    return response


def _named(found: Any) -> dict[str, Any] | None:
    """A row, or rows, by name and id."""
    if isinstance(found, db.Model):
        return {"model": type(found).__name__, "id": sa.inspect(found).identity[0]}
    if isinstance(found, list):
        return {"rows": [_named(each) for each in found]}
    return None if found is None else {"anew": True}


def _found(result: dict[str, Any] | None) -> Any:
    """The same rows as they are now; 404 where they are gone, or no longer this person's to see."""
    if result is None:
        return None
    if "rows" in result:
        return [_found(each) for each in result["rows"]]
    if loader := _LOADERS.get(result["model"]):
        return loader(result["id"])
    model = next(mapper.class_ for mapper in Base.registry.mappers if mapper.class_.__name__ == result["model"])
    return db.session.get(model, result["id"]) or abort(404)


def _fingerprint() -> str:
    return _digest(f"{request.method} {request.full_path}\n".encode() + request.get_data(cache=True))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
