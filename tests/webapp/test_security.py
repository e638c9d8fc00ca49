"""What every page owes to the people who use it: headers, CSRF, throttling, no springboards, no tell-tale timing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from argon2 import extract_parameters
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.conftest import PASSWORD, Client
from webapp import create_app
from webapp.accounts import models
from webapp.accounts.models import Role, User
from webapp.accounts.operations import enrol, first_organisation
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.core.pages import asset
from webapp.core.security import CONTENT_SECURITY_POLICY, WORKER_POLICY


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Flask]:
    """An application as it runs for people: CSRF and throttling on, reached by TLS."""
    app = create_app(
        {
            "HOME": tmp_path / "guarded",
            "TESTING": True,
            "SECRET_KEY": "test",
            "BROKER_URL": "memory://",
            "SESSION_COOKIE_SECURE": True,
            "REMEMBER_COOKIE_SECURE": True,
            "RATELIMIT_ENABLED": True,
        }
    )
    app.test_client_class = Client
    with app.app_context():
        db.create_all()
        limiter.reset()
        for role in (Role.ADMIN, Role.RECRUITER):
            user = User(email=f"{role}@viva.test", name=role.title(), role=role)
            user.set_password(PASSWORD)
            user.organisation_id = first_organisation().id
            enrol(user)
        db.session.commit()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def browser(guarded: Flask) -> FlaskClient:
    client = guarded.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    return client


def token(browser: FlaskClient, path: str = "/sign-in") -> str:
    page = browser.get(path, base_url="https://localhost").text
    return re.search(r'name="csrf-token" content="([^"]+)"', page).group(1)


def enter(browser: FlaskClient, email: str = "admin@viva.test", password: str = PASSWORD, address: str = "10.0.0.1"):
    return browser.post(
        "/sign-in",
        data={"email": email, "password": password, "csrf_token": token(browser)},
        base_url="https://localhost",
        headers={"Referer": "https://localhost/sign-in"},
        environ_overrides={"REMOTE_ADDR": address},
    )


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere", "/healthz"])
def test_headers_on_every_answer(client: FlaskClient, path: str):
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_the_content_policy_allows_no_inline_script_and_nobody_else():
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert "script-src 'self';" in CONTENT_SECURITY_POLICY
    assert "unsafe-eval" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY


def test_webassembly_is_compiled_by_the_worker_that_blurs_and_by_nothing_else(client: FlaskClient, app):
    with app.test_request_context():
        worker, script = asset("blur_worker.js"), asset("answer.js")
    assert client.get(worker).headers["Content-Security-Policy"] == WORKER_POLICY
    assert client.get(script).headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "'unsafe-eval'" not in WORKER_POLICY and "http" not in WORKER_POLICY


#: Words for scripts: a block of data, which no browser runs, so the content policy needs no exception for it.
CATALOGUE = '<script type="application/json" id="catalogue">{{ catalogue() | safe }}</script>'


#: A file to keep, opened without a server: nothing else could bring its style along, and it has no script.
KEPT_BY_PEOPLE = "own_data/archive.html"


def test_our_templates_have_no_inline_scripts_handlers_or_styles():
    root = Path(__file__).resolve().parents[2] / "templates"
    assert (root / "base.html").read_text("utf-8").count(CATALOGUE) == 1
    offenders = [
        str(path.relative_to(root))
        for path in root.rglob("*.html")
        if path != root / KEPT_BY_PEOPLE
        and re.search(
            r"<script(?![^>]*\bsrc=)|\son[a-z]+=\"|\sstyle=\"|<style", path.read_text("utf-8").replace(CATALOGUE, "")
        )
    ]
    assert offenders == []


def test_a_form_without_its_token_is_refused(browser: FlaskClient):
    answer = browser.post(
        "/sign-in", data={"email": "admin@viva.test", "password": PASSWORD}, base_url="https://localhost"
    )
    assert answer.status_code == 400
    assert "Reload the page" in answer.text


def test_every_view_that_changes_something_wants_the_token(guarded: Flask, browser: FlaskClient):
    assert enter(browser).status_code == 302
    accepted = []
    for rule in guarded.url_map.iter_rules():
        if rule.endpoint.startswith("api."):  # believes no cookie: api/test_access.py
            continue
        methods = rule.methods - {"GET", "HEAD", "OPTIONS"}
        values = {name: "0" * 32 if name != "token" else "x" for name in rule.arguments}
        for method in methods:
            with guarded.test_request_context():
                path = rule.build(values, append_unknown=False)
            # a directory, and an applicant tracking system, shows a token of its own, and no cookie is looked at
            wanted = 401 if rule.endpoint.startswith(("scim.", "ats_inbound.")) else 400
            if path is None or browser.open(path[1], method=method, base_url="https://localhost").status_code != wanted:
                accepted.append((method, rule.endpoint))
    assert accepted == []


def test_cookies_are_for_tls_and_not_for_scripts(browser: FlaskClient):
    answer = browser.post(
        "/sign-in",
        data={"email": "admin@viva.test", "password": PASSWORD, "remember": "y", "csrf_token": token(browser)},
        base_url="https://localhost",
        headers={"Referer": "https://localhost/sign-in"},
    )
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {"viva_session", "remember_token", "viva_browser"}
    for cookie in cookies:
        assert "HttpOnly" in cookie and "Secure" in cookie and "SameSite=Lax" in cookie
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def test_failed_attempts_at_one_account_are_throttled_and_others_are_not(browser: FlaskClient):
    codes = [enter(browser, password="wrong").status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]
    # the right password does not help either, so that guessing on is pointless …
    answer = enter(browser)
    assert answer.status_code == 429
    assert "Wait a few minutes" in answer.text and answer.headers["Retry-After"]
    # … while colleagues at the same address, and the same person elsewhere, get in
    assert enter(browser, "recruiter@viva.test").status_code == 302


def test_the_same_person_gets_in_from_another_address(browser: FlaskClient):
    for _ in range(6):
        enter(browser, password="wrong")
    assert enter(browser, address="10.0.0.2").status_code == 302


def test_writing_the_address_differently_is_the_same_account(browser: FlaskClient):
    codes = [
        enter(browser, email=email, password="wrong").status_code
        for email in ("admin@viva.test", "ADMIN@viva.test", " admin@viva.test", "Admin@Viva.test", "aDmin@viva.test")
    ]
    assert codes == [422] * 5
    assert enter(browser).status_code == 429


def test_one_address_that_tries_many_accounts_is_throttled(browser: FlaskClient):
    codes = [enter(browser, email=f"user{number}@viva.test", password="x").status_code for number in range(21)]
    assert codes[:20] == [422] * 20 and codes[20] == 429


def test_signing_in_well_is_not_counted(browser: FlaskClient):
    for _ in range(8):
        assert enter(browser).status_code == 302
        with browser.session_transaction(base_url="https://localhost") as session:
            session.clear()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.test/",
        "//evil.test/",
        "/\\evil.test",
        "/\t/evil.test",
        "\\\\evil.test",
        "javascript:alert(1)",
        "evil.test",
        "/\n//evil.test",
    ],
)
def test_signing_in_leads_nowhere_else(client: FlaskClient, make, target: str):
    user = make.user(Role.RECRUITER)
    answer = client.post("/sign-in", query_string={"next": target}, data={"email": user.email, "password": PASSWORD})
    assert answer.status_code == 302 and answer.location == "/"


def test_signing_in_leads_to_where_one_wanted_to_go(client: FlaskClient, make):
    user = make.user(Role.RECRUITER)
    away = client.get("/positions/?x=1")
    assert away.status_code == 302 and away.location.startswith("/sign-in")
    answer = client.post(away.location, data={"email": user.email, "password": PASSWORD})
    assert answer.location == "/positions/?x=1"


def test_nothing_of_an_earlier_session_survives_signing_in(client: FlaskClient, make):
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    user = make.user(Role.RECRUITER)
    client.post("/sign-in", data={"email": user.email, "password": PASSWORD})
    with client.session_transaction() as session:
        assert "planted" not in session and session["_user_id"].startswith(user.id)


def test_a_session_of_before_the_password_changed_is_over(app: Flask, client: FlaskClient, make, sign_in):
    user = sign_in(make.user(Role.RECRUITER))
    assert client.get("/positions/").status_code == 200
    user.set_password("another long password")
    db.session.commit()
    assert client.get("/positions/").status_code == 302


def test_signing_out_forgets_the_remember_me_cookie_too(client: FlaskClient, make):
    user = make.user(Role.RECRUITER)
    client.post("/sign-in", data={"email": user.email, "password": PASSWORD, "remember": "y"})
    assert client.get_cookie("remember_token", domain="viva.test")
    client.post("/sign-out")
    assert not client.get_cookie("remember_token", domain="viva.test")
    assert client.get("/positions/").status_code == 302


def test_a_deactivated_person_is_out_at_once_and_stays_out(client: FlaskClient, make, sign_in):
    user = sign_in(make.user(Role.RECRUITER))
    user.active = False
    db.session.commit()
    assert client.get("/positions/").status_code == 302
    answer = client.post("/sign-in", data={"email": user.email, "password": PASSWORD})
    assert answer.status_code == 422


def test_unknown_wrong_and_deactivated_read_the_same(client: FlaskClient, make):
    make.user(Role.RECRUITER, email="here@viva.test")
    make.user(Role.RECRUITER, email="gone@viva.test", active=False)

    def message(email: str, password: str) -> str:
        answer = client.post("/sign-in", data={"email": email, "password": password})
        assert answer.status_code == 422
        return re.search(r'id="password-errors">([^<]+)<', answer.text).group(1)

    said = {
        message("nobody@viva.test", "x"),
        message("here@viva.test", "x"),
        message("gone@viva.test", PASSWORD),
    }
    assert len(said) == 1


def test_an_unknown_address_costs_the_same_work_as_a_wrong_password(monkeypatch: pytest.MonkeyPatch):
    """Counted rather than timed, which a busy machine would spoil: one verification each, with the same parameters."""
    user = User(email="here@viva.test", name="Here", role=Role.RECRUITER)
    user.set_password(PASSWORD)
    work = []
    verify = models._hasher.verify

    def counted(hashed: str, password: str) -> bool:
        work.append(extract_parameters(hashed))
        return verify(hashed, password)

    monkeypatch.setattr(models, "_hasher", SimpleNamespace(verify=counted))
    assert not models.check_password(user, "wrong")
    assert not models.check_password(None, "wrong")
    assert len(work) == 2 and work[0] == work[1]


def test_nobody_gets_in_with_the_password_of_nobody():
    assert not models.check_password(None, "nobody has this password")
