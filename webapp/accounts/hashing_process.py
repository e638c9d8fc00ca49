"""Hash and verify passwords, one a line, until standard input ends: what webapp/accounts/hashing.py runs.

Run as a file, so that it imports Argon2 and nothing of Viva: it takes 15 MB, and 64 MB while it works.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: How far it stands back behind whoever answers requests (see nice(2)).
NICENESS = 10


def answer(asked: dict[str, Any]) -> dict[str, str | bool]:
    """``{"cost": [time, memory, parallelism], "password": …}``, with ``"hash"`` to verify it against that."""
    time_cost, memory_cost, parallelism = asked["cost"]
    hasher = PasswordHasher(int(time_cost), int(memory_cost), int(parallelism))
    password = str(asked["password"])
    if "hash" not in asked:
        return {"hash": hasher.hash(password)}
    try:
        return {"right": hasher.verify(str(asked["hash"]), password)}
    except (VerificationError, InvalidHashError, UnicodeError):
        return {"right": False}


def main() -> None:
    """Serve until whoever asks is gone."""
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        main()
