"""Texts a third longer than English, at a phone's width: nothing is clipped, and no page scrolls sideways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.live import PASSWORD, Viva
from webapp.accounts.models import Role

#: What holds text and may not cut it off: (elements, whether they are wider than what is seen of them).
CLIPPED = """() => [...document.querySelectorAll('button, .btn, a, label, h1, h2, h3, .tag, th, dt, legend')]
  .filter(e => e.offsetParent && !e.closest('.visually-hidden') && getComputedStyle(e).clipPath === 'none' && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible')
  .map(e => `${e.tagName} ${e.textContent.trim().slice(0, 60)}`)"""
#: What reaches beyond the screen.
BEYOND = """() => [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && !e.closest('.menu-list, [data-scrolls]') && (e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1))
  .slice(0, 3).map(e => `${e.tagName}.${e.className} ${e.textContent.trim().slice(0, 40)}`)"""
STAFF = ["/interviews", "/positions/", "/positions/new", "/questions/", "/questions/new", "/people", "/people/new",
         "/profile", "/health", "/live", "/practice"]  # fmt: skip


@pytest.fixture(scope="module")
def viva(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viva]:
    """A Viva of its own, whose pages may be in the pseudo-locale."""
    live = Viva(tmp_path_factory.mktemp("pseudo") / "home")
    live.start(VIVA_PSEUDO_LOCALE="1")
    yield live
    live.stop()


@pytest.fixture
def phone(chromium: Browser, viva: Viva) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-XA", base_url=viva.url)
    yield context.new_page()
    context.close()


def faults(page: Page, path: str) -> list[str]:
    """What is clipped on the page at ``path``, and whether it is wider than the screen."""
    page.goto(path)
    assert page.locator("html").get_attribute("lang") == "en-XA", path
    found = [f"{path}: {clipped}" for clipped in page.evaluate(CLIPPED)]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*found, *([f"{path}: {wide} px wider than the screen: {page.evaluate(BEYOND)}"] if wide > 0 else [])]


@pytest.mark.full
def test_nothing_of_staffs_pages_is_clipped(viva: Viva, phone: Page):
    email = viva.person(Role.ADMIN)
    phone.goto("/sign-in")
    phone.locator("input[name=email]").fill(email)
    phone.locator("input[name=password]").fill(PASSWORD)
    phone.locator("main form button").first.click()
    phone.wait_for_url(lambda where: "sign-in" not in where)
    assert [fault for path in STAFF for fault in faults(phone, path)] == []


@pytest.mark.full
def test_nothing_of_the_candidates_way_is_clipped(viva: Viva, phone: Page):
    link = viva.invitation(kinds="text")
    found = faults(phone, link)
    phone.locator("main .btn-primary").first.click()
    phone.wait_for_url("**/interview/**")
    found += faults(phone, phone.url)
    for _ in range(2):  # to the consents, and to the first question
        phone.locator("main .btn-primary").first.click()
        phone.wait_for_load_state()
        found += faults(phone, phone.url)
    assert found == []


def test_the_search_for_clipped_texts_finds_one(chromium: Browser):
    page = chromium.new_page()
    page.set_content("<button style='width:40px;overflow:hidden;white-space:nowrap'>A text that is long</button>")
    assert page.evaluate(CLIPPED) == ["BUTTON A text that is long"]
    page.close()
