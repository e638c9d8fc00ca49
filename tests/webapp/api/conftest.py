"""Keys and a client of the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.webapp import worlds
from webapp.accounts.models import User
from webapp.api.operations import make_key
from webapp.api.scopes import Scope
from webapp.core.database import db, now


@pytest.fixture
def key_of() -> Callable[..., str]:
    """A key of a person, for everything unless scopes are named."""

    def make(person: User, *scopes: Scope) -> str:
        _row, secret = make_key(
            title="A program", person=person, scopes=scopes or tuple(Scope), expires_at=now() + timedelta(days=9),
            by=person,
        )  # fmt: skip
        db.session.commit()
        return secret

    return make


@pytest.fixture
def call(client: FlaskClient, key_of):
    """Ask the API as somebody: ``call(person, "GET", "/positions")``."""

    def ask(who: User | str, method: str, path: str, **values: Any) -> Any:
        secret = who if isinstance(who, str) else key_of(who)
        headers = {"Authorization": f"Bearer {secret}", **values.pop("headers", {})}
        return client.open(f"/api/v1{path}", method=method, headers=headers, **values)

    return ask


@pytest.fixture
def world(make):
    return worlds.build(make)
