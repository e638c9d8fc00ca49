"""In a real browser: a reviewer goes through the queue with keys, and everything fits on the screen."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from ml.media import synthetic
from ml.transcripts.transcript import Transcript, Word
from tests.webapp.analysis.samples import answer_all
from tests.webapp.conftest import PASSWORD, app, make
from webapp.core.database import db
from webapp.core.storage import storage
from webapp.interviews.models import Interview
from webapp.questions.guide import Competency, clean
from webapp.reviews.models import AnswerOpening, Decision
from webapp.transcripts import store
from webapp.transcripts.models import Origin

__all__ = ["app", "make"]

#: Clicks and fields entered are counted where they happen.
COUNT = (
    """() => { window.clicks = 0; document.addEventListener('pointerdown', () => { window.clicks += 1; }, true); }"""
)


@pytest.fixture(scope="module")
def media(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("media") / "answer.webm"
    synthetic.talking_face(path, "I found the cause and fixed it.", seconds=4)
    return path.read_bytes()


@pytest.fixture
def address(app) -> Iterator[str]:
    app.config.update(SERVER_NAME=None, BLIND_REVIEW=True)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


@pytest.fixture
def recruiter(make, media):
    """Somebody with two people to review, each with two recorded answers and a written one."""
    recruiter = make.user(email="rosa@viva.test")
    questions = make.question_set("video video text", state="draft")
    for question, name in zip(questions.questions, ("Problem solving", "Collaboration", "Planning"), strict=True):
        guide = clean([Competency("", name, {}, ["Names an example"])])
        question.guide, question.rubric = guide.to_json(), guide.rubric
    db.session.commit()
    position = make.position(created_by=recruiter)
    words = [
        Word(text, 0.4 * n, 0.4 * n + 0.3, 0.9) for n, text in enumerate("I found the cause and fixed it.".split())
    ]
    for name in ("Noor Haddad", "Jules Perrin"):
        invitation = make.invitation(created_by=recruiter, position=position, question_set=questions, name=name)
        interview = answer_all(make, make.interview(invitation=invitation))
        for answer in interview.answers:
            if answer.kept_take:
                recording = answer.kept_take.recording
                recording.playable_key, recording.seconds = recording.original_key, 4.0
                storage.save(recording.original_key, media)
                store.add(answer, Transcript(words, "en"), Origin.TYPED, by_machine=False)
    db.session.commit()
    return recruiter


@pytest.fixture
def page(address, chromium: Browser, recruiter, watch) -> Iterator[Page]:
    context = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    watch.on(page)
    page.goto("/sign-in")
    page.get_by_label("Email").fill("rosa@viva.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/interviews")
    yield page
    context.close()


def until(page: Page, expression: str) -> None:
    """Wait for a JavaScript expression without evaluating it in the page, which its content policy forbids."""
    for _ in range(150):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never came true: {expression}")


def screens(page: Page) -> float:
    return page.evaluate("document.documentElement.scrollHeight / innerHeight")


def test_two_people_are_reviewed_with_keys(page, look):
    loads: list[str] = []
    page.on("domcontentloaded", lambda: loads.append(page.url))
    page.add_init_script(f"({COUNT})()")
    page.get_by_role("link", name="Review next").click()
    clicks = 1
    for name in ("Noor Haddad", "Jules Perrin"):
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        page.wait_for_load_state()  # keys are heard from then on
        for number in (1, 2, 3):
            expect(page.locator(f"[data-answer='{number}']")).to_be_visible()
            if number < 3:
                with page.expect_response("**/played"):
                    page.keyboard.press(" ")
            page.keyboard.press("4")
            expect(page.locator("[data-level-words]")).to_have_text("Most of it, with an example")
            if number < 3:
                page.keyboard.press("j")
        assert screens(page) == 1
        look(page, f"workspace {name}")
        page.get_by_text("Advance", exact=True).click()
        page.get_by_label("Reason").fill("Named an example and how it ended.")
        clicks += page.evaluate("window.clicks") + 2  # the field, and the button
        page.get_by_role("button", name="Save decision, next candidate").click()
    page.wait_for_url("**/interviews")
    assert len(loads) == 3 and clicks <= 7, (loads, clicks)
    assert [row.outcome for row in db.session.scalars(sa.select(Decision))] == ["advance", "advance"]
    opened = db.session.scalars(sa.select(AnswerOpening)).all()
    assert len(opened) == 6 and sum(row.times > 1 for row in opened) == 4, "shown with its words, then played"


def test_moving_keeps_notes_and_the_way_back(page):
    page.goto("/reviews/following")
    note = page.get_by_label("Note on this answer")
    note.fill("Said j and 5 and n.")
    page.keyboard.press("End")
    page.keyboard.type(" jkn12?")
    expect(page.locator("[data-answer='1']")).to_be_visible()
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.locator("[data-answer='2']")).to_be_visible()
    assert page.url.endswith("/answers/2")
    page.go_back()
    expect(note).to_have_value("Said j and 5 and n. jkn12?")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Next and previous answer")
    dialog.get_by_label("Use single keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("3")
    expect(page.locator("[data-answer='1']")).to_be_visible()
    expect(page.locator("[data-level-words]")).to_have_text("Not scored yet")


def test_the_transcript_follows_and_is_searched(page):
    page.goto("/reviews/following")
    page.get_by_label("Search the transcript").fill("CAUSE and")
    expect(page.locator(".word-found")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(page.locator("[data-search-count]")).to_have_text("1 of 1")
    page.get_by_text("fixed", exact=True).click()
    until(page, "document.querySelector('#ws-media').currentTime >= 2")
    expect(page.locator(".line-now")).to_contain_text("fixed")
    page.locator("[data-rate]").select_option("1.5")
    page.get_by_role("button", name="Captions").click()
    page.keyboard.press("j")
    expect(page.locator("[data-answer='2']")).to_be_visible()
    assert page.evaluate("document.querySelector('#ws-media').playbackRate") == 1.5
    expect(page.get_by_role("button", name="Captions")).to_have_attribute("aria-pressed", "true")


def test_what_is_missing_is_said_in_place(page, watch):
    watch.allow("422")
    page.goto("/reviews/following")
    page.get_by_text("Reject", exact=True).click()
    page.get_by_label("Reason").fill("Not yet.")
    page.get_by_role("button", name="Save decision", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("give a score")
    expect(page.get_by_label("Reason")).to_have_value("Not yet.")
    page.reload()
    expect(page.get_by_label("Reason")).to_have_value("Not yet.")


def test_comments_and_analyses_beside_the_answer(page, look):
    page.goto("/reviews/following")
    assert page.get_by_role("tab", name="Analyses").count() == 1
    page.keyboard.press(" ")
    until(page, "document.querySelector('#ws-media').currentTime > 0.5")
    page.keyboard.press(" ")
    page.keyboard.press("c")
    field = page.get_by_label("Comment", exact=True)
    expect(field).to_be_focused()
    expect(page.locator("[data-place-words]")).to_contain_text("At 0:0")
    field.fill("Listen to this.")
    page.get_by_role("button", name="Add comment").click()
    expect(page.locator(".ws-thread")).to_contain_text("Listen to this.")
    expect(page.locator(".tl-mark")).to_have_count(1)
    page.get_by_role("tab", name="Transcript").click()
    page.locator(".word", has_text="cause").dblclick()
    page.get_by_role("button", name="Comment on the selection").click()
    field.fill("Which one?")
    page.get_by_role("button", name="Add comment").click()
    expect(page.locator(".ws-quote")).to_have_text("cause")
    page.locator(".ws-thread", has_text="Which one?").get_by_role("button", name="Resolve").click()
    expect(page.locator(".ws-thread-resolved")).to_contain_text("Which one?")
    for number in (1, 2, 3):
        page.keyboard.press("Escape")
        page.locator(".ws-prompt").focus()
        page.keyboard.press("4")
        expect(page.locator("[data-saved]")).to_have_text("Saved")
        if number < 3:
            page.keyboard.press("j")
            expect(page.locator(f"[data-answer='{number + 1}']")).to_be_visible()
    page.get_by_role("button", name="Submit scorecard only").click()
    page.wait_for_url(lambda url: "answers" not in url)
    page.get_by_role("link", name="Open the answers").click()
    page.get_by_role("tab", name="Analyses").click()
    expect(page.get_by_role("heading", name="Suggestions, point by point")).to_be_visible()
    page.locator("[data-point-form] button").first.click()
    expect(page.locator(".point-verdict")).to_contain_text("Confirmed")
    before = page.evaluate("document.querySelector('#ws-media').currentTime")
    box = page.locator(".ws-stage .tl-plot").bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 5)
    until(page, f"document.querySelector('#ws-media').currentTime > {before} + 2")
    assert screens(page) == 1
    look(page, "workspace with analyses")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_an_answer_takes_three_screens_at_most(page, look, scheme):
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme=scheme)
    for address in ("/reviews/following", None):
        if address:
            page.goto(address)
        else:
            page.locator("h1 a").click()
            page.wait_for_url(lambda url: "answers" not in url)
        look(page, f"phone {scheme} {address}")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert screens(page) <= (3 if address else 2)


def test_a_list_is_walked_with_keys_and_people_are_compared_in_step(page, look):
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(2)
    page.keyboard.press("j")
    expect(rows.nth(0)).to_have_attribute("data-current", "")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")  # the last row stays
    page.keyboard.press("x")
    expect(page.locator("[data-ticked]")).to_have_text("2 ticked")
    page.keyboard.press("k")
    expect(rows.nth(0)).to_have_attribute("data-current", "")
    ids = db.session.scalars(sa.select(Interview.id))
    page.goto(f"/compare?{'&'.join(f'interview={each}' for each in ids)}")
    play = page.get_by_role("button", name="Play together").first
    play.click()
    players = "[...document.querySelectorAll('[data-compare]')[0].querySelectorAll('video')]"
    until(page, f"{players}.every((each) => !each.paused && each.currentTime > 0.3)")
    assert page.evaluate(f"{players}.map((each) => each.muted)") == [False, True]
    apart = page.evaluate(f"Math.abs({players}[0].currentTime - {players}[1].currentTime)")
    assert apart < 0.5, apart
    page.get_by_role("radio").nth(1).check()
    assert page.evaluate(f"{players}.map((each) => each.muted)") == [True, False]
    page.get_by_role("button", name="Pause together").first.click()
    until(page, f"{players}.every((each) => each.paused)")
    look(page, "comparison")
