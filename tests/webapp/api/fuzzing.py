"""Schemathesis against the application itself: what it asks, as whom, and what it found wrong."""

from __future__ import annotations

import zlib
from collections import Counter
from typing import Any

import schemathesis
from flask import Flask
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events

#: What the document promises; that valid data is taken is not among it: this may not be possible as things are.
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance", "negative_data_rejection", "unsupported_method", "allow_header_conformance",
)  # fmt: skip


def fuzz(
    app: Flask, secret: str, *, seed: int, examples: int, seconds: float, stateful: bool, ids: dict[str, Any],
    scenarios: int = 0, short: bool = False, edges: tuple[int, int] | None = None,
) -> tuple[list[str], Counter]:  # fmt: skip
    """What was found wrong, one line each, and how often each operation was asked.

    :param short: a few requests to each operation, without every edge of every value.
    :param edges: only the edges of every value, of one part (from 0) of so many parts of the operations.
    :param ids: values for parameters of addresses, so that what is asked for is there; not where ``stateful``, which
        follows what operations answer.
    """
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "max-time": int(seconds),
            "continue-on-failure": True,
            "workers": 1,
            "headers": {"Authorization": f"Bearer {secret}"},
            "parameters": {} if stateful else {f"path.{name}": value for name, value in ids.items()},
            "generation": {"max-examples": scenarios if stateful else examples, "with-security-parameters": False},
            "phases": {
                "examples": {"enabled": not stateful and not edges},
                "coverage": {"enabled": not stateful and not short},
                "fuzzing": {"enabled": not stateful and not edges},
                "stateful": {"enabled": stateful},
            },
            "checks": {"enabled": False, **{name: {"enabled": True} for name in CHECKS}},
        }
    )

    def wsgi(environ: Any, start_response: Any) -> Any:
        with app.app_context():
            return app.wsgi_app(environ, start_response)

    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", wsgi, config=config)
    if edges is not None:
        part, parts = edges
        schema = schema.include(func=lambda each: zlib.crc32(each.operation.label.encode()) % parts == part)
    found: dict[str, None] = {}
    asked: Counter = Counter()
    for event in engine.from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found[_fault(event)] = None
        if not isinstance(event, events.ScenarioFinished):
            continue
        for case_id, node in event.recorder.cases.items():
            asked[node.value.operation.label] += 1
            for check in event.recorder.checks.get(case_id, ()):
                if check.failure_info is not None:
                    failure = check.failure_info.failure
                    answer = event.recorder.interactions[case_id].response
                    status = answer.status_code if answer else "none"
                    line = f"{node.value.operation.label}: {check.name} ({status}): {failure.title} {failure.message}"
                    found.setdefault(f"{line}\n    {check.failure_info.code_sample}"[:1500])
    return list(found), asked


def _fault(event: Any) -> str:
    """What went wrong in the tool, or in the application where it raised."""
    info = getattr(event, "info", None)
    words = f"{info.title}: {info.message}" if info else repr(event.exception)
    return f"{getattr(event, 'label', '')}: {words}"
