"""The data folder is its owner's alone, whoever made it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

#: In it: when the last backup was made, for /metrics.
LAST_BACKUP = "last-backup"
#: In it: what ``./viva backup --check`` found last, as JSON: ``at``, ``good`` (is there a good one) and ``damaged``.
LAST_CHECK = "last-backup-check"


def make_private(home: Path) -> None:
    """Make ``home``, or close it to others where it is open. Raises RuntimeError where that is not ours to do."""
    os.umask(os.umask(0o077) | 0o077)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    mode = stat.S_IMODE(home.stat().st_mode)
    if mode & 0o077:
        try:
            home.chmod(mode & ~0o077)
        except PermissionError:
            raise RuntimeError(
                f"The data folder {home} can be read by others and belongs to somebody else. Give it to the user who "
                f"runs Viva (chown) and close it (chmod 700), or choose another with --data DIR."
            ) from None
