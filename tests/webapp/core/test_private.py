"""The data folder, logs, links and cookies: what others could read or make us say."""

from __future__ import annotations

import io
import json
import logging
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from launcher import database, serving
from launcher.console import Failure
from tests.webapp.conftest import PASSWORD
from webapp import create_app
from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.settings import ROOT
from webapp.core.spreadsheets import write_csv
from webapp.demo import seed
from webapp.interviews.models import Invitation
from webapp.interviews.operations import InvitationError, create_invitation, invitation_url
from webapp.live.service.__main__ import without_traceback

SETTINGS = {"TESTING": True, "SECRET_KEY": "test", "BROKER_URL": "memory://", "RATELIMIT_ENABLED": False}


class TestFolder:
    def test_one_that_others_made_is_closed(self, tmp_path):
        home = tmp_path / "home"
        home.mkdir()
        home.chmod(0o755)
        create_app({**SETTINGS, "HOME": home})
        assert stat.S_IMODE(home.stat().st_mode) == 0o700

    def test_what_is_made_in_it_is_the_owners(self, tmp_path):
        code = (
            "import os, pathlib; os.umask(0o022); from webapp import create_app; "
            f"create_app({{'HOME': {str(tmp_path / 'home')!r}}}); pathlib.Path({str(tmp_path / 'new')!r}).write_text('x')"
        )
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600
        for path in (tmp_path / "home").rglob("*"):
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


class TestLogs:
    def test_no_values_of_statements(self, app, make):
        make.user(email="secret@viva.test", name="Very Secret")
        with pytest.raises(sa.exc.IntegrityError) as failed:
            db.session.execute(
                sa.text("insert into users (id, email, name, role, password_hash, active, created_at) "
                        "values ('x', :email, :name, 'admin', '', 1, '2026-01-01')"),
                {"email": "secret@viva.test", "name": "Very Secret"},
            )  # fmt: skip
        db.session.rollback()
        assert "secret" not in str(failed.value).lower()

    def test_what_matters_for_trust_is_written_down(self, app, client, make):
        admin, user = make.user(Role.ADMIN), make.user()
        invitation = make.invitation(created_by=user)
        client.post("/sign-in", data={"email": admin.email, "password": "wrong"})
        client.post("/sign-in", data={"email": "nobody@viva.test", "password": "wrong"})
        client.post("/sign-in", data={"email": admin.email, "password": PASSWORD})
        client.get(f"/invitations/{invitation.id}")
        client.get(f"/people/{user.id}/password-link")
        client.post(f"/people/{user.id}/deactivate")
        client.post("/sign-out")
        log = (app.config["HOME"] / "logs" / "security.log").read_text()
        rows = [row for row in map(json.loads, log.splitlines()) if row["event"] != "team role given"]  # by make.user
        assert [row["event"] for row in rows] == [
            "sign-in failed", "sign-in failed", "signed in", "link shown", "password link shown", "deactivated",
            "signed out",
        ]  # fmt: skip
        assert [row["person"] for row in rows if "person" in row] == [
            admin.id, None, admin.id, user.id, user.id, admin.id
        ]  # fmt: skip
        assert rows[5]["by"] == admin.id and rows[0]["from"] == "127.0.0.1"
        assert admin.email not in log and user.name not in log

    def test_a_silent_socket_is_no_traceback(self):
        def record(text: str) -> logging.LogRecord:
            return logging.LogRecord("websockets.server", logging.ERROR, "", 0, text, None, None)

        assert not without_traceback(record("opening handshake failed"))
        assert without_traceback(record("connection handler failed"))


