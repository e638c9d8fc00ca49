"""The whole way in a real browser, nothing mocked: a question set is published, somebody is invited, answers on camera
and in writing, workers read the answers, and a report with figures lies before the people who decide."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.journey import Candidate, charts_drawn, states, wait_for_report
from webapp.accounts.models import Role

pytestmark = pytest.mark.timeout(900)

#: Seconds of video per answer: one round of the real talking face.
SECONDS = 9


def publish_a_set(page: Page, look, title: str) -> None:
    """An admin writes three questions and publishes them."""
    page.goto("/")
    page.get_by_role("link", name="Question sets", exact=True).click()
    look(page, "question sets")
    page.get_by_role("link", name="Create a question set").first.click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Introduction").fill("Three questions. Take your time.")
    look(page, "new question set")
    page.get_by_role("button", name="Create draft").click()
    for number, kind in enumerate(("Video", "Video", "Text"), 1):
        page.get_by_role("link", name="Add a question").click()
        page.get_by_label("Question", exact=True).fill(f"Number {number}: tell us about something that you made.")
        page.get_by_label(re.compile(f"^{kind}:")).check()
        page.get_by_label("Time to think, in seconds").fill("0")
        page.get_by_label("Time to answer, in seconds").fill("60")
        page.get_by_role("textbox", name="Scoring guide").fill("5: concrete, and says what came of it.")
        if number == 1:
            look(page, "new question")
        page.get_by_role("button", name="Add question").click()
    look(page, "draft")
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_role("link", name="Add a question")).to_have_count(0)
    look(page, "published set")


def invite(page: Page, look, title: str) -> str:
    """A recruiter creates a position in Montréal and invites somebody; returns the link."""
    page.goto("/")
    look(page, "empty inbox")
    page.get_by_role("link", name="Positions", exact=True).click()
    page.get_by_role("link", name="Create a position").first.click()
    page.get_by_label("Title").fill("Support engineer")
    page.get_by_label("City").fill("Montréal")
    page.get_by_label("Country").select_option(label="Canada")
    page.get_by_label("State or province").select_option(value="CA-QC")
    look(page, "new position")
    page.get_by_role("button", name="Create position").click()
    look(page, "position")
    page.get_by_role("link", name="Invite a candidate").click()
    page.get_by_label("Name").fill("Kim Tremblay")
    page.get_by_label("Question set").select_option(label=f"{title}, version 1")
    look(page, "invite")
    page.get_by_role("button", name="Create invitation").click()
    look(page, "invitation")
    return page.get_by_role("textbox", name="Link for Kim Tremblay").input_value()


def test_from_invitation_to_report(viva, new_context, sign_in, look):
    title = "First conversation, made by hand"
    admin = new_context().new_page()
    sign_in(admin, viva.person(Role.ADMIN))
    publish_a_set(admin, look, title)

    recruiter = new_context().new_page()
    sign_in(recruiter, viva.person(Role.RECRUITER))
    link = invite(recruiter, look, title)

    candidate = Candidate(new_context().new_page(), look)
    candidate.open(link)
    candidate.consent("recording", "text", "voice", "face")
    candidate.check_devices()
    candidate.answer_on_video(SECONDS)
    candidate.answer_on_video(SECONDS)
    candidate.answer_in_writing()
    candidate.submit()

    recruiter.goto("/")
    recruiter.get_by_role("link", name="Interviews", exact=True).click()
    look(recruiter, "inbox")
    recruiter.get_by_role("link", name="Kim Tremblay").first.click()
    recruiter.get_by_role("link", name="Open the interview").click()
    look(recruiter, "overview")
    recruiter.get_by_role("link", name="Full analysis").click()
    wait_for_report(recruiter)
    recruiter.reload()  # as whoever opens it later sees it
    drawn = charts_drawn(recruiter, ("face-track", "speech-track", "fused-track", "distribution"))
    look(recruiter, "report")
    assert drawn["face-track"] == 2, (drawn, states(recruiter, "face"), viva.logs())
    assert drawn["speech-track"] == 2, (drawn, states(recruiter, "speech"))
    assert recruiter.locator(".trait-bands").count() == 1
    assert recruiter.locator("figure[data-figure=traits]").count() == 0, "one written answer is not summed up"
    assert drawn["distribution"] == 1
    visible = re.findall(r"A face was visible in (?:all|(\d+) % of) \d+ frames", recruiter.content())
    faces = [int(share or 100) for share in visible]
    assert len(faces) == 2
    assert min(faces) > 50
    blinks = recruiter.locator("dt", has_text=re.compile("^Blinks$")).locator("xpath=following-sibling::dd")
    assert re.fullmatch(r"\d+|not enough data", blinks.first.inner_text())
    assert recruiter.locator("video").first.evaluate("video => video.duration") == pytest.approx(SECONDS, abs=3)
    _click_on_a_chart_moves_the_video(recruiter)
    assert admin.goto(recruiter.url).status == 200
    assert new_context().new_page().goto(recruiter.url).url.startswith(f"{viva.url}/sign-in")


def _click_on_a_chart_moves_the_video(page: Page) -> None:
    """A click three quarters into the first track takes the first player there."""
    plot = page.locator("figure[data-figure=face-track] .nsewdrag").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + box["height"] / 2)
    page.wait_for_function("document.querySelector('video').currentTime > 1")


def test_in_lyon_neither_face_nor_voice_is_read(viva, new_context, sign_in, look):
    link = viva.invitation("FR", "video text")
    candidate = Candidate(new_context().new_page(), look)
    candidate.open(link)
    assert candidate.page.get_by_role("checkbox").count() == 2, "what the law rules out is not even asked"
    candidate.consent("recording", "text")
    candidate.check_devices()
    candidate.answer_on_video(4)
    candidate.answer_in_writing()
    candidate.submit()

    admin = new_context().new_page()
    sign_in(admin, viva.person(Role.ADMIN))
    admin.goto(f"/reports/{viva.interviews()[-1]}")
    wait_for_report(admin)
    look(admin, "report from Lyon")
    for modality in ("face", "speech"):
        assert [re.search(r"AI Act, Art\. 5\(1\)\(f\)", text) is not None for text in states(admin, modality)] == [True]
        assert admin.locator(f"figure[data-figure={modality}-track]").count() == 0
    assert admin.locator(".trait-bands .trait").count() == 5


@pytest.mark.full
def test_practice_is_for_the_candidate_alone(viva, new_context, sign_in, look):
    viva.invitation("FR", "video text")  # somebody has published a set
    person = viva.person(Role.CANDIDATE)
    mine = new_context(viewport={"width": 390, "height": 844}, color_scheme="dark").new_page()
    sign_in(mine, person)
    look(mine, "practice")
    mine.get_by_role("button", name="Start").click()
    candidate = Candidate(mine, lambda page, name: look(page, f"practice, {name}"))
    expect(mine.get_by_role("heading", level=1)).to_contain_text("Welcome")
    mine.locator("main .btn-primary").click()
    candidate.consent("recording", "text", "voice", "face")
    candidate.check_devices()
    candidate.answer_everything(SECONDS)
    candidate.submit()
    mine.get_by_role("link", name="See my feedback").click()
    wait_for_report(mine)
    mine.reload()
    drawn = charts_drawn(mine, ("face-track", "speech-track"))
    look(mine, "practice report")
    assert drawn["face-track"] >= 1
    assert drawn["speech-track"] >= 1

    admin = new_context().new_page()
    sign_in(admin, viva.person(Role.ADMIN))
    assert admin.request.get(mine.url).status == 404
