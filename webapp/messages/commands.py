"""Commands of the operator: ``./viva flask messages …``."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from webapp.core.database import db
from webapp.messages import bounces

group = AppGroup("messages", help="What goes out, and what came back.")


@group.command("bounced")
def bounced() -> None:
    """Read a returned mail from standard input; for an alias of the mail server."""
    found = bounces.read(sys.stdin.buffer.read(2 * 1024**2))
    db.session.commit()
    click.echo(f"Message {found} came back." if found else "No message of ours failed by this mail.")
