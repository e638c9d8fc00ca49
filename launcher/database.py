"""Bring the database to its present shape, and skip that quickly where it has it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from launcher.console import Failure, Step
from launcher.paths import ROOT
from launcher.supervisor import Process


def prepare(home: Path, begin: Callable[[Sequence[str]], Process], *, demo: bool) -> None:
    """Migrate and, with ``demo``, put the demonstration in, by a process that ``begin`` starts. Raises Failure."""
    _check_database(home)
    stamp = home / "prepared"
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if stamp.read_text("utf-8") == _wanted(home, demo=demo):
            return
    step = Step("Preparing the database")
    process = begin(["flask", "--app", "webapp", "prepare", *(["--demo"] if demo else [])])
    with process.stdout or contextlib.nullcontext(io.BytesIO()) as pipe:
        output = pipe.read()
    if process.wait():
        step.stop()
        log = home / "logs" / "prepare.log"
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        log.write_bytes(output)
        tail = "\n".join(f"    {line}" for line in output.decode("utf-8", "replace").splitlines()[-6:])
        raise Failure(
            f"The database in {home} could not be prepared. The whole story is in {log}; it ends with:\n{tail}\n"
            "If this folder was made by a newer Viva, use that one; otherwise start with a fresh folder (--data DIR)."
        )
    stamp.write_text(_wanted(home, demo=demo), "utf-8")
    step.done()


def _check_database(home: Path) -> None:
    """Raise Failure for a database file that holds nothing: a new one in its place would hide that the old is gone."""
    database = home / "viva.db"
    if os.environ.get("VIVA_DATABASE_URL") or not database.is_file() or database.stat().st_size:
        return
    raise Failure(
        f"The database {database} is empty: it was cut off, or the disk was full. Put a backup in its place; or, if "
        "there is nothing to lose, delete the file and start again."
    )


def _wanted(home: Path, *, demo: bool) -> str:
    """What decides whether there is anything to do: our migrations and demonstration, and what the database has."""
    total = hashlib.sha256(f"{demo} {os.environ.get('VIVA_DATABASE_URL')}".encode())
    for path in sorted([*(ROOT / "migrations" / "versions").glob("*.py"), *(ROOT / "webapp" / "demo").glob("*")]):
        if path.is_file():
            total.update(path.read_bytes())
    return f"{total.hexdigest()} {_revision(home)}"


def _revision(home: Path) -> str:
    """The embedded database's migration; for another database a word that never fits, so that it is always asked."""
    if os.environ.get("VIVA_DATABASE_URL"):
        return os.urandom(8).hex()
    try:
        with contextlib.closing(sqlite3.connect(f"{(home / 'viva.db').as_uri()}?mode=ro", uri=True)) as database:
            return str(database.execute("select version_num from alembic_version").fetchone())
    except sqlite3.Error:
        return os.urandom(8).hex()
