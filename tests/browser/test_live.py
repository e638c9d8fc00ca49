"""The live room in real browsers: two and three Chromium with cameras and voices of their own, on 127.0.0.1 alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.conftest import FLAGS, Watch, chromium_path
from tests.browser.rooms import CAMERAS, Person, Place, kill_live_service, person, write_camera

#: Several browsers on two cores that may have other work.
pytestmark = pytest.mark.timeout(900)
#: A reading that comes while two or three browsers share the machine, or after its readers were started anew.
READ = 180_000
HOST = "Recruiter"


@pytest.fixture(scope="session")
def cameras(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One file of pictures and one of sound for each camera."""
    folder = tmp_path_factory.mktemp("cameras")
    for number, (name, places) in enumerate(CAMERAS.items()):
        write_camera(folder / name, places, number)
    return {name: folder / name for name in CAMERAS}


@pytest.fixture
def comes(playwright: Playwright, cameras: dict[str, Path], watch: Watch) -> Iterator[Callable[..., Person]]:
    """Somebody comes to a browser: ``comes(place, "Kim", "left")``."""
    with ExitStack() as stack:

        def come(place: Place, name: str, camera: str) -> Person:
            return stack.enter_context(
                person(playwright, list(FLAGS), chromium_path(), cameras[camera], place, name, watch.on)
            )

        yield come


def test_two_people_meet_and_see_what_is_read(viva, comes, sign_in, look):
    place = Place(viva)
    host, kim = comes(place, HOST, "left"), comes(place, "Kim", "right")
    host.open_lobby(sign_in)
    # Nothing is on before somebody turns it on, and nothing is agreed to.
    expect(host.page.locator("#lobby-camera")).to_have_attribute("aria-pressed", "false")
    expect(host.page.locator("#lobby-microphone")).to_have_attribute("aria-pressed", "false")
    expect(host.page.locator("#consent-reading")).not_to_be_checked()
    assert host.page.locator("#preview").evaluate("(video) => video.srcObject === null")
    look(host.page, "live lobby")
    host.go_in(microphone=False)
    kim.open_lobby()
    kim.page.set_viewport_size({"width": 390, "height": 844})
    look(kim.page, "live lobby narrow")
    kim.go_in(microphone=False)
    # What is spoken is decided before anything is read: nobody speaks, so it may be said.
    host.page.locator("#control-settings").click()
    host.page.get_by_label("Read aloud").check()
    host.page.get_by_label("Pop-ups when an expression changes").check()
    host.page.keyboard.press("Escape")
    host.meets("Kim")
    kim.meets(HOST)

    # Each over their own picture: the host's face is at the left, Kim's at the right; one's own picture is a mirror.
    for somebody, own, other in ((host, HOST, "Kim"), (kim, "Kim", HOST)):
        for name in (own, other):
            chip = somebody.tile(name).locator(".face-chip .chip")
            expect(chip).to_contain_text("Happy", timeout=READ)
            left, width = somebody.box(name)
            middle = left + width / 2
            mirrored = name == own
            assert (middle > 0.5) == ((name == "Kim") != mirrored), (own, name, middle)
        expect(somebody.page.locator(".legend-entry[data-emotion=happy]")).to_have_attribute("data-lit", "yes")
    assert host.page.locator(".tile").count() == 2

    # Probabilities by keyboard, and away with Escape.
    mood = host.tile("Kim").locator(".face-chip").first
    mood.locator(".chip").focus()
    expect(mood.locator(".more")).to_be_visible()
    expect(mood.locator(".bars li")).not_to_have_count(0)
    look(host.page, "live room probabilities")
    host.page.keyboard.press("Escape")
    expect(mood.locator(".more")).to_be_hidden()
    # What is only pointed at has no focus, and goes away with Escape all the same (WCAG 1.4.13).
    mood.locator(".chip").evaluate("(button) => button.blur()")
    host.page.mouse.move(0, 0)
    mood.locator(".chip").hover()
    expect(mood.locator(".more")).to_be_visible()
    host.page.keyboard.press("Escape")
    expect(mood.locator(".more")).to_be_hidden()
    host.page.mouse.move(0, 0)

    # What is told: once, of the other, in the page's language.
    host.until(lambda: host.page.evaluate("() => window.spoken.length"), 40)
    said = host.page.evaluate("() => window.spoken")
    assert said[0] == {"text": "Kim looks happy", "lang": "en"}
    expect(host.page.locator("#changes .change").first).to_contain_text("happy")
    assert host.page.locator(".lane .band").count() >= 2

    # One moment of everybody.
    kim.page.locator("#control-analyse").click()
    for somebody, by in ((host, "Kim"), (kim, "you")):
        expect(somebody.page.locator("#moment-title")).to_contain_text(f"asked by {by}")
        expect(somebody.page.locator(".moment-person .moment-found")).not_to_have_count(0, timeout=READ)
        for found in somebody.page.locator(".moment-person").all():
            expect(found.locator(".moment-word").first).to_contain_text("Happy")
    look(host.page, "live room moment")
    kim.page.wait_for_timeout(300)
    look(kim.page, "live room narrow")
    assert kim.page.evaluate("() => document.documentElement.scrollWidth") <= 390

    # Chat, hands, and who agreed to what, in words.
    host.page.keyboard.press("c")
    host.page.locator("#chat-text").fill("Hello <b>Kim</b>")
    host.page.keyboard.press("Enter")
    expect(kim.page.locator("#control-chat .badge-count")).to_contain_text("1")
    kim.page.locator("#control-chat").click()
    expect(kim.page.locator("#chat-log .message-text")).to_have_text("Hello <b>Kim</b>")
    look(kim.page, "live chat narrow")
    kim.page.keyboard.press("Escape")
    host.page.keyboard.press("Escape")
    kim.page.keyboard.press("h")
    expect(host.tile("Kim").locator(".tile-hand")).to_be_visible()
    host.page.keyboard.press("p")
    expect(host.page.locator(".person", has_text="Kim")).to_contain_text("Agreed to analysis")
    look(host.page, "live people")

    # Taken back with one key: at once here, within a second at the server, and gone at the others.
    kim.page.keyboard.press("r")
    pressed = time.monotonic()
    kim.page.wait_for_timeout(50)
    kim.sent.clear()
    expect(kim.page.locator("#consent-words")).to_contain_text("not being analysed")
    kim.until(lambda: not place.members()["Kim"], 2)
    assert time.monotonic() - pressed < 2.0  # a second at the server, and the test's own steps
    expect(host.tile("Kim")).to_have_attribute("data-reading", "no")
    expect(host.tile("Kim").locator(".face-box")).to_have_count(0)
    expect(kim.page.locator(".face-box")).to_have_count(0)  # and the host's are no longer Kim's to see
    expect(host.page.locator(".person", has_text="Kim")).to_contain_text("Has not agreed to analysis")
    kim.page.wait_for_timeout(1000)
    assert kim.sent == []
    expect(host.tile("Kim")).to_have_attribute("data-connection", "connected")  # Kim takes part like anyone

    # Given again only after a question.
    kim.page.keyboard.press("r")
    expect(kim.page.locator("#consent-dialog")).to_be_visible()
    look(kim.page, "live consent dialog")
    kim.page.locator("#consent-dialog").get_by_role("button", name="Allow analysis").click()
    expect(host.tile("Kim").locator(".face-chip")).to_contain_text("Happy", timeout=READ)
    kim.until(lambda: 1 in kim.sent)


