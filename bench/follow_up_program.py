"""The server in the bench of follow-ups: what arrives faster than it is spoken is looked at as much more often."""

from __future__ import annotations

from bench.follow_ups import SPEED
from webapp.core import server
from webapp.follow_ups import receivers

if __name__ == "__main__":
    receivers.EVERY /= SPEED
    server.main()
