"""The blueprint of the exports."""

from __future__ import annotations

from flask import Blueprint, Response

blueprint = Blueprint("exports", __name__)


def as_file(body: bytes, mimetype: str, name: str) -> Response:
    """A file to keep; no cache keeps it, for it is about people."""
    response = Response(body, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