@pytest.mark.full
def test_a_killed_page_comes_back_and_a_killed_service_is_hardly_noticed(viva, comes, sign_in, watch):
    watch.allow("ERR_CONNECTION_REFUSED|WebSocket|Failed to load resource|ERR_CONNECTION_RESET")
    place = Place(viva)
    host, kim = comes(place, HOST, "left"), comes(place, "Kim", "right")
    host.open_lobby(sign_in)
    host.go_in()
    kim.open_lobby()
    kim.go_in()
    host.meets("Kim")
    expect(host.tile("Kim").locator(".face-chip")).to_contain_text("Happy", timeout=READ)

    # The page is gone without a word, as when a laptop's lid is closed.
    context = kim.page.context
    kim.page.close(run_before_unload=False)
    expect(host.tile("Kim")).to_have_count(0)
    again = Person(context.new_page(), place, "Kim")
    again.page.goto(place.link)
    expect(again.page.locator("#enter")).to_have_text("Rejoin")
    again.go_in()
    host.meets("Kim")
    again.meets(HOST)
    assert len(place.members()) == 2  # Kim is who Kim was
    expect(host.tile("Kim").locator(".face-chip")).to_contain_text("Happy", timeout=READ)

    # The service dies in mid-call: the picture goes on, a quiet line says so, and readings come back by themselves.
    video = host.tile("Kim").locator("video")
    host.page.evaluate(
        "() => { window.before = document.querySelector('.tile:not([data-own=yes]) video').srcObject.id; }"
    )
    kill_live_service(viva)
    expect(host.page.locator("#notice")).to_contain_text("Your call continues")
    began = video.evaluate("(video) => video.currentTime")
    host.page.wait_for_timeout(1500)
    assert video.evaluate("(video) => video.currentTime") > began + 0.5
    expect(host.page.locator("#notice")).not_to_contain_text("Your call continues", timeout=60_000)
    again.sent.clear()
    again.until(lambda: 1 in again.sent, 60)
    expect(host.tile("Kim").locator(".face-chip")).to_contain_text("Happy", timeout=READ)
    assert host.page.evaluate(
        "() => window.before === document.querySelector('.tile:not([data-own=yes]) video').srcObject.id"
    ), "the call was made anew"
    host.page.locator("#control-chat").click()
    host.page.locator("#chat-text").fill("Still here?")
    host.page.keyboard.press("Enter")
    expect(again.page.locator("#control-chat .badge-count")).to_contain_text("1")


