"""What a printed report says: what was said and when, and nothing that only a screen can be pressed for."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from ml.transcripts.transcript import Transcript, Word
from tests.webapp.analysis.samples import answer_all
from tests.webapp.conftest import app, client, make, sign_in
from webapp.core.settings import ROOT
from webapp.transcripts import store

__all__ = ["app", "client", "make", "sign_in"]


def style() -> str:
    """The whole of the built style sheet, without its fonts."""
    built = sorted(Path(ROOT / "webapp/static/dist").glob("site-*.css"), key=lambda path: path.stat().st_mtime)
    return built[-1].read_text("utf-8")


def test_a_printed_report_says_what_was_said(client, make, sign_in, chromium: Browser):
    recruiter = sign_in(make.user())
    interview = answer_all(make, make.interview(invitation=make.invitation(created_by=recruiter)))
    words = [Word("Nobody", 0.0, 0.4, 0.9), Word("noticed", 0.4, 0.8, 0.9), Word("locks.", 0.8, 1.2, 0.9)]
    store.add(interview.answers[0], Transcript(words, "en", "Fake"), "recognised", by_machine=True)
    html = client.get(f"/reports/{interview.id}").text
    assert "Nobody" in html and "Correct this transcript" in html
    page = chromium.new_page()
    page.set_content(html)
    page.add_style_tag(content=style())
    said = page.locator(".lines").first
    expect(page.locator("video").first).to_be_visible()
    page.emulate_media(media="print")
    expect(said).to_be_visible()
    expect(said).to_contain_text("Nobody noticed locks.")
    for selector in (
        "main button:not(.seek)",
        "main .btn",
        "main form",
        "video",
        ".speeds",
        ".transcript a",
        "nav",
    ):
        for each in page.locator(selector).all():
            expect(each).to_be_hidden()
    page.close()
