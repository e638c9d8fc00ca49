"""In a real browser: the administration's pages and those of lists, versions and comparison, at two widths, light and
dark: nothing wider than the screen, a header of one row, and nothing that axe finds."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from ml.core.readings import ModelVersion
from tests.webapp.analysis.samples import answer_all, text_reading
from tests.webapp.conftest import PASSWORD, app, make
from webapp.accounts.models import Role
from webapp.analysis.models import Analysis, AnalysisState, EarlierReading
from webapp.core.database import db, now
from webapp.identity.models import Protocol, Provider
from webapp.interviews.batch_models import BatchPerson, BatchState, PersonState
from webapp.interviews.models import InterviewState
from webapp.policy import Modality

__all__ = ["app", "make"]

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
#: Pages by name; those of the list, the versions and the comparison come with their ids.
PAGES = {
    "administration": "/admin",
    "storage": "/admin/storage",
    "settings": "/admin/settings",
    "health": "/health",
    "ats": "/ats-settings",
    "webhooks": "/webhooks",
    "api_keys": "/api-keys",
    "single_sign_on": "/people/single-sign-on/",
    "sso": "/sso/",
    "retention": "/retention",
    "consents": "/policy/consents/",
    "bias_reports": "/policy/bias/",
    "models": "/models/",
    "model": "/models/text",
    "upload": "/invitations/upload",
    "employer": "/employer/",
    "wordings": "/messages/wordings",
}


@pytest.fixture
def address(app) -> Iterator[str]:
    app.config["SERVER_NAME"] = None
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


@pytest.fixture
def admin(make) -> str:
    """The address of an admin whose organisation has something on each page."""
    user = make.user(Role.ADMIN, name="Alexandra Verstappen")
    db.session.add(Provider(
        organisation_id=user.organisation_id, protocol=Protocol.OIDC, name="Example Works", issuer="https://id.test",
        client_id="viva",
    ))  # fmt: skip
    db.session.commit()
    return user.email


@pytest.fixture
def more(make, admin) -> dict[str, str]:
    """Pages of a list (its columns, its progress), of two versions beside each other, and of a comparison."""
    user = make.user(Role.ADMIN)
    position = make.position(created_by=user)
    draft, started = make.batch(position, user), make.batch(position, user)
    started.state, started.started_at = BatchState.RUNNING, now()
    for line, state in enumerate((PersonState.INVITED, PersonState.FAILED, *[PersonState.WAITING] * 3), 2):
        reason = "Somebody with this address was invited already." if state is PersonState.FAILED else ""
        email = f"person{line}@example.org"
        db.session.add(BatchPerson(batch_id=started.id, line=line, name=f"P {line}", email=email, state=state,
                                   reason=reason))  # fmt: skip
    people = []
    for name in ("Ada Byron", "Alan Turing"):
        question_set = make.question_set("text text", created_by=user)
        invitation = make.invitation(position=position, question_set=question_set, created_by=user, name=name)
        interview = make.interview(invitation=invitation)
        people.append(answer_all(make, interview))
        interview.state, interview.submitted_at = InterviewState.SUBMITTED, now()
    reading = dataclasses.replace(text_reading(), model=ModelVersion("text", "text-2026.12.1", "ab" * 32))
    analysis = Analysis(
        interview=people[0], answer=people[0].answers[0], modality=Modality.TEXT, state=AnalysisState.DONE,
        result=reading.to_json(), model_name="text", model_version="text-2026.12.1", model_sha256="ab" * 32,
        finished_at=now(),
    )  # fmt: skip
    db.session.add(analysis)
    db.session.flush()
    db.session.add(EarlierReading(
        analysis_id=analysis.id, interview_id=people[0].id, model_name="text", model_version="text-2026.11.2",
        model_sha256="cd" * 32, result=text_reading().to_json(), finished_at=now(),
    ))  # fmt: skip
    db.session.commit()
    return {
        "list_columns": f"/invitations/lists/{draft.id}",
        "list_progress": f"/invitations/lists/{started.id}",
        "versions": f"/reports/{people[0].id}/versions/{analysis.id}",
        "comparison": f"/compare?interview={people[0].id}&interview={people[1].id}",
    }


def enter(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def too_wide(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")


def test_the_menu_of_languages_closes_by_escape_and_by_a_click_elsewhere(address, chromium: Browser, watch):
    """Whoever has not signed in has it in the header."""
    page = chromium.new_context(viewport=WIDE).new_page()
    watch.on(page)
    page.goto(f"{address}/sign-in")
    languages = page.locator(".language-menu summary")
    arabic = page.locator(".language-menu").get_by_role("button", name="العربية")
    languages.click()
    expect(arabic).to_be_visible()
    page.keyboard.press("Escape")
    expect(arabic).to_be_hidden()
    expect(languages).to_be_focused()
    languages.click()
    expect(arabic).to_be_visible()
    page.get_by_role("heading", level=1).click(position={"x": 5, "y": 5})
    expect(arabic).to_be_hidden()


def test_the_header_is_one_row_and_its_menu_works_by_keyboard(address, chromium: Browser, admin, watch, look):
    page = chromium.new_context(viewport=WIDE, color_scheme="dark").new_page()
    watch.on(page)
    enter(page, address, admin)
    page.goto(f"{address}/admin")
    assert page.locator(".top-inner").bounding_box()["height"] < 70
    menu = page.locator("summary", has_text="Admin")
    menu.focus()
    page.keyboard.press("Enter")
    webhooks = page.get_by_role("navigation", name="Main").get_by_role("link", name="Webhooks")
    expect(webhooks).to_be_visible()
    look(page, "menu")
    page.keyboard.press("Escape")
    expect(webhooks).to_be_hidden()
    expect(menu).to_be_focused()
    menu.click()
    page.get_by_role("heading", level=1).click(position={"x": 5, "y": 5})
    expect(webhooks).to_be_hidden()
    menu.click()
    webhooks.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Webhooks")
    page.set_viewport_size(PHONE)
    everything = page.get_by_role("button", name="Menu")
    everything.press("Enter")
    menu.click()
    expect(page.get_by_role("link", name="API keys").first).to_be_visible()
    assert not too_wide(page)
    look(page, "menu_on_a_phone")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(everything).to_be_focused()


@pytest.mark.full
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_page(address, chromium: Browser, admin, more, watch, look, scheme, viewport):
    page = chromium.new_context(viewport=viewport, color_scheme=scheme).new_page()
    watch.on(page)
    enter(page, address, admin)
    wide = []
    for name, path in (PAGES | more).items():
        answer = page.goto(f"{address}{path}")
        assert answer and answer.status == 200, path
        look(page, f"{name}_{scheme}_{viewport['width']}")
        if too_wide(page):
            wide.append(name)
        if viewport is WIDE and page.locator(".top-inner").first.bounding_box()["height"] > 70:
            wide.append(f"the header of {name}")
    assert not wide
