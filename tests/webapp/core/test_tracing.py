"""Traces, as a collector receives them: one from a request to its tasks and on to theirs, and nothing of people."""

from __future__ import annotations

import contextlib
import gzip
import importlib.util
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from flask import Flask

from tests import servers
from webapp import create_app
from webapp.core import queues, tracing

pytest.importorskip("opentelemetry.sdk", reason="no OpenTelemetry (uv sync --extra cluster)")


class Collector(HTTPServer):
    """Takes what an exporter sends by OTLP over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Take)
        self.bodies: list[bytes] = []
        self.address = f"http://127.0.0.1:{self.server_port}"

    def spans(self) -> dict[str, Any]:
        """Span by name."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        found = {}
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                assert said(resource.resource)["service.name"] == "viva"
                found |= {span.name: span for scope in resource.scope_spans for span in scope.spans}
        return found


class _Take(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture(params=["ours", pytest.param("Rotel", marks=pytest.mark.full)])
def collector(request) -> Iterator[Collector]:
    """One that keeps what it takes, asked at once or by another program that collects, batches and sends on."""
    with Collector() as server, contextlib.ExitStack() as stack:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        if request.param == "Rotel":
            server.address = stack.enter_context(rotel(server.address))
        yield server
        server.shutdown()
        thread.join(10)


@contextlib.contextmanager
def rotel(to: str) -> Iterator[str]:
    """Rotel, which sends on what it collects; gives its address."""
    found = importlib.util.find_spec("rotel")
    if found is None or found.origin is None:
        pytest.skip("no Rotel (uv pip install rotel==0.0.1a15)")
    port, other = servers.free_port(), servers.free_port()
    options = {
        "otlp-http-endpoint": f"127.0.0.1:{port}", "otlp-grpc-endpoint": f"127.0.0.1:{other}", "exporter": "otlp",
        "otlp-exporter-endpoint": to, "otlp-exporter-protocol": "http",
    }  # fmt: skip
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    process = subprocess.Popen([Path(found.origin).parent / "rotel-agent", "start", *words])
    try:
        deadline = time.monotonic() + 20
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None and time.monotonic() < deadline, "Rotel does not start"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def traced(tmp_path, collector, monkeypatch) -> Iterator[Flask]:
    """An application with a route that leads to a task, which leads to another, which fails."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    app = create_app({"HOME": tmp_path, "TESTING": True, "BROKER_URL": "memory://", "TRACES": f"{collector.address}/"})
    celery = app.extensions["celery"]
    done = threading.Event()

    @celery.task(name="test.first", shared=False)
    def first(_who: str) -> None:
        second.delay("Jane Doe")

    @celery.task(name="test.second", shared=False)
    def second(who: str) -> None:
        try:
            raise ValueError(f"{who} <jane@example.org> cannot be read")
        finally:
            done.set()

    @app.get("/of/<who>")
    def begin(who: str) -> str:
        first.delay(who)
        return "begun"

    app.extensions["test.done"] = done
    yield app
    for task in ("test.first", "test.second"):
        celery.tasks.pop(task)
    app.config["TRACES"] = ""
    tracing.init_app(app)


def said(span: Any) -> dict[str, Any]:
    """A span's attributes."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


def test_a_trace_leads_from_a_request_to_every_task_and_says_nothing_of_people(traced, collector):
    outside = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "X-Request-Id": "request-17", "User-Agent": "Jane's"}
    answer = traced.test_client().get("/of/Jane%20Doe?mail=jane@example.org", headers=outside)
    assert answer.status_code == 200
    traced.test_client().get("/healthz")
    traced.test_client().get("/no/such/Jane")
    worker = {"pool": "solo", "perform_ping_check": False, "loglevel": "CRITICAL", "queues": queues.QUICK}
    with start_worker(traced.extensions["celery"], **worker):
        assert traced.extensions["test.done"].wait(20)
    tracing.flush()
    deadline = time.monotonic() + 20
    while len(collector.spans()) < 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    found = collector.spans()
    assert set(found) == {"GET /of/<who>", "test.first", "test.second", "GET none"}
    request, first, second = (found[name] for name in ("GET /of/<who>", "test.first", "test.second"))
    assert request.trace_id == first.trace_id == second.trace_id != found["GET none"].trace_id
    assert not request.parent_span_id and request.trace_id != bytes.fromhex("a" * 32)
    assert (first.parent_span_id, second.parent_span_id) == (request.span_id, first.span_id)
    assert said(request)["viva.request_id"] == "request-17" == answer.headers["X-Request-Id"]
    assert (
        said(request)["http.response.status_code"] == 200
        and said(found["GET none"])["http.response.status_code"] == 404
    )
    assert len(said(first)["viva.task_id"]) == 36 and said(first)["viva.queue_seconds"] >= 0
    assert said(second)["error.type"] == "ValueError" and second.status.code == 2 and first.status.code == 0
    for body in collector.bodies:
        assert not any(word in body for word in (b"Jane", b"jane", b"example.org", b"127.0.0.1"))


def test_no_traces_unless_a_collector_is_named(app, client):
    assert client.get("/healthz").status_code in (200, 503)
    headers: dict[str, Any] = {}
    tracing._tell_task(headers)
    assert headers == {} and tracing._provider is None