@pytest.mark.full
def test_three_people_one_of_whom_is_not_read(viva, comes, sign_in, look):
    place = Place(viva)
    host, kim, sam = comes(place, HOST, "left"), comes(place, "Kim", "right"), comes(place, "Sam", "both")
    host.open_lobby(sign_in)
    host.go_in()
    kim.open_lobby()
    kim.go_in()
    sam.open_lobby()
    sam.go_in(reading=False, microphone=False)
    host.meets("Kim", "Sam")
    kim.meets(HOST, "Sam")
    sam.meets(HOST, "Kim")
    expect(host.tile("Kim").locator(".face-chip")).to_contain_text("Happy", timeout=READ)
    # Sam takes part like anyone, is read by nobody, and reads nobody.
    assert sam.sent == []
    expect(host.tile("Sam").locator(".sign-words")).to_have_text("Not analysed")
    expect(host.tile("Sam").locator(".face-box")).to_have_count(0)
    expect(sam.page.locator(".face-box")).to_have_count(0)
    host.page.locator("#control-analyse").click()
    expect(host.page.locator(".moment-person", has_text="Sam")).to_contain_text("Had not agreed to analysis")
    expect(sam.page.locator(".moment-person", has_text="Kim")).to_contain_text("You had not agreed to analysis")
    # Somebody speaks all the time, so nothing would be spoken over them.
    assert host.page.evaluate("() => window.spoken.length") == 0

    # Once Sam agrees, both faces in the picture have their own box, number and emoji.
    sam.page.locator("#consent-button").click()
    sam.page.locator("#consent-dialog").get_by_role("button", name="Allow analysis").click()
    expect(host.tile("Sam").locator(".face-box")).to_have_count(2, timeout=READ)
    numbers = host.tile("Sam").locator(".face-number").all_inner_texts()
    assert len(set(numbers)) == 2
    places = sorted(host.box("Sam", number)[0] for number in (0, 1))
    assert places[0] < 0.4 < places[1]
    look(host.page, "live room of three")
    # A muted microphone, a camera that is off, a person who leaves: the others see it.
    kim.page.keyboard.press("m")
    kim.page.keyboard.press("v")
    expect(host.tile("Kim")).to_have_attribute("data-microphone", "off")
    expect(host.tile("Kim")).to_have_attribute("data-camera", "off")
    expect(host.tile("Kim").locator(".tile-avatar")).to_have_text("K")
    kim.page.locator("#control-leave").click()
    expect(host.tile("Kim")).to_have_count(0)
    expect(sam.tile("Kim")).to_have_count(0)


def test_where_the_law_forbids_it_nothing_is_read_and_the_room_says_why(viva, comes, look):
    place = Place(viva, country="FR")
    kim = comes(place, "Kim Tremblay", "left")
    kim.page.goto(place.link)
    expect(kim.page.locator("#lobby-form .note")).to_contain_text("Expressions are not analysed in this room")
    expect(kim.page.locator("#consent-reading")).to_have_count(0)
    kim.go_in()
    expect(kim.page.locator("#consent-strip")).not_to_be_empty()
    expect(kim.page.locator("#consent-button")).to_have_count(0)
    for name in ("analyse", "continuous"):
        expect(kim.page.locator(f"#control-{name}")).to_be_hidden()
    expect(kim.page.locator("#readings")).to_be_hidden()
    kim.page.keyboard.press("r")
    kim.page.wait_for_timeout(1500)
    assert kim.sent == []
    look(kim.page, "live room where nothing is read")


@pytest.mark.full
def test_one_records_ones_own_side_and_the_keys_can_be_changed(viva, comes, sign_in, look):
    place = Place(viva)
    host = comes(place, HOST, "left")
    host.page.emulate_media(color_scheme="dark")
    host.open_lobby(sign_in)
    look(host.page, "live lobby dark")
    host.go_in(reading=False)
    host.page.locator("#control-record").click()
    expect(host.page.locator("#record-dialog")).to_be_visible()
    host.page.locator("#record-dialog").get_by_role("button", name="Start recording").click()
    expect(host.tile(HOST).locator(".sign-recording")).to_be_visible()
    host.page.wait_for_timeout(3000)
    host.page.locator("#control-record").click()
    expect(host.page.locator("#notice")).to_contain_text("Your recording is saved", timeout=READ)
    expect(host.tile(HOST).locator(".sign-recording")).to_be_hidden()
    host.page.locator("#control-settings").click()
    look(host.page, "live settings dark")
    host.page.get_by_label("Raise hand").and_(host.page.locator("input")).fill("x")
    host.page.keyboard.press("Escape")
    host.page.keyboard.press("h")
    expect(host.page.locator("#control-hand")).to_have_attribute("aria-pressed", "false")
    host.page.keyboard.press("x")
    expect(host.page.locator("#control-hand")).to_have_attribute("aria-pressed", "true")
    host.page.locator("#control-settings").click()
    host.page.get_by_label("Use single-key shortcuts").uncheck()
    host.page.keyboard.press("Escape")
    host.page.keyboard.press("x")
    expect(host.page.locator("#control-hand")).to_have_attribute("aria-pressed", "true")
    host.page.locator("#control-leave").click()
    host.page.wait_for_url(lambda url: "/call" not in url)
