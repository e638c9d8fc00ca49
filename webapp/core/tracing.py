"""Traces by OpenTelemetry, where ``VIVA_TRACES`` names a collector (OTLP over HTTP): from a request to every task that
it leads to, and on to theirs.

A span says a route or a task's name, when and for how long, how it ended, and the id of the request or the task, by
which its log lines are found (requests_log.py). It says nothing of people: no address, no path, no argument, and of an
error its type alone. What somebody outside says of a trace is not believed: each request begins one.
"""

from __future__ import annotations

import time
from functools import cache
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

from celery import Task, signals
from flask import Flask, Response, g, got_request_exception, request

from webapp.core import queues
from webapp.core.requests_log import request_id

#: Asked every few seconds by machines, or files that never change: a trace of each would hide the others.
UNTRACED_ROUTES = {"/healthz", "/readyz", "/metrics", "/static/<path:filename>"}
UNTRACED_TASKS = {queues.NOTE_LIFE, queues.SWEEP}
#: Headers of a message to a worker: the trace as W3C writes it, and when it was sent (seconds since 1970).
PARENT, SENT = "traceparent", "viva_sent"

#: What this process's spans are made by, and the spans of the tasks that it carries out just now.
_provider: Any = None
_running: dict[str, tuple[Any, object]] = {}


@cache
def _sdk() -> SimpleNamespace:
    """What we use of OpenTelemetry, loaded where it is asked for."""
    from opentelemetry import context, trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return SimpleNamespace(
        context=context, trace=trace, exporter=OTLPSpanExporter, resource=Resource, provider=TracerProvider,
        batches=BatchSpanProcessor, w3c=TraceContextTextMapPropagator(),
    )  # fmt: skip


def init_app(app: Flask) -> None:
    """Trace requests and tasks, where the settings name a collector. Raises RuntimeError without the libraries."""
    global _provider
    _provider = None
    address = app.config["TRACES"].rstrip("/")
    if not address:
        return
    if find_spec("opentelemetry.sdk") is None:
        raise RuntimeError("VIVA_TRACES is set, and OpenTelemetry is not installed: ./viva install --cluster")
    sdk = _sdk()
    # Its own settings (OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS …) hold as everywhere.
    resource = sdk.resource.create()
    if str(resource.attributes["service.name"]).startswith("unknown_service"):
        resource = resource.merge(sdk.resource({"service.name": "viva"}))
    provider = sdk.provider(resource=resource)
    provider.add_span_processor(sdk.batches(sdk.exporter(endpoint=f"{address}/v1/traces")))
    _provider = provider
    app.before_request(_begin_request)
    app.after_request(_note_answer)
    app.teardown_request(_end_request)
    got_request_exception.connect(_note_exception, app)


def flush() -> None:
    """Send what is gathered now rather than in a few seconds."""
    if _provider is not None:
        _provider.force_flush(5000)


def _tracer() -> Any:
    return _provider.get_tracer("viva")


def _begin_request() -> None:
    route = str(request.url_rule or "none")
    if route in UNTRACED_ROUTES:
        return
    sdk = _sdk()
    span = _tracer().start_span(
        f"{request.method} {route}",
        context=sdk.context.Context(),
        kind=sdk.trace.SpanKind.SERVER,
        attributes={"http.request.method": request.method, "http.route": route, "viva.request_id": request_id()},
    )
    g.span = span, sdk.context.attach(sdk.trace.set_span_in_context(span))


def _note_answer(response: Response) -> Response:
    if "span" in g:
        g.span[0].set_attribute("http.response.status_code", response.status_code)
        if response.status_code >= 500:
            g.span[0].set_status(_sdk().trace.StatusCode.ERROR)
    return response


def _note_exception(_app: Flask, exception: BaseException, **_details: object) -> None:
    if "span" in g:
        _fail(g.span[0], exception)


def _end_request(_error: BaseException | None = None) -> None:
    if "span" in g:
        span, token = g.pop("span")
        _sdk().context.detach(token)
        span.end()


def _fail(span: Any, exception: BaseException) -> None:
    """An error's type; its message may say who."""
    span.set_status(_sdk().trace.StatusCode.ERROR)
    span.set_attribute("error.type", type(exception).__qualname__)


@signals.before_task_publish.connect
def _tell_task(headers: dict[str, Any] | None = None, **_details: object) -> None:
    """Have a message carry the trace in which it is sent."""
    if _provider is not None and headers is not None:
        _sdk().w3c.inject(headers)
        headers[SENT] = time.time()


@signals.task_prerun.connect
def _begin_task(task_id: str, task: Task, **_details: object) -> None:
    if _provider is None or task.name in UNTRACED_TASKS:
        return
    sdk, told = _sdk(), task.request
    attributes = {"viva.task_id": task_id, "viva.task": task.name, "viva.tries": (told.retries or 0) + 1}
    queue = (told.delivery_info or {}).get("routing_key")
    if queue:
        attributes["messaging.destination.name"] = queue
    if sent := told.get(SENT):
        attributes["viva.queue_seconds"] = round(max(0.0, time.time() - float(sent)), 3)
    context = sdk.w3c.extract({PARENT: told.get(PARENT) or ""}, sdk.context.Context())
    span = _tracer().start_span(task.name, context=context, kind=sdk.trace.SpanKind.CONSUMER, attributes=attributes)
    _running[task_id] = span, sdk.context.attach(sdk.trace.set_span_in_context(span))


@signals.task_failure.connect
@signals.task_retry.connect
def _note_failure(
    task_id: str = "", exception: BaseException | None = None, reason: object = None, request: Any = None, **_: object
) -> None:
    """A task failed, or asks to be tried again (then Celery says which by its request)."""
    found = _running.get(task_id or getattr(request, "id", ""))
    error = exception if exception is not None else reason
    if found is not None and isinstance(error, BaseException):
        _fail(found[0], error)


@signals.task_postrun.connect
def _end_task(task_id: str, **_details: object) -> None:
    if task_id in _running:
        span, token = _running.pop(task_id)
        _sdk().context.detach(token)
        span.end()


@signals.worker_process_shutdown.connect
def _flush_child(**_details: object) -> None:
    """A worker's child ends without saying goodbye to Python."""
    flush()
