"""In a real browser with a virtual authenticator: a passkey is added, opens the account alone and as the second step."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect
from werkzeug.serving import make_server

from tests.webapp.conftest import PASSWORD, app, make

__all__ = ["app", "make"]


@pytest.fixture
def address(app) -> Iterator[str]:
    app.config["SERVER_NAME"] = None
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.port}"
    server.shutdown()


def authenticator(page: Page, *, verified: bool = True) -> CDPSession:
    """Give ``page`` a device with passkeys that asks for a fingerprint, and gets the right one."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": verified}
    more = {"isUserVerified": verified, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, **more}})
    return devtools


def enter(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_from_adding_it_to_signing_in(address, chromium: Browser, make, watch, look):
    person = make.user()
    email, name = person.email, person.name
    page = chromium.new_context(viewport={"width": 390, "height": 844}).new_page()
    watch.on(page)
    authenticator(page)
    enter(page, address, email)
    page.goto(f"{address}/profile")
    page.get_by_role("link", name="Set up two-step verification").click()
    look(page, "two_step_off")
    expect(page.get_by_label("Name")).to_have_value("Chrome on Linux")
    page.get_by_label("Name").fill("Work phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    look(page, "recovery_codes")
    expect(page.locator("#codes li")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Work phone")).to_be_visible()
    look(page, "two_step_on")
    # the same device again: the browser knows that it has one
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("has a passkey for your account already")).to_be_visible()
    # alone
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{address}/sign-in")
    look(page, "sign_in_passkey")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{address}/interviews")
    # as the second step
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    enter(page, address, email)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    look(page, "second_step")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{address}/interviews")
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_text(name)).to_be_visible()


def test_a_device_that_does_not_check_who_holds_it_is_a_second_step_and_no_more(address, chromium, make, watch):
    email = make.user().email
    page = chromium.new_context().new_page()
    watch.on(page)
    authenticator(page, verified=False)
    enter(page, address, email)
    page.goto(f"{address}/profile/two-step")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{address}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("No passkey was used")).to_be_visible()
    enter(page, address, email)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{address}/interviews")
