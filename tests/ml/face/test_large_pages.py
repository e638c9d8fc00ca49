"""Large pages are asked for, and nothing breaks where there are none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ml.face import large_pages

#: In a process of its own: what the heap's flags are before and after, and whether what lies there is still whole.
CODE = """
from pathlib import Path
from ml.face import large_pages

def flags():
    found, inside = set(), False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split()[0]:
            inside = line.endswith("[heap]")
        elif inside and line.startswith("VmFlags:"):
            found |= set(line.split()[1:])
    return found

kept = [bytes([i % 256]) * 1000 for i in range(20000)]
before = flags()
large_pages.heap_in_huge_pages()
print("hg" in before, "hg" in flags(), all(piece == bytes([i % 256]) * 1000 for i, piece in enumerate(kept)))
"""


@pytest.mark.skipif(not Path("/proc/self/smaps").is_file(), reason="only Linux says how memory is held")
def test_the_heap_is_asked_for_in_huge_pages_and_stays_whole() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "True"]


def test_elsewhere_nothing_happens(monkeypatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(large_pages.ctypes, "CDLL", None)
    large_pages.heap_in_huge_pages()
