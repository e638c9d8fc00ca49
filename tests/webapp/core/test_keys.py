"""Sessions and links have keys of their own; new ones are made by command, and old ones count for a while."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from itsdangerous import BadSignature

from webapp import create_app
from webapp.core import keys


def start(home, **more):
    return create_app({"HOME": home, "TESTING": True, "BROKER_URL": "memory://", **more})


def kept(home):
    return json.loads((home / "keys.json").read_text())


def test_sessions_links_and_the_secret_are_three_keys(tmp_path):
    home = tmp_path / "home"
    app = start(home)
    session, link = app.config["SESSION_KEYS"][-1], app.config["LINK_KEYS"][-1]
    assert len({session, link, app.config["SECRET_KEY"]}) == 3
    assert (home / "keys.json").stat().st_mode & 0o777 == 0o600
    again = start(home)
    assert (again.config["SESSION_KEYS"][-1], again.config["LINK_KEYS"][-1]) == (session, link)


def test_a_link_of_before_still_opens_and_no_sessions_key_opens_one(tmp_path):
    app = start(tmp_path / "home")
    with app.app_context():
        app.config["LINK_KEYS"], new = app.config["LINK_KEYS"][:1], app.config["LINK_KEYS"]
        before = keys.signer("x").dumps("id")  # as the secret key signed it
        app.config["LINK_KEYS"] = new
        assert keys.signer("x").loads(before) == "id"
        app.config["LINK_KEYS"] = app.config["SESSION_KEYS"][-1:]
        with pytest.raises(BadSignature):
            keys.signer("x").loads(before)


def test_rotating_keeps_the_old_key_for_a_while(tmp_path):
    home = tmp_path / "home"
    app = start(home)
    with app.app_context():
        link, sessions = keys.signer("x").dumps("id"), kept(home)["sessions"]
    result = app.test_cli_runner().invoke(args=["keys", "rotate", "links", "--keep-days", "10"])
    assert result.exit_code == 0 and "10 days" in result.output
    assert kept(home)["sessions"] == sessions
    with start(home).app_context():
        assert keys.signer("x").loads(link) == "id"
        assert keys.signer("x").dumps("id") != link
    stored = kept(home)
    for each in stored["links"]:
        if each["until"]:
            each["until"] = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    (home / "keys.json").write_text(json.dumps(stored))
    with start(home).app_context(), pytest.raises(BadSignature):
        keys.signer("x").loads(link)


def test_after_a_leak_the_old_ones_end_at_once(tmp_path):
    home = tmp_path / "home"
    app = start(home)
    before = {each["key"] for each in kept(home)["sessions"]}
    assert app.test_cli_runner().invoke(args=["keys", "rotate", "all", "--keep-days", "0"]).exit_code == 0
    assert not before & {each["key"] for each in kept(home)["sessions"]}
    assert len(start(home).config["SESSION_KEYS"]) == 1


def test_sessions_are_signed_by_their_own_key(tmp_path):
    app = start(tmp_path / "home")
    signed = app.session_interface.get_signing_serializer(app).dumps({"a": 1})
    app.config["SECRET_KEY"] = "changed"
    assert app.session_interface.get_signing_serializer(app).loads(signed) == {"a": 1}
    app.config["SESSION_KEYS"] = ["another"]
    with pytest.raises(BadSignature):
        app.session_interface.get_signing_serializer(app).loads(signed)


def test_a_cluster_is_given_its_keys(tmp_path):
    home = tmp_path / "home"
    app = start(home, SECRET_KEY="s", LINK_KEY="new", OLD_LINK_KEYS=["old"])
    assert app.config["LINK_KEYS"] == ["old", "new"] and app.config["SESSION_KEYS"] == ["s"]
    assert not (home / "keys.json").exists()
    result = app.test_cli_runner().invoke(args=["keys", "rotate", "all"])
    assert result.exit_code == 1 and "VIVA_OLD_LINK_KEYS" in result.output
