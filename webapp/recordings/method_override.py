"""``X-HTTP-Method-Override`` for uploads (tus 1.0): the way out where a proxy lets only GET and POST through."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

#: Only here, and only these: nowhere else may a header make one request into another.
PATHS = ("/recordings/uploads/",)
METHODS = frozenset({"PATCH", "DELETE", "HEAD"})


class MethodOverride:
    """WSGI middleware that makes a POST to an upload the request that its header names."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request by the method that it means."""
        wanted = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", "").strip().upper()
        if environ["REQUEST_METHOD"] == "POST" and wanted in METHODS and environ["PATH_INFO"].startswith(PATHS):
            environ["REQUEST_METHOD"] = wanted
        return self._application(environ, start_response)
