"""The whole way, nothing mocked."""

from __future__ import annotations


def test_home_has_no_errors(page):
    page.goto("/")
    assert "Viva" in page.title()
