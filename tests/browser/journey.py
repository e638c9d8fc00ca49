"""What people do in the browser, step by step, for the tests that go the whole way."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from ml.media.synthetic import WRITTEN_ANSWER

#: Milliseconds until a recording is verified, and until an interview is analysed, on a machine with other work.
SAVED, ANALYSED = 90_000, 400_000


def begin_link(page: Page, link: str) -> None:
    """Open an invitation's link, and begin where this browser has not yet."""
    page.goto(link)
    button = page.locator("form.actions button", has_text=re.compile("Start|Continue"))
    if "/i/" in page.url and button.count():
        button.click()


@dataclass
class Candidate:
    """Somebody who opens the link of an invitation. ``look(page, name)`` inspects each page on the way."""

    page: Page
    look: Callable[[Page, str], None]

    def open(self, link: str) -> None:
        begin_link(self.page, link)
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Welcome")
        self.look(self.page, "welcome")
        self.page.locator("main .btn-primary").click()

    def consent(self, *purposes: str) -> None:
        """Tick these purposes, untick the others, and go on."""
        page = self.page
        expect(page.get_by_role("heading", name="What may be recorded and analysed?")).to_be_visible()
        if (place := page.get_by_label("Where do you live?")).count():
            place.select_option("CA-ON")
        for box in page.get_by_role("checkbox").all():
            box.set_checked(box.get_attribute("name") in purposes)
        self.look(page, "consent")
        page.get_by_role("button", name="Save and continue").click()

    def check_devices(self) -> None:
        page = self.page
        page.get_by_role("button", name=re.compile("Turn on")).click()
        expect(page.locator("#preview")).to_be_visible()
        expect(page.locator("#connection")).to_contain_text("connection is")
        expect(page.locator("#level-text")).to_have_text("We can hear you.")
        page.get_by_role("button", name="Record a test").click()
        page.wait_for_timeout(1500)
        page.get_by_role("button", name="Stop").click()
        expect(page.locator("#trial-player")).to_be_visible()
        self.look(page, "check")
        page.locator("main .btn-primary.btn-lg").click()

    def show_question(self) -> None:
        """Questions with a time to think wait behind a button."""
        page = self.page
        show = page.get_by_role("button", name="Show the question")
        if show.count():
            self.look(page, "question not shown yet")
            show.click()
            expect(page.locator("#think")).to_be_visible()

    def answer_everything(self, seconds: float) -> None:
        """Answer whatever comes, until the overview comes."""
        page = self.page
        while not (here := page.url).endswith("/review"):
            self.show_question()
            if page.get_by_role("button", name="Start recording").count():
                self.answer_on_video(seconds)
            else:
                self.answer_in_writing()
            page.wait_for_url(lambda url, here=here: url != here)  # the page left behind is loaded, too

    def answer_on_video(self, seconds: float) -> None:
        """Record for so long, wait until it is said to be saved, and go on."""
        page = self.page
        record = page.get_by_role("button", name="Start recording")
        expect(record).to_be_enabled()
        record.click()
        expect(page.locator("#sign")).to_be_visible()
        page.wait_for_timeout(seconds * 1000)
        page.get_by_role("button", name="Stop").click()
        expect(page.locator("#takes .tag-good")).to_have_text("Saved", timeout=SAVED)
        self.look(page, "question on video")
        page.get_by_role("link", name=re.compile("Next question|Review and submit")).click()

    def answer_in_writing(self, text: str = WRITTEN_ANSWER) -> None:
        page = self.page
        page.get_by_label("Your answer").fill(text)
        expect(page.locator("#saved")).to_contain_text("Saved")
        self.look(page, "question in writing")
        page.get_by_role("button", name="Save and continue").click()

    def submit(self) -> None:
        page = self.page
        expect(page.get_by_text("Every question has an answer.")).to_be_visible()
        self.look(page, "review")
        page.get_by_role("button", name=re.compile("^(Submit|Finish and get feedback)$")).click()
        done = re.compile("Your (interview is submitted|practice is finished)")
        expect(page.get_by_role("heading", name=done)).to_be_visible()
        self.look(page, "arrived")


def wait_for_report(page: Page) -> None:
    """Stay on a report until everything has been read and put together; a reviewer goes without a scorecard."""
    skip = page.get_by_role("button", name="Skip it and show the analyses")
    expect(page.locator("#report")).to_be_attached()
    if skip.count():
        skip.click()
        expect(skip).to_have_count(0)
    expect(page.locator("#report[data-finished=yes]")).to_be_attached(timeout=ANALYSED)
    failed = page.locator(".states [data-state=failed]").all_inner_texts()
    assert not failed, f"analyses failed: {failed}"


def states(page: Page, modality: str) -> list[str]:
    """What a report says of a modality that has not been read, one text an answer."""
    return page.locator(f".states [data-modality={modality}]").all_inner_texts()


def charts_drawn(page: Page, figures: Collection[str]) -> dict[str, int]:
    """Bring every figure of these names into view, opening its fold; how many of each have a drawn plot."""
    page.locator("details.fold:has(figure[data-figure])").evaluate_all(
        "folds => folds.forEach(it => { it.open = true })"
    )
    for figure in page.locator("figure[data-figure]").all():
        if figure.get_attribute("data-figure") in figures and figure.is_visible():
            figure.scroll_into_view_if_needed()
            expect(figure.locator("svg.main-svg").first).to_be_visible(timeout=30_000)
    return {
        name: page.locator(f"figure[data-figure={name}]", has=page.locator("svg.main-svg")).count() for name in figures
    }
