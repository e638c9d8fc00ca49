"""What processes count for /metrics: each keeps its own numbers in a small file, and whoever is asked adds them up.

Workers and live services come and go; what an ended process counted stays in its file for a week. Names and labels
are ours and never a person's.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from webapp.core.file_broker import write_whole

#: Seconds between two writings of one process's file, and after which that of an ended process is removed.
EVERY, KEPT = 5.0, 7 * 86400.0

#: Seconds up to which answers are counted together.
BOUNDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0)

_lock = threading.Lock()
_counts: dict[tuple[int, str, str], float] = defaultdict(float)
_written: dict[str, float] = {}


def _after_fork() -> None:
    """A copy of this process was made while somebody may have held the lock."""
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)


def add(
    home: Path, name: str, amount: float = 1.0, labels: Mapping[str, str] | None = None, *, at_once: bool = False
) -> None:
    """Count ``amount`` more under ``name``, with a few labels; ``at_once`` for what is rare, so that it is written now.

    Never fails: what counts must not stop what works.
    """
    with _lock:
        _counts[os.getpid(), str(home), json.dumps([name, dict(labels or {})], sort_keys=True)] += amount
        if not at_once and time.monotonic() - _written.get(str(home), -EVERY) < EVERY:
            return
        _written[str(home)] = time.monotonic()
    flush(home)


def flush(home: Path) -> None:
    """Write this process's numbers down now."""
    with _lock:
        mine = {key: value for (pid, of, key), value in _counts.items() if pid == os.getpid() and of == str(home)}
    if mine:
        with contextlib.suppress(OSError):
            folder(home).mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(folder(home) / f"{os.getpid()}-{_BORN}.json", json.dumps(mine).encode())


def totals(home: Path) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Name and labels → the sum over all processes of this data folder."""
    flush(home)
    found: dict[tuple[str, tuple[tuple[str, str], ...]], float] = defaultdict(float)
    for path in folder(home).glob("*.json"):
        try:
            if time.time() - path.stat().st_mtime > KEPT:
                path.unlink()
                continue
            for key, value in json.loads(path.read_bytes()).items():
                name, labels = json.loads(key)
                found[name, tuple(sorted(labels.items()))] += float(value)
        except (OSError, ValueError):
            continue
    return dict(found)


def folder(home: Path) -> Path:
    """Where the files lie."""
    return Path(home) / "health" / "counters"


#: Tells a process from an earlier one with its number.
_BORN = int(time.time())
