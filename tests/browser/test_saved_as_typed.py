"""In a real browser: a scorecard is kept as it is filled in, and moments are in the zone of whoever reads them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from tests.webapp.analysis.samples import answer_all
from tests.webapp.conftest import PASSWORD, app, make
from webapp.core.database import db, now

__all__ = ["app", "make"]


@pytest.fixture
def address(app) -> Iterator[str]:
    app.config["SERVER_NAME"] = None
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


def test_a_note_is_kept_though_the_page_is_left_at_once(address, chromium: Browser, make):
    recruiter = make.user()
    deadline = (now() + timedelta(days=20)).replace(hour=17, minute=30)
    make.invitation(created_by=recruiter, name="Open Invitation", deadline=deadline)
    interview = answer_all(make, make.interview(invitation=make.invitation(created_by=recruiter)))
    email, scorecard = recruiter.email, f"{address}/reviews/{interview.id}/scorecard"
    db.session.commit()
    page = chromium.new_context(timezone_id="Asia/Kolkata").new_page()
    page.goto(f"{address}/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    row = page.get_by_role("row", name="Open Invitation")
    expect(row).to_contain_text(", 23:00")
    expect(row).not_to_contain_text("UTC")
    page.goto(scorecard)
    page.locator("input[value='4']").first.check()
    page.locator("textarea").first.fill("Said how they found the cause.")
    expect(page.locator("[data-saved]")).to_have_text("Saved")
    page.locator("textarea").first.fill("Left at once.")
    page.goto(f"{address}/interviews")
    page.goto(scorecard)
    expect(page.locator("textarea").first).to_have_value("Left at once.")
    expect(page.locator("input[value='4']").first).to_be_checked()
