"""Some of the candidates in a real Chromium: they reload, lose the network, turn back the clock, open a second tab and
press twice; the server is killed under them as under the others."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from playwright.sync_api import Browser, BrowserContext, Error, expect, sync_playwright

from bench.candidate_client import OVER, Ledger
from bench.review_play import find_chromium

FLAGS = ["--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
#: Milliseconds for anything; seconds until a step is given up; milliseconds of each answer.
PATIENCE, STEP, RECORDED = 30_000, 420.0, 2500
#: Milliseconds that "Saved" gets before the page is loaded again.
SAVED = 45_000
#: Hours by which a device's clock jumps.
JUMPS = (-26, -1, 3, 49)


def play(port: int, links: list[str], ledger: Ledger, seed: int) -> list[str | None]:
    """Each of ``links`` from its beginning to its end, one after the other; None, or what went wrong."""
    if not links:
        return []
    executable = find_chromium()
    if executable is None:
        return ["there is no Chromium" for _link in links]
    with sync_playwright() as playwright:
        browser = None
        try:
            outcomes: list[str | None] = []
            for number, link in enumerate(links):
                if not ledger.begin():
                    outcomes.append(OVER)
                    continue
                # One that crashed, which a machine short of memory does to it, is no fault of Viva's.
                if browser is None or not browser.is_connected():
                    browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
                outcomes.append(_one(browser, port, link, ledger, np.random.default_rng([seed, number])))
            return outcomes
        finally:
            if browser is not None:
                browser.close()


def _one(browser: Browser, port: int, link: str, ledger: Ledger, chance: np.random.Generator) -> str | None:
    context = browser.new_context(base_url=f"http://127.0.0.1:{port}", permissions=["camera", "microphone"])
    context.set_default_timeout(PATIENCE)
    person = _Person(context, ledger, chance)
    try:
        return person.whole_way(link)
    except (Error, AssertionError) as error:
        return OVER if ledger.is_over else f"Chromium: {person.where}: {str(error).splitlines()[0][:80]}"
    finally:
        with contextlib.suppress(Error):
            context.close()


class _Over(AssertionError):
    """There is no time left for another try."""


class _Person:
    def __init__(self, context: BrowserContext, ledger: Ledger, chance: np.random.Generator) -> None:
        self.context, self.page, self.ledger, self.chance = context, context.new_page(), ledger, chance
        #: What went wrong last in a step that was taken again.
        self.where = ""

    def whole_way(self, link: str) -> str | None:
        page = self.page
        self._goto(link)
        self._until(lambda: "/i/" not in page.url, self._begin, link)
        welcome = re.sub(r"(/interview/[0-9a-f]{32}).*", r"\1", page.url)
        self._until(lambda: self._consented(welcome), lambda: None, welcome)
        for place in (1, 2):
            self._record(f"{welcome}/questions/{place}")
        self._write(f"{welcome}/questions/3")
        self._until(lambda: "/arrived" in page.url, lambda: self._submit(welcome), welcome)
        with self.ledger.lock:
            self.ledger.submitted.add(welcome.rsplit("/", 1)[1])
        return None

    def _goto(self, url: str) -> None:
        """Open a page, again while the server is away."""
        until = time.monotonic() + STEP
        while True:
            try:
                answer = self.page.goto(url)
                if answer is None or answer.status < 500:
                    return
            except Error:
                if time.monotonic() > until:
                    raise
            self._go_on()
            time.sleep(1.0)

    def _go_on(self) -> None:
        if self.ledger.is_over:
            raise _Over(OVER)

    def _until(self, done: Callable[[], bool], step: Callable[[], Any], url: str) -> None:
        """Take a step, from its page on again where the server went away in the middle of it."""
        until = time.monotonic() + STEP
        while not done():
            if time.monotonic() > until:
                raise AssertionError(f"no way past {url[-40:]}, at {self.page.url[-60:]}")
            self._go_on()
            try:
                step()
            except (Error, AssertionError) as error:
                self.where = " ".join(str(error).split())[:160]
            if not done():
                time.sleep(1.0)
                self._goto(url)

    def _begin(self) -> None:
        button = self.page.locator("form.actions button", has_text=re.compile("Start|Continue"))
        if self._goes_wrong("double submit"):
            button.dblclick(timeout=5000)
        else:
            button.click(timeout=5000)
        self.page.wait_for_url(lambda url: "/i/" not in url, timeout=15_000)

    def _consented(self, welcome: str) -> bool:
        """Agree to be recorded, unless that is done."""
        with contextlib.suppress(Error, AssertionError):
            self._goto(f"{welcome}/consent")
            page = self.page
            for box in page.get_by_role("checkbox").all():
                box.set_checked(box.get_attribute("name") == "recording")
            page.get_by_role("button", name="Save and continue").click()
            page.wait_for_url(lambda url: not url.endswith("/consent"), timeout=15_000)
            return True
        return False

    def _goes_wrong(self, kind: str, often: float = 0.5) -> bool:
        if self.chance.random() >= often:
            return False
        self.ledger.fault(kind)
        return True

    def _record(self, url: str) -> None:
        page = self.page
        saved = page.locator("#takes .tag-good")

        def step() -> None:
            record = page.get_by_role("button", name="Start recording")
            expect(record).to_be_enabled(timeout=20_000)
            if self._goes_wrong("clock change"):
                page.clock.set_system_time(time.time() * 1000 + int(self.chance.choice(JUMPS)) * 3_600_000)
            if self._goes_wrong("two tabs", 0.3):
                other = self.context.new_page()
                other.goto(url)
                other.close()
            record.click()
            expect(page.locator("#sign")).to_be_visible(timeout=20_000)
            page.wait_for_timeout(RECORDED / 2)
            if self._goes_wrong("drop"):
                self.context.set_offline(True)
                page.wait_for_timeout(1500)
                self.context.set_offline(False)
            page.wait_for_timeout(RECORDED / 2)
            page.get_by_role("button", name="Stop").click()
            if self._goes_wrong("reload", 0.3):
                page.wait_for_timeout(500)
                page.reload()
            expect(saved.first).to_be_visible(timeout=SAVED)

        self._goto(url)
        self._until(lambda: saved.count() > 0, step, url)

    def _write(self, url: str) -> None:
        text = f"Written in Chromium, {self.chance.random()}."

        def step() -> None:
            self.page.get_by_label("Your answer").fill(text)
            expect(self.page.locator("#saved")).to_contain_text("Saved", timeout=30_000)
            if self._goes_wrong("reload", 0.5):
                self.page.reload()

        self._goto(url)
        self._until(lambda: self.page.get_by_label("Your answer").input_value() == text, step, url)
        interview = url.split("/")[-3]
        with self.ledger.lock:
            self.ledger.texts[interview] = text

    def _submit(self, welcome: str) -> None:
        self._goto(f"{welcome}/review")
        button = self.page.get_by_role("button", name=re.compile("^Submit"))
        if self._goes_wrong("double submit"):
            button.dblclick(timeout=20_000)
        else:
            button.click(timeout=20_000)
        self.page.wait_for_url(lambda url: "/arrived" in url, timeout=20_000)
