"""The interviewer's guide in the call: notes and a blind scorecard, by keyboard, on both widths, in light and dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.rooms import Place
from webapp.accounts.models import User
from webapp.core.database import db
from webapp.live import guide
from webapp.live.models import Room
from webapp.questions import operations as sets
from webapp.questions.guide import Competency, clean
from webapp.questions.models import QuestionKind

PROMPTS = (
    "Tell us about a time when a plan had to change at the last moment. What did you do, and what came of it?",
    "How would you explain a slow query to somebody who has never seen a database?",
)
ANCHORS = {1: "Names no step", 3: "Names steps, without a reason", 5: "Names steps, why, and what came of them"}


def _questions(place: Place) -> None:
    """Two questions for the call of ``place``, one with two competencies."""
    with place.viva.app.app_context():
        owner = db.session.query(User).filter_by(email=place.email).one()
        chosen = sets.create_set(title="Second conversation", introduction="", by=owner)
        for number, prompt in enumerate(PROMPTS):
            points = ["Says what changed", "Says whom they told"]
            competencies = [
                Competency("", name, ANCHORS, points) for name in ("Planning", "Telling others")[: 2 - number]
            ]
            sets.add_question(
                chosen,
                kind=QuestionKind.TEXT,
                prompt=prompt,
                think_seconds=0,
                limit_seconds=60,
                takes_allowed=1,
                guide=clean(competencies),
                by=owner,
            )
        sets.publish(chosen, by=owner)
        room = db.session.get_one(Room, place.id)
        guide.choose(room, chosen)
        db.session.commit()


@pytest.mark.full
def test_the_guide_is_in_the_call(viva, new_context, sign_in, look, watch):
    watch.allow("403")  # a score before the candidate is there
    place = Place(viva, country="CA")
    _questions(place)
    host = new_context().new_page()
    sign_in(host, place.email)
    host.goto(f"/live/rooms/{place.id}")
    host.locator("#enter").click()
    host.wait_for_url("**/call")
    expect(host.locator("#panel-guide")).to_be_hidden()
    host.locator("#stage").click()
    host.keyboard.press("g")
    expect(host.locator("#text")).to_be_focused()
    host.keyboard.type("Took the 8:15 plan apart.")
    host.keyboard.press("Control+Enter")
    expect(host.locator(".lg-notes")).to_contain_text("Took the 8:15 plan apart.")
    expect(host.locator("#text")).to_have_value("")

    # A score before the candidate is there is kept once they are.
    card = host.locator("[data-scores]")
    expect(card.locator(".lg-question[open]")).to_have_count(1)
    card.locator(".ws-level label", has_text="3").first.click()
    expect(card.locator("[data-saved]")).to_contain_text("has not been in this call")
    kim = new_context(viewport={"width": 390, "height": 844}).new_page()
    kim.goto(place.link)
    kim.locator("#enter").click()
    kim.wait_for_url("**/call")
    assert kim.locator("#panel-guide").count() == kim.locator("#control-guide").count() == 0
    expect(card.locator("[data-saved]")).to_have_text("Saved")
    card.get_by_label("Note on this answer").first.fill("Told both teams first.")
    expect(card.locator("[data-saved]")).to_have_text("Saved")
    second = card.locator("summary", has_text=PROMPTS[1][:30])
    second.focus()
    host.keyboard.press("Enter")
    expect(card.get_by_label("Note on this answer").nth(1)).to_be_visible()
    for width, height in ((1280, 800), (390, 844)):
        host.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            host.emulate_media(color_scheme=scheme)
            look(host, f"live guide {width} {scheme}")
            assert host.evaluate("() => document.documentElement.scrollWidth") <= width
    host.keyboard.press("Escape")
    expect(host.locator("#panel")).to_be_hidden()
    host.reload()
    host.locator("#control-guide").click()
    expect(host.get_by_label("Note on this answer").first).to_have_value("Told both teams first.")
    expect(host.locator(".ws-level input:checked").first).to_have_value("3")
    with viva.app.app_context():
        room = db.session.get_one(Room, place.id)
        assert room.scored is not None and room.scored_told_at is None, "told in the middle of the call"
