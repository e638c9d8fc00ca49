"""How old the last backup is, and whether it could be read back: what ``./viva backup`` notes in the data folder."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path

from flask import Flask
from flask_babel import gettext as _

from webapp.core.data_folder import LAST_BACKUP, LAST_CHECK
from webapp.health.checks import Check
from webapp.health.words import ago

#: Seconds from which on a backup is old (docs/monitoring/alerts.yaml has the same), and far too old.
OLD, TOO_OLD = 36 * 3600, 7 * 86400


def age(home: Path) -> float:
    """Seconds since the last backup was made; -1 where there is none."""
    try:
        made = datetime.fromisoformat((home / LAST_BACKUP).read_text("ascii").strip())
    except (OSError, ValueError):
        return -1.0
    return max(0.0, time.time() - made.timestamp())


def check(app: Flask) -> Check:
    """How old the last backup is, and what was found when one was read back last."""
    home = Path(app.config["HOME"])
    seconds = age(home)
    if seconds < 0:
        return Check("backup", "note", _("There is none."), _("Run ./viva backup now, and every night from then on."))
    text = _("The last one: %(when)s.", when=ago(seconds))
    read = _last_check(home)
    if read is not None and not read[1]:
        damaged, do = _("One is damaged."), _("Run ./viva backup, then ./viva backup --check.")
        return Check("backup", "failed", f"{text} {damaged}", do)
    if read is None:
        checked = _("None was read back yet: run ./viva backup --check.")
    else:
        checked = _("Read back: %(when)s.", when=ago(read[0]))
    said = f"{text} {checked}"
    if seconds < OLD:
        return Check("backup", "ok", said)
    state = "note" if seconds < TOO_OLD else "failed"
    return Check("backup", state, said, _("Run ./viva backup by hand and read what it says."))


def _last_check(home: Path) -> tuple[float, bool] | None:
    """Seconds since a backup was read back last, and whether all was well; None where none was."""
    try:
        found = json.loads((home / LAST_CHECK).read_text("utf-8"))
        since = time.time() - datetime.fromisoformat(found["at"]).timestamp()
        return max(0.0, since), bool(found["good"]) and not found["damaged"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
