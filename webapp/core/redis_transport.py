"""Kombu's transport of Redis with a reader that sets aside what is no message; see redis_broker.py.

Imported by Kombu alone, once Redis is the broker: its driver is installed only then.
"""

from __future__ import annotations

import logging
from typing import Any

from kombu.transport import redis as kombu_redis

from webapp.core.redis_broker import KEPT, UNREADABLE, is_readable

logger = logging.getLogger(__name__)

#: Redis' commands whose answers are messages.
_TAKES = ("BRPOP", "RPOP")


class Channel(kombu_redis.Channel):
    """Looks at each message as it comes, before Kombu decodes it."""

    def _create_client(self, asynchronous: bool = False) -> Any:
        client = super()._create_client(asynchronous)
        parse = client.parse_response

        def parse_response(connection: Any, command_name: str, **options: Any) -> Any:
            answer = parse(connection, command_name, **options)
            if command_name in _TAKES and answer:
                data = answer[-1] if isinstance(answer, list | tuple) else answer
                if not is_readable(data, self):
                    self._set_aside(data)
                    return None  # as if nothing had come
            return answer

        client.parse_response = parse_response
        return client

    def _set_aside(self, data: bytes) -> None:
        logger.warning("A message could not be read and is set aside in %s", UNREADABLE)
        with self.conn_or_acquire() as client:
            client.lpush(UNREADABLE, data)
            client.ltrim(UNREADABLE, 0, KEPT - 1)


class Transport(kombu_redis.Transport):
    """Kombu's transport with the channel above."""

    Channel = Channel
