"""What is made of a reading when somebody asks: made by one request at a time, kept under the reading's id, gone with
the reading."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from webapp.core.storage import storage

#: Where it lies in storage: whatever deletes a reading deletes all of this kind.
KIND = "maps"
#: Pieces kept of one reading; beyond, the oldest go.
KEPT = 60
#: How long (seconds) a request waits for another that computes: one at a time takes the server's processor.
PATIENCE = 10.0

_one_at_a_time = threading.Lock()


class SaliencyBusyError(Exception):
    """Somebody else's is being made; try again."""


def get_or_compute(analysis_id: str, name: str, version: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What ``make`` returns and ``model``: ``version``; from storage where that version made it before.

    ``name`` tells it from others of the same reading. Raises SaliencyBusyError, and what ``make`` raises.
    """
    key = f"{KIND}/{analysis_id}-{name}.json"
    kept = storage.read(key)
    if kept is not None and (found := json.loads(kept))["model"] == version:
        return found
    if not _one_at_a_time.acquire(timeout=PATIENCE):
        raise SaliencyBusyError
    try:
        found = make() | {"model": version}
    finally:
        _one_at_a_time.release()
    storage.save(key, json.dumps(found).encode(), durable=False)
    for old in storage.keys_of(KIND, analysis_id)[:-KEPT]:
        storage.delete(old)
    return found
