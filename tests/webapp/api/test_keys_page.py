"""The page of the keys: made and shown once, revoked, and for admins alone."""

from __future__ import annotations

import re

import flask_migrate
import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.api.models import ApiKey
from webapp.core.database import db
from webapp.governance.models import AuditEntry


def test_a_key_is_made_shown_once_and_revoked(client, make, sign_in):
    admin = sign_in(make.user(Role.ADMIN))
    made = client.post(
        "/api-keys/new", data={"title": "Our ATS", "person": admin.id, "days": "30", "scopes": ["positions:read"]}
    )
    secret = re.search(r"viva_[\w-]{43}", made.text)[0]
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/positions", headers=headers).status_code == 200
    page = client.get("/api-keys").text
    assert secret not in page and secret[:12] in page and "Our ATS" in page
    key = db.session.scalars(sa.select(ApiKey)).one()
    assert client.post(f"/api-keys/{key.id}/revoke").status_code == 302
    assert client.get("/api/v1/positions", headers=headers).status_code == 401
    actions = set(db.session.scalars(sa.select(AuditEntry.action)))
    assert {"api key made", "api key used", "api key revoked"} <= actions


def test_what_makes_no_key_is_said(client, make, sign_in):
    admin, other = sign_in(make.user(Role.ADMIN)), make.user()
    nothing = client.post("/api-keys/new", data={"title": "K", "person": admin.id, "days": "30"})
    assert nothing.status_code == 422 and "at least one scope" in nothing.text
    opinion = {"title": "K", "person": other.id, "days": "30", "scopes": ["decisions:write"]}
    assert "own word" in client.post("/api-keys/new", data=opinion).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ApiKey)) == 0


def test_webhooks_from_before_belong_to_the_organisation_of_who_added_them(tmp_path):
    from webapp import create_app

    app = create_app({"HOME": tmp_path / "home", "TESTING": True, "SECRET_KEY": "test", "BROKER_URL": "memory://"})
    with app.app_context():
        flask_migrate.upgrade(revision="7a2e90d1c5b8")
        with db.engine.begin() as connection:
            for text in (
                "insert into organisations (id, name, created_at) values ('o1', 'A', '2026-01-01'), ('o2', 'B', '2026-02-01')",
                "insert into users (id, email, name, role, password_hash, active, created_at, organisation_id) values"
                " ('u', 'u@viva.test', 'U', 'admin', 'x', 1, '2026-02-01', 'o2')",
                "insert into webhook_endpoints (id, title, url, types, active, secret_number, created_at, created_by_id)"
                " values ('w', 'W', 'https://x', '[]', 1, 1, '2026-02-02', 'u')",
            ):
                connection.execute(sa.text(text))
        flask_migrate.upgrade(revision="3f7c1e9a4b20")
        with db.engine.connect() as connection:
            assert connection.execute(sa.text("select organisation_id from webhook_endpoints")).scalar() == "o2"
        flask_migrate.downgrade(revision="7a2e90d1c5b8")
        with db.engine.connect() as connection:
            assert connection.execute(sa.text("select title from webhook_endpoints")).scalar() == "W"
        db.session.remove()
        db.engine.dispose()
