"""The client of the guide does what the guide says, against a server."""

from __future__ import annotations

import re
import subprocess
import sys
import threading

import sqlalchemy as sa
from flask import Flask
from werkzeug.serving import make_server

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.settings import ROOT
from webapp.interviews.models import Invitation


def test_it_invites_and_hears_what_was_decided(app: Flask, key_of, world, tmp_path):
    guide = (ROOT / "docs" / "guide" / "api.md").read_text("utf-8")
    client = tmp_path / "client.py"
    code = re.search(r"```python\n(.*?)```", guide, re.DOTALL)[1]
    client.write_text(code.replace("example.org", "viva-people.org"), "utf-8")
    secret = key_of(world.people[Role.ADMIN])
    app.config["SERVER_NAME"] = None
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        arguments = [f"http://127.0.0.1:{server.port}", secret, world.ids["position_id"], world.ids["set_id"]]
        done = subprocess.run(
            [sys.executable, str(client), *arguments], capture_output=True, text=True, timeout=100, check=False
        )
    finally:
        server.shutdown()
    assert done.returncode == 0, done.stderr
    assert "Kim Tremblay invited http" in done.stdout and f"{world.interview.candidate_name} " in done.stdout
    db.session.expire_all()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation).filter_by(name="Ada Okafor")) == 1
