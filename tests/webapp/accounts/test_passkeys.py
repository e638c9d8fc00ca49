"""Passkeys, with an authenticator in software: what is accepted, and each way in which it must not be."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from tests.webapp.accounts.authenticator import Authenticator
from tests.webapp.conftest import PASSWORD
from webapp.accounts import second_step
from webapp.accounts.factor_models import Passkey
from webapp.core.database import db


@pytest.fixture
def app(app):
    app.config["PUBLIC_URL"] = "https://viva.test"
    return app


def add(client, device: Authenticator, name: str = "Laptop"):
    made = device.create(client.post("/profile/two-step/passkeys/options").json)
    return client.post("/profile/two-step/passkeys", data={"name": name, "credential": made})


@pytest.fixture
def device(client, make, sign_in):
    """A device of somebody, ``device.owner``, who is signed out."""
    device = Authenticator()
    device.owner = sign_in(make.user())
    assert "Recovery codes" in add(client, device).text
    client.post("/sign-out")
    return device


def begin(client, user) -> dict:
    """The options for the second step of ``user``."""
    assert client.post("/sign-in", data={"email": user.email, "password": PASSWORD}).location == "/sign-in/second-step"
    return client.post("/sign-in/passkey/options").json


def step(client, credential: str):
    return client.post("/sign-in/second-step", data={"credential": credential})


def alone(client, credential: str):
    return client.post("/sign-in/passkey", data={"credential": credential}, follow_redirects=True).text


def is_in(client) -> bool:
    return client.get("/profile").status_code == 200


def test_as_the_second_step(client, device):
    options = begin(client, device.owner)
    assert [each["id"] for each in options["allowCredentials"]] == [json.loads(device.get(options))["id"]]
    assert step(client, device.get(options, verified=False, handle=False)).location == "/"
    assert is_in(client)


def test_alone(client, device):
    options = client.post("/sign-in/passkey/options").json
    assert options["userVerification"] == "required" and options["allowCredentials"] == []
    alone(client, device.get(options))
    assert is_in(client)


def test_alone_it_has_to_check_who_holds_it(client, device):
    options = client.post("/sign-in/passkey/options").json
    assert "not known here" in alone(client, device.get(options, verified=False)) and not is_in(client)


def test_an_answer_counts_once(app, client, device):
    options = client.post("/sign-in/passkey/options").json
    answer = device.get(options)
    alone(client, answer)
    client.post("/sign-out")
    assert "not known here" in alone(client, answer)
    client.post("/sign-in/passkey/options")
    assert "not known here" in alone(client, answer)
    assert "not known here" in alone(app.test_client(), answer)


@pytest.mark.parametrize("origin", ["https://evil.test", "https://viva.test.evil.test", "http://viva.test"])
def test_another_origin_is_refused(client, device, origin):
    options = client.post("/sign-in/passkey/options").json
    device.origin = origin
    assert "not known here" in alone(client, device.get(options))


def test_another_key_of_the_same_name_is_refused(client, device):
    impostor = Authenticator()
    impostor.id, impostor.user, impostor.count = device.id, device.user, 9
    assert "not known here" in alone(client, impostor.get(client.post("/sign-in/passkey/options").json))


def test_a_copy_that_counts_less_is_refused(client, device):
    alone(client, device.get(client.post("/sign-in/passkey/options").json))
    client.post("/sign-out")
    device.count -= 1
    assert "not known here" in alone(client, device.get(client.post("/sign-in/passkey/options").json))


def test_somebody_elses_passkey_is_no_second_step(app, client, device, make, sign_in):
    other, theirs = Authenticator(), make.user()
    sign_in(theirs)
    add(client, other)
    client.post("/sign-out")
    options = begin(client, device.owner)
    assert step(client, other.get(options)).status_code == 422
    # nor is an answer to the challenge of somebody who signs in by a passkey alone
    options = app.test_client().post("/sign-in/passkey/options").json
    assert step(client, device.get(options)).status_code == 422 and not is_in(client)


@pytest.mark.parametrize("garbled", ["", "x", "[]", "{}", '{"id": 1}', '{"id": "x", "response": {}}', "{" * 30000])
def test_what_is_garbled_is_refused_in_words(client, device, garbled):
    client.post("/sign-in/passkey/options")
    assert "not known here" in alone(client, garbled)


def test_a_deactivated_person_stays_out(client, device):
    device.owner.active = False
    db.session.commit()
    assert "not known here" in alone(client, device.get(client.post("/sign-in/passkey/options").json))


class TestAdding:
    def test_an_answer_to_another_challenge_is_refused(self, client, make, sign_in):
        sign_in(make.user())
        device = Authenticator()
        made = device.create(client.post("/profile/two-step/passkeys/options").json)
        client.post("/profile/two-step/passkeys/options")
        assert client.post("/profile/two-step/passkeys", data={"name": "x", "credential": made}).status_code == 422
        assert db.session.scalar(sa.select(Passkey)) is None

    def test_nobody_adds_a_passkey_of_another_account(self, app, client, device, make, sign_in):
        sign_in(make.user())
        assert "in use already" in add(client, device).text

    def test_nobody_removes_somebody_elses(self, client, device, make, sign_in):
        sign_in(make.user())
        key = db.session.scalar(sa.select(Passkey.id))
        assert client.post(f"/profile/two-step/passkeys/{key}/remove").status_code == 404

    def test_removing_it(self, client, device):
        step(client, device.get(begin(client, device.owner)))
        assert "Laptop" in client.get("/profile/two-step").text
        key = db.session.scalar(sa.select(Passkey.id))
        client.post(f"/profile/two-step/passkeys/{key}/remove")
        assert not second_step.of(device.owner)


@pytest.mark.parametrize(
    ("url", "possible"),
    [
        ("https://viva.test", True),
        ("http://localhost:8000", True),
        ("http://viva.test", False),
        ("https://10.1.2.3", False),
        ("http://127.0.0.1:8000", False),
    ],
)
def test_they_are_offered_where_browsers_have_them(app, client, url, possible):
    app.config["PUBLIC_URL"] = url
    assert ("Sign in with a passkey" in client.get("/sign-in").text) is possible
