"""Sending files so that a client that reads slowly holds no thread."""

from __future__ import annotations

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
