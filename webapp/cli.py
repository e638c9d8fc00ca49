"""Commands for the person who runs Viva: ``./viva admin create``, ``./viva organisation …``, ``./viva flask …``."""

from __future__ import annotations

import json

import click
import flask_migrate
import sqlalchemy as sa
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from webapp.accounts.models import User
from webapp.accounts.operations import add_admin
from webapp.accounts.passwords import weakness
from webapp.accounts.second_step import take_away
from webapp.core import environment, storage_cli, updating
from webapp.core import keys as key_file
from webapp.core.database import db
from webapp.core.settings import ROOT
from webapp.demo.seed import seed
from webapp.organisations.cli import organisation
from webapp.registry import dependencies

admin = AppGroup("admin", help="People who run this Viva.")
keys = AppGroup("keys", help="The keys that sign sessions and links.")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(admin)
    app.cli.add_command(prepare)
    app.cli.add_command(settings)
    app.cli.add_command(sbom)
    app.cli.add_command(keys)
    app.cli.add_command(storage_cli.group)
    app.cli.add_command(organisation)


@click.command("prepare")
@click.option("--demo", is_flag=True, help="Put the demonstration in as well.")
@with_appcontext
def prepare(demo: bool) -> None:
    """Bring the database to its present shape; ``./viva up`` does this at every start."""
    try:
        updating.upgrade()
    except updating.UpdateError as error:
        raise click.ClickException(str(error)) from error
    if demo:
        seed()


@click.command("settings")
@click.option("--write", is_flag=True, help="Bring the tables of docs/ up to date instead.")
def settings(write: bool) -> None:
    """Show every setting of the environment."""
    for path in sorted((ROOT / "docs").glob("*.md")) if write else ():
        path.write_text(environment.filled_in(path.read_text("utf-8")), "utf-8")
    for name in ("operations", "live", "developers") if not write else ():
        click.echo(environment.table(name))


@click.command("sbom")
def sbom() -> None:
    """Write what Viva is made of as a CycloneDX file (JSON) to standard output."""
    click.echo(json.dumps(dependencies.sbom(dependencies.packages()), indent=1))


@keys.command("rotate")
@click.argument("kind", type=click.Choice([*key_file.KINDS, "all"]))
@click.option("--keep-days", default=30, show_default=True, type=click.IntRange(0, 3660), help="0: old ones end now.")
@with_appcontext
def rotate(kind: str, keep_days: int) -> None:
    """Sign sessions or links with a new key; start the servers again afterwards."""
    try:
        key_file.rotate(list(key_file.KINDS) if kind == "all" else [kind], keep_days)
    except key_file.KeyFileError as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        "Done. Start the servers and workers again. Old keys "
        + (f"count for {keep_days} days more." if keep_days else "no longer count.")
    )


@admin.command("create")
@click.option("--email", prompt=True)
@click.option("--name", prompt=True)
@click.password_option(help="At least 12 characters.")
def create(email: str, name: str, password: str) -> None:
    """Make an admin."""
    email = email.strip().lower()
    if "@" not in email or len(email) > 254:
        raise click.ClickException(f"{email!r} is no email address. Enter one such as ada@example.org.")
    if why := weakness(password, name, email):
        raise click.ClickException(why)
    flask_migrate.upgrade()
    if db.session.scalar(sa.select(User).where(User.email == email)):
        raise click.ClickException(f"Somebody with the address {email} is here already. Choose another address.")
    user = add_admin(name=name, email=email, password=password)
    db.session.commit()
    click.echo(f"{user.name} <{user.email}> is an admin now.")


@admin.command("remove-second-step")
@click.option("--email", prompt=True)
def remove_second_step(email: str) -> None:
    """Let somebody in by their password alone who lost their second step, such as the only admin."""
    user = db.session.scalar(sa.select(User).where(User.email == email.strip().lower()))
    if user is None:
        raise click.ClickException(f"Nobody with the address {email} is here.")
    take_away(user, by=None)
    db.session.commit()
    click.echo(f"{user.name} <{user.email}> signs in without a second step until they set up a new one.")
