"""``./viva restore``: a backup into an empty folder, whole or not at all."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from launcher.paths import ROOT, command, environment

HELP_RESTORE = """\
usage: ./viva restore DIR|s3://BUCKET/PREFIX --key FILE --data NEW [--snapshot NAME] [--removals FILE] [--json]

Restore the newest backup in DIR (or the one named) into NEW, a folder that is empty or not there yet. A backup of
PostgreSQL goes into the empty database that VIVA_DATABASE_URL names; files go where VIVA_STORAGE says, empty too. Every
checksum and every row is compared. What was erased, withdrawn or revoked since is done again, as far as the journals in
the backup and those named by --removals know it; unsent messages are held until an admin sends them; everybody signs in
again.
"""


def restore(home: Path, arguments: list[str]) -> int:
    """Restore into ``home``, by a folder beside it that takes its place at the end. The exit status."""
    json = [argument for argument in arguments if argument == "--json"]
    rest = [argument for argument in arguments if argument != "--json"]
    beside = home.with_name(f"{home.name}.restoring-{os.getpid()}")
    env = environment(VIVA_HOME=str(beside), VIVA_REMOVALS="")
    removals = os.environ.get("VIVA_REMOVALS")
    if removals and Path(removals).is_file():
        rest += ["--removals", removals]
    try:
        first = subprocess.run(command("webapp.backup.unpacking", *rest, "--into", str(beside)), cwd=ROOT, env=env)
        if first.returncode:
            return first.returncode
        second = subprocess.run(command("flask", "--app", "webapp", "settle-restore", *json), cwd=ROOT, env=env)
        if second.returncode not in (0, 1) or (beside / "restoring.json").exists():
            return second.returncode or 1
        if home.is_dir():
            home.rmdir()
        beside.rename(home)
        return second.returncode
    finally:
        shutil.rmtree(beside, ignore_errors=True)
