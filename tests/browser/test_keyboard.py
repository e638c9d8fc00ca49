"""The whole interview by keyboard alone, and what a screen reader finds on each of its pages (the accessibility tree)."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from tests.browser.journey import SAVED
from tests.browser.live import Viva
from tests.webapp.conftest import app, make
from webapp.core.database import db
from webapp.interviews import operations
from webapp.interviews.models import InterviewState
from webapp.questions.models import SetState

__all__ = ["app", "make"]

#: What somebody can do something with, and pictures: each needs a name.
NAMED = "button link textbox checkbox radio combobox slider spinbutton img meter".split()
_FOCUSED = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return "";
  const label = at.labels?.[0]?.textContent ?? "";
  return `${at.tagName} ${at.name ?? ""} ${label} ${at.getAttribute("aria-label") ?? ""} ${at.textContent}`.replace(/\\s+/g, " ");
}"""


@pytest.fixture
def address(app) -> Iterator[str]:
    app.config["SERVER_NAME"] = None
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the focus is on what has ``words``. Fails after a round."""
    seen = []
    for _ in range(80):
        page.keyboard.press("Tab")
        seen.append(here := page.evaluate(_FOCUSED))
        if re.search(words, here):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"nobody sees that the focus is on {here}"
            return
    raise AssertionError(f"the keyboard does not reach {words!r}; it came to {seen}")


def listen_to(page: Page, wrong: list[str]) -> None:
    """Read the page's accessibility tree as a screen reader does, and note what it could not say."""
    tree = page.locator("body").aria_snapshot()
    where = page.url.rsplit("/", 2)[-2:]
    headings = re.findall(r"- '?heading .*\[level=1\]", tree)
    if len(headings) != 1:
        wrong.append(f"{where}: {len(headings)} headings of level 1")
    if len(re.findall(r"^\s*- main", tree, re.M)) != 1:
        wrong.append(f"{where}: not one main part")
    for line in tree.splitlines():
        role = re.match(r"\s*- '?(\w+)(?: |:|$)", line)
        if role and role[1] in NAMED and not re.match(r"\s*- '?\w+ (\"|/)", line):
            wrong.append(f"{where}: nameless {line.strip()}")


def press(page: Page, words: str, key: str = "Enter") -> None:
    """Go to a control by Tab and press it; the next page, where there is one, has come afterwards."""
    tab_to(page, words)
    before = page.url
    page.keyboard.press(key)
    if key == "Enter":
        page.wait_for_url(lambda url: url != before)
        page.wait_for_load_state("load")


@pytest.mark.full
def test_a_whole_interview_by_keyboard_and_as_a_screen_reader_hears_it(address, chromium: Browser, make):
    questions = make.question_set("text single text", state=SetState.DRAFT)
    questions.questions[1].settings = {"choices": ["Yes", "No"]}
    questions.state = SetState.PUBLISHED
    invitation = make.invitation(question_set=questions)
    db.session.commit()
    link = operations.invitation_url(invitation)
    link = address + link[link.index("/i/") :]
    wrong: list[str] = []
    page = chromium.new_context().new_page()
    page.goto(link)
    listen_to(page, wrong)
    press(page, "^BUTTON.*Start")
    listen_to(page, wrong)  # the welcome
    press(page, "^A .*(Start|Continue)")
    listen_to(page, wrong)  # consent
    if page.get_by_label("Where do you live?").count():
        tab_to(page, "^SELECT")
        page.keyboard.type("Ontario")
    press(page, "^BUTTON.*Save and continue")
    if page.url.endswith("/check"):
        listen_to(page, wrong)
        page.goto(page.url.replace("/check", "/questions/1"))
    for number in (1, 2, 3):
        page.wait_for_url(re.compile(f"/questions/{number}$"))
        listen_to(page, wrong)
        if number == 2:
            press(page, "^INPUT given", "Space")
        else:
            tab_to(page, "^TEXTAREA")
            page.keyboard.type("I would like to learn how others work.")
        press(page, "^BUTTON.*Save and continue")
    page.wait_for_url(re.compile("/review$"))
    listen_to(page, wrong)
    press(page, "^BUTTON.*Submit")
    page.wait_for_url(re.compile("/arrived$"))
    listen_to(page, wrong)
    db.session.expire_all()
    assert not wrong, "\n".join(wrong)
    assert invitation.interview.state is InterviewState.SUBMITTED


def wait_until(page: Page, true: Callable[[], bool], seconds: float = 30, why: Callable[[], str] = str) -> None:
    """Wait until ``true()``. Fails after ``seconds``, saying ``why()``."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, why()
        page.wait_for_timeout(100)


def hear(page: Page, words: str, seconds: float = 30) -> str:
    """Wait until the accessibility tree says ``words`` (a pattern, over lines); the tree. Fails with the last one."""
    heard: list[str] = []

    def heard_it() -> bool:
        heard[:] = [page.locator("body").aria_snapshot()]
        return bool(re.search(words, heard[0], re.S))

    wait_until(page, heard_it, seconds, lambda: f"nobody hears {words!r} in:\n{heard[0]}")
    return heard[0]


def record(page: Page, number: int) -> None:
    """Record a take by keyboard alone, and hear each state of it."""
    tab_to(page, "^BUTTON.*(Start recording|Record)")
    page.keyboard.press("Enter")
    tree = hear(page, r'paragraph: Recording.*button "Stop"')
    assert 'button "Start recording"' not in tree, "two things to press at once"
    page.wait_for_timeout(2_500)
    if "Stop" not in page.evaluate(_FOCUSED):
        tab_to(page, "^BUTTON.*Stop")
    page.keyboard.press("Enter")
    hear(page, rf"Take {number}.{{1,40}}Saved", SAVED / 1000)


@pytest.mark.full
def test_a_video_is_recorded_watched_and_recorded_again_by_keyboard(
    viva: Viva, new_context: Callable[..., BrowserContext]
):
    wrong: list[str] = []
    page = new_context().new_page()
    page.goto(viva.invitation(kinds="video"))
    press(page, "^BUTTON.*Start")
    press(page, "^A .*(Start|Continue)")
    if page.get_by_label("Where do you live?").count():
        tab_to(page, "^SELECT")
        page.keyboard.type("Ontario")
    tab_to(page, "^INPUT recording")
    page.keyboard.press("Space")
    hear(page, r"checkbox .*\[checked\]")
    press(page, "^BUTTON.*Save and continue")
    page.wait_for_url(re.compile("/check$"))
    tab_to(page, "^BUTTON.*Turn on")
    page.keyboard.press("Enter")
    hear(page, "We can hear you")
    listen_to(page, wrong)
    press(page, "^A .*(Start|Continue|question)")
    page.wait_for_url(re.compile("/questions/1$"))
    hear(page, 'button "Start recording"(?! \\[disabled)')
    listen_to(page, wrong)
    record(page, 1)
    listen_to(page, wrong)
    tab_to(page, "^VIDEO .*Take 1")
    page.keyboard.press("Space")
    wait_until(page, lambda: page.evaluate("document.activeElement.currentTime") > 0.5)
    page.keyboard.press("Space")
    record(page, 2)
    hear(page, r"Take 2.{1,80}Will be submitted")
    press(page, "^A .*Review and submit")
    listen_to(page, wrong)
    press(page, "^BUTTON.*Submit")
    hear(page, r'heading "Your interview is submitted')
    listen_to(page, wrong)
    assert not wrong, "\n".join(wrong)
