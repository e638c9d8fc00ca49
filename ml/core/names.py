"""Names of files, which are bytes to the system and need not be text."""

from __future__ import annotations

import os
from pathlib import Path


def shown_name(path: str | Path) -> str:
    """A file's name as text that can be printed and stored; bytes that are no UTF-8 as U+FFFD."""
    return os.fsencode(Path(path).name).decode("utf-8", "replace")
