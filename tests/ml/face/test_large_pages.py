"""Large pages are asked for, and nothing breaks where there are none."""

from __future__ import annotations

import sys

from ml.face import large_pages


def test_the_heap_is_asked_for_in_huge_pages_and_stays_whole() -> None:
    kept = [bytes([i % 256]) * 1000 for i in range(5000)]
    large_pages.heap_in_huge_pages()
    assert all(piece == bytes([i % 256]) * 1000 for i, piece in enumerate(kept))


def test_elsewhere_nothing_happens(monkeypatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(large_pages.ctypes, "CDLL", None)
    large_pages.heap_in_huge_pages()
