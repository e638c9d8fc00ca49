"""Sending files so that a client that reads slowly holds no thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

from flask import Response, request, send_file
from werkzeug.wsgi import wrap_file

#: Bytes that are handed over at once.
BLOCK = 64 * 1024


def send_path(path: Path, **options: Any) -> Response:
    """``send_file`` with conditions and ranges, where a range goes to the server as a file too.

    Werkzeug makes a range of a generator, which keeps a thread until its last byte is read; a file that stands at the
    range's beginning is sent by the server's loop.
    """
    if "," in request.headers.get("Range", ""):
        # A server may ignore ranges (RFC 9110, 14.2): of several at once all is sent, rather than nothing.
        request.environ.pop("HTTP_RANGE")
    response = send_file(path, conditional=True, **options)
    found = response.content_range
    start, stop = (found.start, found.stop) if found is not None else (None, None)
    if response.status_code == 206 and start is not None and stop is not None and request.method == "GET":
        stream = path.open("rb")
        stream.seek(start)
        cast("IO[bytes]", response.response).close()
        response.response = wrap_file(request.environ, stream, BLOCK)
        response.content_length = stop - start
        if not _ends_by_itself(request.environ):
            response.response = _limited(response.response, stop - start)
    return response


#: So many bytes of a range without an end are sent at once; a player asks for what follows.
WINDOW = 8 * 1024**2


def send_ranges(
    size: int,
    fetch: Callable[[int, int], IO[bytes]],
    *,
    mimetype: str,
    etag: str | bool = False,
    max_age: int | None = None,
) -> Response:
    """Send ``size`` bytes that lie elsewhere, whole or in a range, where ``fetch`` gets those from one to before
    another. They are fetched before the answer begins, so that a client that reads slowly holds no thread."""
    if "," in request.headers.get("Range", ""):
        request.environ.pop("HTTP_RANGE")
    response = Response(b"", mimetype=mimetype)
    response.cache_control.no_cache = True
    if max_age is not None:
        response.cache_control.max_age = max_age
    if isinstance(etag, str):
        response.set_etag(etag)
    response.content_length = size
    response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    if response.status_code == 304:
        return response
    found = response.content_range
    start, stop = 0, size
    if response.status_code == 206 and found.start is not None and found.stop is not None:
        start, stop = found.start, found.stop
        if request.headers["Range"].strip().endswith("-"):
            stop = min(stop, start + WINDOW)
            response.content_range.set(start, stop, size)
    if request.method == "GET":
        response.response = wrap_file(request.environ, fetch(start, stop), BLOCK)
        response.direct_passthrough = True
    response.content_length = stop - start
    return response


def _ends_by_itself(environ: dict[str, Any]) -> bool:
    """Whether the server stops at Content-Length by itself, as Waitress does."""
    return "waitress.client_disconnected" in environ


def _limited(blocks: Any, left: int) -> Any:
    try:
        for block in blocks:
            yield block[:left]
            left -= len(block)
            if left <= 0:
                return
    finally:
        blocks.close()
