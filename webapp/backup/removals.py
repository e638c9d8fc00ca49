"""The journal of removals: what was erased, withdrawn, revoked or ended, as ids, in a file beside the database.

A backup knows nothing of what came after it. Whoever restores one has what this file says done again. It is appended to
right after each commit; ``VIVA_REMOVALS`` puts it on another disk, so that it outlives this one.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

#: Its name in the data folder.
JOURNAL = "removals.jsonl"


def append(path: Path, entry: dict[str, Any]) -> None:
    """Add one entry, on the disk before this returns. Raises OSError."""
    line = json.dumps(entry, sort_keys=True).encode() + b"\n"
    with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "rb+", buffering=0) as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        if (end := stream.seek(0, os.SEEK_END)) and os.pread(stream.fileno(), 1, end - 1) != b"\n":
            line = b"\n" + line  # the last entry was cut off with the power
        stream.write(line)
        os.fsync(stream.fileno())


def read(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """The entries of several journals, each once, the oldest first. Lines that were cut off are left out."""
    found: dict[str, dict[str, Any]] = {}
    for path in paths:
        for line in path.read_bytes().splitlines() if path.is_file() else ():
            with contextlib.suppress(ValueError, KeyError, TypeError):
                entry = json.loads(line)
                datetime.fromisoformat(entry["at"])
                str(entry["kind"])
                found[line.decode()] = entry
    return sorted(found.values(), key=lambda entry: datetime.fromisoformat(entry["at"]))
