"""A further organisation is made on the command line, and begins with a team and an admin of its own."""

from __future__ import annotations

import json

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.conftest import PASSWORD
from webapp.accounts.models import Organisation, Role, User
from webapp.core.database import db
from webapp.organisations.models import Membership, Team, TeamRole

CREATE = ("create", "Bird Ltd", "--admin", "Ada@Bird.test", "--admin-name", "Ada", "--password", PASSWORD)


@pytest.fixture(autouse=True)
def up_to_date(monkeypatch):
    """The tests' database was made from the models, and needs no migration."""
    monkeypatch.setattr(flask_migrate, "upgrade", lambda: None)


def run(app: Flask, *arguments: str, typed: str | None = None):
    db.session.commit()
    return app.test_cli_runner().invoke(args=["organisation", *arguments], input=typed)


def test_a_second_organisation_with_its_admin(app: Flask, client: FlaskClient, make):
    make.position()
    made = run(app, *CREATE, "--json")
    assert made.exit_code == 0, made.output
    said = json.loads(made.stdout)
    assert (said["name"], said["admin"]["email"]) == ("Bird Ltd", "ada@bird.test")
    admin = db.session.get_one(User, said["admin"]["id"])
    assert (admin.role, admin.organisation_id) == (Role.ADMIN, said["id"])
    member, team = db.session.execute(
        sa.select(Membership, Team).join(Team).where(Team.organisation_id == said["id"])
    ).one()
    assert (member.user_id, member.role, team.own_only) == (admin.id, TeamRole.OWNER, False)
    client.post("/sign-in", data={"email": "ada@bird.test", "password": PASSWORD})
    assert "Data engineer" not in client.get("/positions/").text  # what the first organisation has
    assert client.get("/positions/").status_code == 200


def test_it_asks_for_what_was_left_out_on_standard_error(app: Flask):
    made = run(app, "create", "Bird Ltd", "--admin", "a@bird.test", "--json", typed=f"Ada\n{PASSWORD}\n{PASSWORD}\n")
    assert made.exit_code == 0 and json.loads(made.stdout)["admin"]["name"] == "Ada"


def test_what_cannot_be_is_said_in_one_sentence_and_changes_nothing(app: Flask, make):
    make.user(Role.ADMIN, email="taken@viva.test")
    assert run(app, *CREATE).exit_code == 0
    for said, *arguments in (
        ("is no email address", "create", "X", "--admin", "nobody"),
        ("is here already", "create", "X", "--admin", "Taken@viva.test"),
        ("called bird ltd already", "create", "bird ltd", "--admin", "x@viva.test"),
        ("between 1 and 120", "create", " ", "--admin", "x@viva.test"),
        ("", "create", "X", "--admin", "x@viva.test", "--admin-name", "X", "--password", "short"),
    ):
        answer = run(app, *arguments)
        assert answer.exit_code == 2 and said in answer.stderr and "Traceback" not in answer.output, answer.output
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Organisation)) == 2


def test_the_list_names_each_with_its_admins(app: Flask, make):
    make.user(Role.ADMIN, email="first@viva.test")
    run(app, *CREATE)
    found = json.loads(run(app, "list", "--json").stdout)["organisations"]
    assert [each["admins"] for each in found] == [["first@viva.test"], ["ada@bird.test"]]
    assert "Bird Ltd" in run(app, "list").stdout
