"""``./viva flask models``: which model version the whole installation uses."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from webapp.analysis.versions import everywhere
from webapp.core.database import db
from webapp.policy import Modality
from webapp.policy.models import NEWEST, OFF
from webapp.policy.switches import switch, switched_on

models = AppGroup("models", help="The models that read answers.")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(models)


@models.command("switch")
@click.argument("modality", type=click.Choice([each.value for each in Modality]))
@click.argument("version")
@with_appcontext
def switch_command(modality: str, version: str) -> None:
    """Let VERSION count in the whole installation: a version that has read, newest, or off."""
    chosen = NEWEST if version == "newest" else version
    if chosen not in (NEWEST, OFF, *everywhere(Modality(modality))):
        raise click.ClickException(f"No answer was read by {version}. Name another version, newest, or off.")
    switch(Modality(modality), chosen, organisation_id=None, by=None)
    db.session.commit()
    click.echo(f"{modality}: {switched_on(None, Modality(modality)) or 'newest'}. Organisations' own choices stay.")
