"""The commands ``./viva audit verify`` and ``./viva erase … --dry-run``; the first with ``--self-test`` needs no
application and is in self_test.py."""

from __future__ import annotations

import json
import sys
from typing import NoReturn

import click
import sqlalchemy as sa
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from webapp.core.database import db
from webapp.governance import chain, erasure
from webapp.governance.recorder import head_file

audit = AppGroup("audit", help="The audit log.")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(audit)
    app.cli.add_command(erase)


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def verify(as_json: bool) -> None:
    """Check that the audit log hangs together. 0: it does; 1: it does not; 2: there is none."""
    kept = chain.kept_head(head_file())
    try:
        with db.engine.connect() as connection:
            found = chain.verify(connection, kept)
    except sa.exc.DBAPIError:
        refuse("This database has no audit log yet. Start Viva once, and it is brought up to date.")
    if as_json:
        click.echo(json.dumps({"rows": found.rows, "broken": found.broken, "first_broken": found.first_broken}))
    elif found.broken:
        click.echo(
            f"Broken: {found.broken} of {found.rows} entries do not fit; the first is number {found.first_broken}."
        )
    else:
        click.echo(f"{found.rows} entries, and all of them hang together.")
    sys.exit(1 if found.broken else 0)


@click.command("erase")
@click.option("--interview", metavar="ID", help="One interview and its invitation.")
@click.option("--email", metavar="ADDRESS", help="Everything about one candidate.")
@click.option("--dry-run", is_flag=True, help="Say what would go. Nothing does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def erase(interview: str | None, email: str | None, dry_run: bool, as_json: bool) -> None:
    """Say what erasing somebody would remove, table by table."""
    if bool(interview) == bool(email):
        refuse("Say whom: --interview ID, or --email ADDRESS.")
    if not dry_run:
        refuse(
            "People erase on the page of an invitation, where it is logged who did. Here it is only said: --dry-run."
        )
    try:
        scope = erasure.scope_of_interview(interview) if interview else erasure.scope_of_email(email or "")
    except erasure.ErasureError as failure:
        refuse(str(failure))
    found = erasure.plan(scope).to_json()
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, count in found["tables"].items():
        click.echo(f"{count:8} {name}")
    click.echo(f"{found['files']:8} files, {found['file_bytes']} bytes")
    click.echo(f"{found['share_links']:8} share links, {found['receivers']} receivers")
    for name, count in found["stays"].items():
        click.echo(f"{count:8} {name} stay until {found['stays_until']}: the law wants records kept")
    for each in found["held"]:
        click.echo(f"Interview {each} is under a legal hold: nothing of it goes.")


def refuse(message: str) -> NoReturn:
    """Say in one sentence what was wrong with the input, and end."""
    click.echo(f"viva: {message}", err=True)
    sys.exit(2)
