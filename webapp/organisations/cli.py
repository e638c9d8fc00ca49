"""Commands about organisations: ``./viva organisation create NAME --admin EMAIL`` and ``./viva organisation list``."""

from __future__ import annotations

import json

import click
import flask_migrate
import sqlalchemy as sa
from flask.cli import AppGroup, with_appcontext

from webapp.accounts.models import Organisation, Role, User
from webapp.accounts.passwords import weakness
from webapp.core.database import db
from webapp.organisations.operations import TeamError, create_organisation
from webapp.organisations.profile import slug_of

organisation = AppGroup("organisation", help="The organisations that share this Viva.")


class BadInput(click.ClickException):
    """Something that was entered cannot be used; the message says what, and what to enter instead."""

    exit_code = 2


@organisation.command("create")
@click.argument("name")
@click.option("--admin", "email", required=True, metavar="EMAIL", help="The address of its first admin.")
@click.option("--admin-name", metavar="NAME", help="What the admin is called; asked for if it is left out.")
@click.option("--password", help="At least 12 characters; asked for if it is left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def create(name: str, email: str, admin_name: str | None, password: str | None, as_json: bool) -> None:
    """Make an organisation with a first team and an admin of its own."""
    email = email.strip().lower()
    if not name.strip() or len(name.strip()) > 120:
        raise BadInput("The name of an organisation has between 1 and 120 characters.")
    if "@" not in email or len(email) > 254:
        raise BadInput(f"{email!r} is no email address. Enter one such as ada@example.org.")
    flask_migrate.upgrade()
    _check_free(name.strip(), email)
    # Questions go to standard error, so that standard output holds the answer alone.
    admin_name = (admin_name or click.prompt("Name of the admin", err=True)).strip()
    password = password or click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    if why := weakness(password, admin_name, email):
        raise BadInput(why)
    try:
        made, admin = create_organisation(name, admin_name=admin_name, email=email, password=password)
    except TeamError as error:
        raise BadInput(str(error)) from None
    db.session.commit()
    if as_json:
        said = {"id": made.id, "name": made.name, "admin": {"id": admin.id, "name": admin.name, "email": admin.email}}
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        click.echo(f"{made.name} is an organisation now, and {admin.name} <{admin.email}> is its admin.")


def _check_free(name: str, email: str) -> None:
    """Before anything is asked: nobody has the address, and no organisation the name."""
    if db.session.scalar(sa.select(User).where(User.email == email)):
        raise BadInput(f"Somebody with the address {email} is here already. Choose another address.")
    names = db.session.scalars(sa.select(Organisation.name))
    if name.casefold() in {each.casefold() for each in names}:
        raise BadInput(f"There is an organisation called {name} already. Choose another name.")


@organisation.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def list_all(as_json: bool) -> None:
    """Say which organisations there are, and who their admins are; the oldest first."""
    found = [
        {
            "id": each.id,
            "name": each.name,
            "address": slug_of(each),
            "created_at": each.created_at.isoformat(),
            "admins": list(
                db.session.scalars(
                    sa.select(User.email)
                    .where(User.organisation_id == each.id, User.role == Role.ADMIN, User.active)
                    .order_by(User.email)
                )
            ),
        }
        for each in db.session.scalars(sa.select(Organisation).order_by(Organisation.created_at, Organisation.id))
    ]
    if as_json:
        click.echo(json.dumps({"organisations": found}, ensure_ascii=False))
        return
    for each in found:
        click.echo(f"{each['name']}  ({each['address']})  {', '.join(each['admins']) or 'no admin'}")
