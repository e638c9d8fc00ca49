"""The command ``./viva storage move``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import cast

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from werkzeug.local import LocalProxy

from webapp.core import storage, storage_moving

group = AppGroup("storage", help="Where recordings and other files lie.")


@group.command("move")
@click.option("--to", "address", metavar="ADDRESS", required=True, help="s3://bucket/prefix, or a folder.")
@click.option("--check", is_flag=True, help="Compare the checksums of files that were moved before, too.")
@click.option("--replace", is_flag=True, help="Remove files there that are not here, whoever put them there.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def move(address: str, check: bool, replace: bool, as_json: bool) -> None:
    """Copy all files to ADDRESS, compared by checksum, while Viva runs.

    Run it until little is left to copy. Then stop Viva, run it once more, which takes in what is still arriving, set
    VIVA_STORAGE to ADDRESS, and start Viva. Nothing is removed from where files lie now.
    """
    app = cast("LocalProxy[Flask]", current_app)._get_current_object()
    if address == (app.config["STORAGE"] or ""):
        click.echo("viva: Files lie there already.", err=True)
        sys.exit(2)
    try:
        source, target = storage.bare(app, app.config["STORAGE"]), storage.bare(app, address)
        moved = storage_moving.Moved(Path(app.config["HOME"]), address)
        counts = storage_moving.move(
            source, target, moved, check=check, replace=replace, tell=lambda text: click.echo(text, err=True)
        )
        counts["arriving"] = 0
        if not app.config["STORAGE"] and address.startswith("s3:"):
            uploads = Path(app.config["HOME"]) / storage.UPLOADS
            counts["arriving"] = storage_moving.take_uploads(uploads, storage.sealed(app, target), moved)
        elif app.config["STORAGE"].startswith("s3:") and not address.startswith("s3:"):
            counts["arriving"] = storage_moving.leave_uploads(
                app.config["HOME"] / storage.UPLOADS, storage.sealed(app, source)
            )
    except ValueError as error:
        click.echo(f"viva: {error}", err=True)
        sys.exit(2)
    except OSError as error:
        click.echo(f"viva: {error.strerror or error}. What was copied stays; run it again.", err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(counts))
    else:
        click.echo(
            f"Copied {counts['copied']} files ({counts['bytes']} bytes), {counts['already']} were there, "
            f"{counts['removed']} removed, {counts['arriving']} still arriving, {counts['failed']} failed."
        )
    sys.exit(1 if counts["failed"] else 0)
