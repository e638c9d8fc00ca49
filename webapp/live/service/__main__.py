"""``python -m webapp.live.service``: the live service, until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import logging
import resource
import signal

from webapp import create_app
from webapp.live.service.server import Service


def main() -> None:
    """Run the service at LIVE_LISTEN."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("websockets").setLevel(logging.WARNING)
    logging.getLogger("websockets.server").addFilter(without_traceback)
    # One file for each connection, and they are counted in thousands.
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    asyncio.run(_run(Service(create_app())))


def without_traceback(record: logging.LogRecord) -> bool:
    """A connection that says nothing, or no HTTP, is a line for debugging, not a traceback each."""
    return not str(record.msg).startswith("opening handshake failed")


async def _run(service: Service) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with service:
        logging.info("The live service listens on %s", service.app.config["LIVE_LISTEN"])
        await stop.wait()


if __name__ == "__main__":
    main()
