"""Run a piece of Python in a process of its own, on one core, and say what it took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
_FRAME = """
import json, os, sys, time
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
answer = {}
%s
from bench.measuring import peak_memory
answer["peak_mb"] = peak_memory()
print(json.dumps(answer))
"""


class BenchFailed(Exception):
    """A measured process ended with an error; the text is its last line."""


def run(program: str, *arguments: str) -> dict[str, Any]:
    """Run ``program`` pinned to one core; returns the dictionary ``answer`` that it fills, with ``peak_mb`` added.

    Its arguments are ``sys.argv[1:]``. Raises BenchFailed.
    """
    done = subprocess.run(
        [sys.executable, "-c", _FRAME % program, *arguments],
        cwd=ROOT,
        env={**os.environ, **_ONE_THREAD, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise BenchFailed(last.removeprefix("ml.core.errors.ModelMissing: "))
    return json.loads(done.stdout.splitlines()[-1])


def peak_memory() -> float:
    """This process's largest resident memory so far, in MB.

    Linux's VmHWM where there is one: ru_maxrss counts the parent's memory too, from before exec.
    """
    try:
        line = next(text for text in Path("/proc/self/status").read_text().splitlines() if text.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    except (OSError, StopIteration):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS counts bytes


def rows(head: tuple[str, ...], body: list[tuple[str, ...]]) -> str:
    """A table in plain text."""
    widths = [max(len(line[i]) for line in [head, *body]) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in [head, *body]]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
