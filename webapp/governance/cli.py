"""The commands ``./viva audit verify`` and ``./viva erase … --dry-run``."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import sqlalchemy as sa

from webapp import create_app
from webapp.core.database import db
from webapp.core.settings import ROOT
from webapp.governance import chain, self_test
from webapp.governance.recorder import head_file


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        print(f"viva: {message[:1].upper()}{message[1:].rstrip('.')}. See {self.prog} --help.", file=sys.stderr)
        raise SystemExit(2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. 0: done; 1: the log is broken, or a test of it failed; 2: bad input."""
    parser = _Parser(prog="./viva", description="What governance proves and erases.")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    audit = commands.add_parser("audit", prog="./viva audit").add_subparsers(
        dest="what", required=True, parser_class=_Parser
    )
    verify = audit.add_parser("verify", help="check that the audit log hangs together")
    verify.add_argument("--self-test", action="store_true", help="write a log of its own and tamper with it")
    verify.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    return _self_test(options) if options.self_test else _verify(options)


def _verify(options: argparse.Namespace) -> int:
    if (problem := _no_database()) is not None:
        return _refused(problem)
    with create_app().app_context():
        kept = chain.kept_head(head_file())
        try:
            with db.engine.connect() as connection:
                found = chain.verify(connection, kept)
        except sa.exc.DBAPIError:
            return _refused("This database has no audit log yet. Start Viva once, and it is brought up to date.")
    _print(options, {"rows": found.rows, "broken": found.broken, "first_broken": found.first_broken}, _verdict(found))
    return 1 if found.broken else 0


def _verdict(found: chain.Verdict) -> str:
    if found.broken:
        return f"The log is broken: {found.broken} of {found.rows} entries, the first is number {found.first_broken}."
    return f"{found.rows} entries, and all of them hang together."


def _self_test(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="viva-audit-") as folder:
        found = self_test.run(Path(folder))
    said = (
        f"{found['rows']} entries by {found['writers']} processes, {found['events_per_second']} a second, "
        f"{found['broken']} broken; {found['found']} of {found['tampered']} changes by another hand were found."
    )
    _print(options, found, said)
    well = found["broken"] == 0 and found["rows"] == found["expected"] and found["found"] == found["tampered"]
    return 0 if well else 1


def _no_database() -> str | None:
    """Why there is nothing to look at; None where there is a database, or one on another server."""
    if os.environ.get("VIVA_DATABASE_URL"):
        return None
    home = Path(os.environ.get("VIVA_HOME") or ROOT / ".viva")
    if (home / "viva.db").is_file():
        return None
    return f"There is no database in {home}. Name the folder with --data DIR."


def _print(options: argparse.Namespace, found: dict[str, Any], said: str) -> None:
    print(json.dumps(found) if options.json else said)


def _refused(message: str) -> int:
    print(f"viva: {message}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
