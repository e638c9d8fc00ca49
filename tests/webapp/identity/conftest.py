"""Identity providers, started on 127.0.0.1 by the tests themselves, and somebody who signs in there."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest

from launcher.paths import node
from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.identity import oidc, operations
from webapp.identity.models import Protocol
from webapp.identity.operations import Draft

OURS = "http://viva.test/"
SECRET = "a secret: with/signs+ and %"


class Visitor:
    """A browser at a provider's pages."""

    def __init__(self) -> None:
        self.browser = httpx2.Client(timeout=20)

    def until_ours(self, url: str, **fields: str) -> str:
        """Go on from ``url``, filling in forms with ``fields``, until the browser is sent back to us: that address."""
        answer = self.browser.get(url)
        for _ in range(12):
            if answer.is_redirect:
                target = urljoin(str(answer.url), answer.headers["location"])
                if target.startswith(OURS):
                    return target
                answer = self.browser.get(target)
                continue
            answer = self._filled_in(answer, fields)
        raise AssertionError(answer.text)

    def until_posted(self, url: str, **fields: str) -> tuple[str, dict[str, str]]:
        """The same, where the browser is to post a form to us: where to, and what."""
        answer = self.browser.get(url)
        for _ in range(12):
            if answer.is_redirect:
                answer = self.browser.get(urljoin(str(answer.url), answer.headers["location"]))
                continue
            action, values = self._form(answer, fields)
            if action.startswith(OURS):
                return action, values
            answer = self.browser.post(action, data=values)
        raise AssertionError(answer.text)

    def _filled_in(self, answer: httpx2.Response, fields: dict[str, str]) -> httpx2.Response:
        action, values = self._form(answer, fields)
        return self.browser.post(action, data=values)

    def _form(self, answer: httpx2.Response, fields: dict[str, str]) -> tuple[str, dict[str, str]]:
        assert answer.status_code == 200, answer.text
        form = re.search(r"<form[^>]*>.*?</form>", answer.text, re.DOTALL)
        assert form, answer.text
        action = re.search(r'action="([^"]*)"', form[0])
        values = {}
        for tag in re.findall(r"<input[^>]*>", form[0]):
            name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
            if name:
                values[name[1]] = fields.get(name[1], unescape(value[1]) if value else "")
        return urljoin(str(answer.url), unescape(action[1]) if action else ""), values


class OidcProvider:
    """A running oidc-provider."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"

    def know(self, **people: dict[str, object]) -> None:
        """Say what it knows of people, by what they sign in with."""
        httpx2.post(f"{self.issuer}/-/people", content=json.dumps(people)).raise_for_status()

    def rotate(self) -> None:
        """Give it new keys."""
        httpx2.post(f"{self.issuer}/-/rotate").raise_for_status()


@pytest.fixture(scope="session")
def _oidc_provider() -> Iterator[OidcProvider]:
    script = Path(__file__).with_name("oidc_provider.mjs")
    process = subprocess.Popen([str(node()), str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    line = next((line for line in process.stdout if line.startswith("port ")), None)
    assert line, "oidc-provider did not start"
    yield OidcProvider(int(line.split()[1]))
    process.terminate()
    process.wait(10)


@pytest.fixture
def oidc_provider(app, _oidc_provider) -> OidcProvider:
    """It, with us as a client that may call it."""
    oidc.forget()
    app.config["WEBHOOK_NETWORKS"] = ["127.0.0.0/8"]
    _oidc_provider.know(kim={"email": "Kim@viva.test", "email_verified": True, "name": "Kim at work"})
    return _oidc_provider


@pytest.fixture
def admin(make):
    return make.user(Role.ADMIN)


@pytest.fixture
def provider(oidc_provider, admin):
    """oidc-provider as a provider of the first organisation."""
    draft = Draft("Work", oidc_provider.issuer, client_id="viva", client_secret=SECRET)
    row = operations.add_provider(Protocol.OIDC, draft, by=admin)
    db.session.commit()
    return row


class NanoIdp:
    """A running nanoidp: OpenID Connect and SAML."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.entity_id, self.sign_in_url = f"{self.issuer}/saml", f"{self.issuer}/saml/sso"

    @property
    def certificate(self) -> str:
        return httpx2.get(f"{self.issuer}/saml/cert.pem").text


@pytest.fixture(scope="session")
def _nanoidp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NanoIdp]:
    folder = tmp_path_factory.mktemp("nanoidp")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        running = NanoIdp(taken.getsockname()[1])
    (folder / "settings.yaml").write_text(
        f"""
config_version: 1
server: {{host: 127.0.0.1, port: {running.issuer.rpartition(":")[2]}}}
oauth:
  issuer: {running.issuer}
  audience: viva
  clients: [{{client_id: viva, client_secret: a-long-enough-secret, redirect_uris: ["{OURS}sso/callback"]}}]
saml: {{default_acs_url: "{OURS}"}}
"""
    )
    (folder / "users.yaml").write_text(
        "config_version: 1\nusers:\n  kim: {password: secret, email: kim@viva.test, roles: [USER], tenant: default}\n"
    )
    program = [sys.executable, "-m", "nanoidp", "--config", str(folder), "--host", "127.0.0.1"]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(program, stdout=log, stderr=log, cwd=folder)
    for _ in range(240):
        with suppress(httpx2.TransportError):
            httpx2.get(f"{running.issuer}/.well-known/openid-configuration")
            break
        assert process.poll() is None, (folder / "log").read_text()
        time.sleep(0.25)
    yield running
    process.terminate()
    process.wait(10)


@pytest.fixture
def nanoidp(app, _nanoidp) -> NanoIdp:
    """It, with us as a client that may call it."""
    oidc.forget()
    app.config["WEBHOOK_NETWORKS"] = ["127.0.0.0/8"]
    return _nanoidp
