"""Passwords for the demonstration: four short words, drawn for each installation."""

from __future__ import annotations

import secrets
from pathlib import Path

#: 131 words: seven bits each.
WORDS = Path(__file__).with_name("words.txt").read_text("ascii").split()


def draw() -> str:
    """A new password, such as ``lilac-harbour-comet-otter``."""
    return "-".join(secrets.choice(WORDS) for _ in range(4))
