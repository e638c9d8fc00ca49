"""``./viva flask models``: which model version the whole installation uses."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from webapp.analysis import kept_weights
from webapp.analysis.versions import everywhere
from webapp.core.database import db
from webapp.policy import Modality
from webapp.policy.models import NEWEST, OFF
from webapp.policy.switches import switch, switched_on
from webapp.registry import groups
from webapp.registry.cards import cards

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
    if chosen not in (NEWEST, OFF, *everywhere(Modality(modality)), *kept_weights.kept(Modality(modality))):
        raise click.ClickException(f"No answer was read by {version}. Name another version, newest, or off.")
    switch(Modality(modality), chosen, organisation_id=None, by=None)
    db.session.commit()
    click.echo(f"{modality}: {switched_on(None, Modality(modality)) or 'newest'}. Organisations' own choices stay.")


@models.command("groups")
def groups_command() -> None:
    """Print what each model's card says by group of people: recall with a 95 % interval over people, or that it is not
    measured."""
    for card in cards():
        for line in groups.lines_of(card):
            click.echo(f"{card.name} ({card.version}): {line}")


@models.command("keep")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@with_appcontext
def keep_command(folder: Path | None) -> None:
    """Keep the weights in FOLDER (an earlier release's ml/weights), else the installed ones, to go back to."""
    new = kept_weights.keep(folder)
    click.echo("\n".join(new) if new else "Nothing new: every whole model in it is kept already.")


@models.command("kept")
@with_appcontext
def kept_command() -> None:
    """List the versions whose weights are kept."""
    for modality in Modality:
        for version in kept_weights.kept(modality):
            click.echo(f"{modality.value}: {version}")
