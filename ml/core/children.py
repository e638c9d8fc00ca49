"""Start a Python of our own beside this one."""

from __future__ import annotations

import subprocess
import sys
from typing import Any


def start(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """This interpreter with ``arguments``, which are ours and nobody else's. ``options`` are Popen's."""
    return subprocess.Popen([sys.executable, "-P", *arguments], **options)  # noqa: S603
