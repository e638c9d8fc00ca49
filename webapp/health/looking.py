"""Looks at many parts at once, each with a time-out: one that fails or hangs keeps nobody from seeing the others."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import Any

from flask import Flask

from webapp.core.translation import language, writing_in

logger = logging.getLogger(__name__)

#: Seconds that all looks together get.
PATIENCE = 3.0
Look = Callable[[Flask], Any]


def at(app: Flask, looks: Mapping[str, Look]) -> dict[str, Any]:
    """Name → what its look found, or the exception that it ended with; TimeoutError where it has not ended.

    Each look runs in a thread with an application context of its own, in the language of this request and kept to no
    organisation. One that hangs is waited for by whoever looks next; it is not begun a second time.
    """
    end = time.monotonic() + PATIENCE
    begun = {name: _begin(app, name, look, language()) for name, look in looks.items()}
    found: dict[str, Any] = {}
    for name, future in begun.items():
        try:
            found[name] = future.result(max(0.0, end - time.monotonic()))
        except NotYet as error:
            logger.warning("Looking at %s takes longer than %g seconds", name, PATIENCE)
            found[name] = error
        except Exception as error:
            logger.warning("Looking at %s failed", name, exc_info=error)
            found[name] = error
    return found


def _begin(app: Flask, name: str, look: Look, written_in: str) -> Future[Any]:
    running: dict[tuple[str, str], Future[Any]] = app.extensions.setdefault("viva_looks", {})
    key = (name, written_in)
    if key in running:
        return running[key]
    future: Future[Any] = Future()
    running[key] = future

    def run() -> None:
        try:
            with app.app_context(), writing_in(written_in):
                found = look(app)
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(found)
        finally:
            running.pop(key, None)

    # A daemon: one that hangs does not keep the server from stopping, as those of an executor would.
    threading.Thread(target=run, name=f"look-{name}", daemon=True).start()
    return future
