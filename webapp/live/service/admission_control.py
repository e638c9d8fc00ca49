"""Those who have connected: the many that say nothing must not keep out those who have come to talk."""

from __future__ import annotations

import asyncio

from websockets.asyncio.server import ServerConnection

#: Connections that have joined, of all browsers together, and such as have not (yet). Beyond these new ones are sent
#: away, and the oldest that have not joined are hung up on: browsers join within a moment.
MOST, WAITING = 1000, 200


class AdmissionControl:
    """Counts connections, from the first byte on."""

    def __init__(self) -> None:
        self._waiting: dict[ServerConnection, None] = {}
        self._joined: set[ServerConnection] = set()

    @property
    def is_full(self) -> bool:
        """Whether so many have joined that nobody else can be served."""
        return len(self._joined) >= MOST

    def came(self, connection: ServerConnection) -> None:
        """Somebody has connected; whoever has waited longest goes where too many wait."""
        self._waiting[connection] = None
        while len(self._waiting) > WAITING:
            oldest = next(iter(self._waiting))
            del self._waiting[oldest]
            oldest.transport.abort()

    def joined(self, connection: ServerConnection) -> None:
        """Somebody has shown a token that is valid."""
        if self._waiting.pop(connection, self) is None:
            self._joined.add(connection)

    def left(self, connection: ServerConnection) -> None:
        """A connection has ended."""
        self._waiting.pop(connection, None)
        self._joined.discard(connection)

    def connection(self) -> type[ServerConnection]:
        """The class of the server's connections; each tells this crowd of its beginning and its end."""
        crowd = self

        class Counted(ServerConnection):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                super().connection_made(transport)
                crowd.came(self)

            def connection_lost(self, error: Exception | None) -> None:
                super().connection_lost(error)
                crowd.left(self)

        return Counted
