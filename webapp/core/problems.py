"""Errors of the REST API: problem details as RFC 9457 has them (application/problem+json)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, request

#: Where the REST API lies: there every error is a problem, also for addresses that lead to nothing.
PREFIX = "/api/"
MEDIA_TYPE = "application/problem+json"


def wanted() -> bool:
    """Whether this request is the API's."""
    return request.path.startswith(PREFIX)


def problem(
    status: int, detail: str, *, errors: Iterable[Mapping[str, str]] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """An answer that says what went wrong: ``errors`` name fields (``field``) and what is the matter with each."""
    body: dict[str, Any] = {
        "type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail,
    }  # fmt: skip
    if found := [dict(each) for each in errors]:
        body["errors"] = found
    response = Response(json.dumps(body, ensure_ascii=False), status, mimetype=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def field_errors(messages: Any, path: str = "") -> list[dict[str, str]]:
    """What a schema found, flattened: ``people.0.email`` and what is the matter there, the location left out."""
    if isinstance(messages, Mapping):
        found: list[dict[str, str]] = []
        for name, value in messages.items():
            place = str(name) if not path else f"{path}.{name}"
            found += field_errors(value, place)
        return found
    texts = messages if isinstance(messages, list) else [messages]
    return [{"field": path, "message": str(text)} for text in texts]
