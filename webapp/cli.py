"""Commands for the person who runs Viva: ``./viva admin create`` and ``./viva flask …``."""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask import Flask
from flask.cli import AppGroup

from webapp.database import db

admin = AppGroup("admin", help="People who run this Viva.")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(admin)


@admin.command("create")
@click.option("--email", prompt=True)
@click.option("--name", prompt=True)
@click.password_option(help="At least 12 characters.")
def create(email: str, name: str, password: str) -> None:
    """Make an admin."""
    from webapp.accounts.models import Role, User

    email = email.strip().lower()
    if len(password) < 12:
        raise click.ClickException("The password needs at least 12 characters.")
    if db.session.scalar(sa.select(User).where(User.email == email)):
        raise click.ClickException(f"Somebody with the address {email} is here already.")
    user = User(email=email, name=name.strip(), role=Role.ADMIN)
    user.set_password(password)
    db.session.add(user)
    db.session.commit()
    click.echo(f"{user.name} <{user.email}> is an admin now.")
