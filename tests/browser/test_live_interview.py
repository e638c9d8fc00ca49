"""An interview in a cleared place: the candidate sees what is read, interviewers judge for themselves first."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser import expressions
from tests.browser.conftest import FLAGS, Watch, chromium_path
from tests.browser.rooms import Place, person

pytestmark = pytest.mark.timeout(600)
READ = 180_000
CANDIDATE = "Kim Tremblay"


def test_interviewers_do_not_see_what_is_read_of_the_candidate(
    viva, playwright: Playwright, watch: Watch, sign_in, look, tmp_path: Path
):
    watch.allow("410")  # the lobby of a closed room
    for number, name in enumerate(("happy", "surprise")):
        expressions.write(tmp_path / name, expressions.drawn(name), number)
    place = Place(viva, country="CA")

    def comes(name: str, camera: str):
        return person(playwright, list(FLAGS), chromium_path(), tmp_path / camera, place, name, watch.on)

    with comes("Recruiter", "happy") as host, comes(CANDIDATE, "surprise") as kim:
        host.open_lobby(sign_in)
        host.go_in(microphone=False)
        kim.page.goto(place.link)
        expect(kim.page.locator("#what-reading")).to_contain_text("shown only to the candidate during the call")
        kim.go_in(microphone=False)
        kim.meets("Recruiter")
        host.meets(CANDIDATE)

        # The candidate sees both; the recruiter sees themselves, and why there is nothing of the candidate.
        for name, emotion in ((CANDIDATE, "surprise"), ("Recruiter", "happy")):
            box = kim.tile(name).locator(".face-box")
            expect(box).to_have_attribute("data-emotion", emotion, timeout=READ)
        expect(host.tile("Recruiter").locator(".face-box")).to_have_attribute("data-emotion", "happy", timeout=READ)
        expect(host.page.locator(".readings-hidden")).to_contain_text("judge for themselves first")
        expect(kim.page.locator(".readings-hidden")).to_have_count(0)
        host.page.locator("#control-analyse").click()
        of_kim = host.page.locator(".moment-person", has_text=CANDIDATE)
        expect(of_kim).to_contain_text("not shown to interviewers during the call")
        expect(kim.page.locator(".moment-person .moment-found")).to_have_count(2, timeout=READ)
        expect(host.page.locator(".moment-person .moment-found")).to_have_count(1, timeout=READ)
        look(host.page, "live interview of the recruiter")
        look(kim.page, "live interview of the candidate")
        expect(host.tile(CANDIDATE).locator(".face-box")).to_have_count(0)
        expect(host.tile(CANDIDATE).locator(".tile-mood")).to_be_hidden()
        expect(host.page.locator(".legend-entry[data-emotion=surprise]")).to_have_attribute("data-lit", "no")
        assert host.page.locator(".lane").count() == 1

        # Closed for all: nothing that was read stays on the page, and there is a way on.
        host.page.goto(f"/live/rooms/{place.id}/manage")
        host.page.locator("summary").click()
        host.page.get_by_role("button", name="Close the room").click()
        expect(kim.page.locator("#over-dialog")).to_be_visible()
        expect(kim.page.locator(".face-box")).to_have_count(0)
        expect(kim.page.locator("#consent-words")).to_contain_text("no longer read")
        kim.page.keyboard.press("Tab")  # the title has the focus, so that it is read out
        kim.page.keyboard.press("Enter")
        kim.page.wait_for_url("**/after")
        expect(kim.page.locator("h1")).to_be_visible()
