"""Each request has an id that its answer and its log lines carry, and with ``VIVA_LOG=json`` lines are JSON.

A line says when, how bad, who says it, what, and of which request or task; never a name, an address or an answer: what
this program logs are ids, and the request's address is its route, not its path.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import uuid
from datetime import UTC, datetime

from celery import current_task, signals
from flask import Flask, Response, g, has_request_context, request

from webapp.core import counters

#: What an id from outside may look like; others get one of ours.
_ID = re.compile(r"[A-Za-z0-9_.:-]{8,80}")
_JSON = "json"
#: Addresses of mail that a library or a database may put into a message.
_MAIL = re.compile(r"[^\s@<>'\"]+@[^\s@<>'\"]+\.[^\s@<>'\",;)]+")


class JsonFormatter(logging.Formatter):
    """One line of JSON for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _MAIL.sub("<mail>", record.getMessage()),
            "process": record.process,
        }
        if has_request_context():
            line["request"] = request_id()
            line["route"] = f"{request.method} {request.url_rule or '-'}"
        task = getattr(current_task, "request", None)
        if task is not None and task.id:
            line["task"], line["task_name"] = task.id, current_task.name
        if record.exc_info:
            line["exception"] = _MAIL.sub("<mail>", self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def init_app(app: Flask) -> None:
    """Give requests ids and count them; write JSON where the settings say so."""
    if app.config["LOG"] == _JSON:
        use_json()

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        request_id()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = request_id()
        took = time.perf_counter() - g.get("began", time.perf_counter())
        route = str(request.url_rule) if request.url_rule else "none"
        observe(app, route, request.method, response.status_code, took)
        return response


def observe(app: Flask, route: str, method: str, status: int, took: float) -> None:
    """Count one answer and how long it took (seconds)."""
    labels = {"route": route, "method": method}
    home = app.config["HOME"]
    counters.add(home, "viva_http_requests_total", labels=labels | {"status": f"{status // 100}xx"})
    counters.add(home, "viva_http_request_seconds_sum", took, labels)
    counters.add(home, "viva_http_request_seconds_count", labels=labels)
    for bound in counters.BOUNDS:
        if took <= bound:
            counters.add(home, "viva_http_request_seconds_bucket", labels=labels | {"le": str(bound)})
    counters.add(home, "viva_http_request_seconds_bucket", labels=labels | {"le": "+Inf"})


def request_id() -> str:
    """The id of the present request: the caller's, where it has one that looks like one."""
    if "request_id" not in g:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
    return str(g.request_id)


def use_json() -> None:
    """Have all of this process's log lines be JSON, on standard error."""
    root = logging.getLogger()
    if not any(isinstance(handler.formatter, JsonFormatter) for handler in root.handlers):
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonFormatter())
        root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    signals.setup_logging.connect(_leave_logging)


def _leave_logging(**_details: object) -> None:
    """Celery sets up no logging of its own where somebody listens to this signal."""