class TestHosts:
    def test_a_public_address_is_the_only_one(self, tmp_path):
        app = create_app({**SETTINGS, "HOME": tmp_path / "home", "PUBLIC_URL": "https://viva.example.org"})
        client = app.test_client()
        assert client.get("/healthz", headers={"Host": "evil.test"}).status_code == 400
        assert client.get("/healthz", headers={"Host": "viva.example.org"}).status_code == 200
        assert client.get("/healthz", headers={"Host": "127.0.0.1:8000"}).status_code == 200

    @pytest.mark.parametrize(
        ("host", "base"),
        [
            ("evil.test", "http://127.0.0.1:8000"),
            ("192.0.2.7:8000", "http://192.0.2.7:8000"),
            ("localhost:8000", "http://localhost:8000"),
        ],
    )
    def test_links_are_not_made_from_what_a_request_says(self, tmp_path, host, base):
        app = create_app({**SETTINGS, "HOME": tmp_path / "home"})
        environ = {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000"}
        with app.test_request_context("/", headers={"Host": host}, environ_overrides=environ):
            assert invitation_url(Invitation(id="0" * 32)).startswith(f"{base}/i/")

    def test_cookies_of_this_host_alone(self, tmp_path):
        settings = {**SETTINGS, "PUBLIC_URL": "https://viva.example.org", "SESSION_COOKIE_SECURE": True}
        app = create_app({**settings, "HOME": tmp_path / "home"})
        with app.app_context():
            db.create_all()
        answer = app.test_client().get("/sign-in", base_url="https://viva.example.org")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-viva_session=") and "Path=/" in cookie and "Domain" not in cookie
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 100_000])
def test_deep_json_is_bad_input(client, make, open_interview, text):
    interview = open_interview(make.interview())
    url = f"/interview/{interview.id}/questions/3/text"
    assert client.post(url, data=text, content_type="application/json").status_code == 400


class TestStarting:
    def test_an_empty_database_is_refused(self, tmp_path):
        (tmp_path / "viva.db").touch()
        with pytest.raises(Failure, match=r"is empty.*Put a backup in its place"):
            database.prepare(tmp_path, _Nothing, demo=True)

    @pytest.mark.parametrize("garbage", [b"", b"\xff\xfe", b"[1]", b"{}", b'{"accounts": 3}', b"[" * 100_000])
    def test_garbage_in_what_was_noted_of_the_demonstration(self, app, tmp_path, capsys, garbage):
        (app.config["HOME"] / "demo.json").write_bytes(garbage)
        seed.seed()
        assert db.session.scalar(sa.text("select count(*) from users")) == 0
        assert serving._demonstration(app.config["HOME"]) is None
        assert "viva admin create" in capsys.readouterr().err

    def test_garbage_in_the_stamp(self, tmp_path):
        (tmp_path / "prepared").write_bytes(b"\xff\xfe\x00")
        database.prepare(tmp_path, _Nothing, demo=False)
        assert (tmp_path / "prepared").read_text()


class _Nothing:
    def __init__(self, _arguments: list[str]) -> None:
        self.stdout = io.BytesIO()

    def wait(self) -> int:
        return 0


class TestNames:
    @pytest.mark.parametrize("name", ["Ada\r\nBcc: x@y.test", "Ada\nLovelace", "Ada\x00", "Ada\u202eecalevoL"])
    def test_no_line_breaks(self, client, make, sign_in, name):
        sign_in(make.user(Role.ADMIN))
        data = {"name": name, "email": "ada@example.org", "role": "recruiter"}
        assert client.post("/people/new", data=data).status_code == 422
        position = make.position()
        with pytest.raises(InvitationError):
            create_invitation(
                position=position,
                question_set=make.question_set(),
                name=name,
                email="",
                deadline=position.created_at,
                by=position.created_by,
            )

    @pytest.mark.parametrize("cell", ["＝1+1", "＋1", "－1", "＠SUM", " =1", "\n=1"])
    def test_no_formulas(self, cell):
        assert f"'{cell}" in write_csv(["a"], [[cell]]).decode("utf-8-sig")


def test_paths_of_media_are_not_kept(app):
    @app.get("/media-test")
    def media():
        return app.response_class(b"x", mimetype="video/webm", headers={"Cache-Control": "no-cache"})

    assert "no-store" in app.test_client().get("/media-test").headers["Cache-Control"]
    assert isinstance(app.config["HOME"], Path)
