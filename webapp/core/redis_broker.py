"""Redis as a broker: Kombu's transport, which a message that cannot be read does not stop.

Kombu decodes what comes from Redis in the worker's event loop, where a message that is no JSON ends the worker. Here it
is looked at as it comes, and what no worker could take is put into a list of its own.
"""

from __future__ import annotations

import importlib.util
import json
from typing import Any

from kombu.transport import TRANSPORT_ALIASES

#: The list of messages that nobody could read, and how many are kept to look at.
UNREADABLE, KEPT = "viva.unreadable", 100


def register() -> None:
    """Let ``redis://`` and ``rediss://`` mean this transport. Raises RuntimeError where its driver is not installed."""
    if importlib.util.find_spec("redis") is None:
        raise RuntimeError(
            "The broker is Redis, and its driver is not installed. ./viva up installs it; by hand: uv sync --extra "
            "cluster"
        )
    TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = "webapp.core.redis_transport:Transport"


def is_readable(data: bytes, channel: Any) -> bool:
    """Whether Kombu can make a message of ``data``, which came from a queue."""
    try:
        payload = json.loads(data)
        message = channel.Message(payload, channel=channel)
        delivery = message.delivery_info
        return bool(message.delivery_tag) and "exchange" in delivery and "routing_key" in delivery
    except (ValueError, TypeError, KeyError, AttributeError, LookupError, RecursionError):
        return False
