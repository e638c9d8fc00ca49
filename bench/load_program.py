"""``python -m bench.load_program --listen HOST:PORT``: the server as it is, which says in the header ``X-Queries`` of
each answer how many statements it asked the database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, g, has_request_context
from sqlalchemy import event
from sqlalchemy.engine import Engine

import webapp
from webapp.core import server


@event.listens_for(Engine, "before_cursor_execute")
def _count(_connection: sa.Connection, *_rest: Any) -> None:
    if has_request_context():
        g.queries = g.get("queries", 0) + 1


def _say(response: Response) -> Response:
    response.headers["X-Queries"] = str(g.get("queries", 0))
    return response


def create_app() -> Flask:
    """The application, with the header."""
    app = _made()
    app.after_request_funcs.setdefault(None, []).insert(0, _say)  # runs last
    return app


_made = webapp.create_app

if __name__ == "__main__":
    webapp.create_app = create_app
    server.main()
