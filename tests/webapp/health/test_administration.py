"""One page that leads to all pages of administration, and what the installation's pages say."""

from __future__ import annotations

from flask import url_for

from webapp.accounts.models import Role
from webapp.core import environment
from webapp.health import pages


def test_every_page_of_administration_is_linked_and_opens(app, client, make, sign_in):
    sign_in(make.user(Role.ADMIN))
    overview = client.get("/admin").text
    with app.test_request_context():
        addresses = [url_for(page.endpoint) for _title, listed in pages.SECTIONS for page in listed]
    for address in addresses:
        assert f'href="{address}"' in overview, address
    for address in ("/health", "/admin/settings", "/sign-in-settings"):
        if address in addresses:
            assert client.get(address).status_code == 200, address


def test_settings_are_said_with_a_sentence_and_never_their_value(client, make, sign_in, monkeypatch):
    sign_in(make.user(Role.ADMIN))
    monkeypatch.setenv("VIVA_SESSION_KEY", "a-value-that-nobody-sees")
    page = client.get("/admin/settings").text
    assert "a-value-that-nobody-sees" not in page
    for one in environment.SETTINGS:
        assert (f"<code>{one.variable}</code>" in page) == (one.table != "developers"), one.variable
        assert one.help


def test_work_that_waits_is_counted(client, make, sign_in):
    sign_in(make.user(Role.ADMIN))
    page = client.get("/health").text
    assert "Work that waits" in page and "Analyses" in page
