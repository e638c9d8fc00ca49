"""Browsers that lack something or fail at it: an ornament blocks nobody, and what fails is said under its own name."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rooms import Person, Place
from tests.browser.test_recording import begin, record, saved

#: A recorder that throws at start(), and one that never delivers.
THROWS = "MediaRecorder.prototype.start = () => { throw new DOMException('no', 'UnknownError'); };"
SILENT = """Object.defineProperty(MediaRecorder.prototype, "ondataavailable", { set() {}, get: () => null });"""
#: What pages use beside the recorder: a meter of loudness, time limits, locks.
NO_ORNAMENTS = """
    window.AudioContext = class { constructor() { throw new DOMException("no", "NotSupportedError"); } };
    delete AbortSignal.timeout;
"""
#: A camera whose cover is closed.
BLACK = """
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
        const stream = await real(constraints);
        if (!constraints.video) return stream;
        const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
        const pen = canvas.getContext("2d");
        setInterval(() => pen.fillRect(0, 0, 640, 480), 50);
        return new MediaStream([...canvas.captureStream(20).getVideoTracks(), ...stream.getAudioTracks()]);
    };
"""


def test_a_recorder_that_throws_opens_the_written_way(viva, page):
    page.add_init_script(THROWS)
    begin(page, viva.invitation(kinds="video"))
    page.get_by_role("button", name="Start recording").click()
    expect(page.locator("#device-problem")).to_contain_text("recorder failed")
    expect(page.locator("#written-instead")).to_have_attribute("open", "")
    expect(page.locator("#network")).to_be_hidden()
    expect(page.locator("#record")).to_be_enabled()


def test_a_recorder_that_delivers_nothing_is_noticed_within_five_seconds(viva, page):
    page.add_init_script(SILENT)
    begin(page, viva.invitation(kinds="video"))
    record(page, 0)
    expect(page.locator("#device-problem")).to_contain_text("delivers nothing", timeout=6_000)
    expect(page.locator("#written-instead")).to_have_attribute("open", "")


@pytest.mark.full
def test_without_a_meter_and_time_limits_recording_goes_on(viva, page):
    page.add_init_script(NO_ORNAMENTS)
    begin(page, viva.invitation(kinds="video"))
    record(page, 3)
    expect(page.locator("#level")).to_be_hidden()
    page.get_by_role("button", name="Stop").click()
    saved(page)


def test_a_black_picture_is_said_while_recording(viva, page):
    page.add_init_script(BLACK)
    begin(page, viva.invitation(kinds="video"))
    record(page, 1)
    expect(page.locator("#health")).to_contain_text("Your picture is black", timeout=10_000)
    page.get_by_role("button", name="Stop").click()
    saved(page)


def test_two_tabs_do_not_record_the_same_question(viva, page):
    begin(page, viva.invitation(kinds="video"))
    other = page.context.new_page()
    other.goto(page.url)
    record(page, 2)
    other.get_by_role("button", name="Start recording").click()
    expect(other.locator("#status")).to_contain_text("in another tab or window")
    page.get_by_role("button", name="Stop").click()
    saved(page)


@pytest.mark.parametrize("size", [(1280, 800), (1366, 768)])
def test_question_picture_time_and_button_are_in_one_view(viva, new_context, size):
    page: Page = new_context(viewport={"width": size[0], "height": size[1]}).new_page()
    begin(page, viva.invitation(kinds="video"))
    for place in ("h1", "#preview", "#time-left", "#record"):
        box = page.locator(place).bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= size[1], (place, box)
    assert page.locator("#preview").bounding_box()["height"] >= 240


def test_a_live_room_without_webrtc_says_so_on_both_sides(viva, new_context, sign_in):
    place = Place(viva)
    host = Person(new_context().new_page(), place, "Host")
    host.open_lobby(sign_in)
    host.go_in(reading=False, camera=False, microphone=False)
    guest = Person(new_context().new_page(), place, "Kim")
    guest.page.add_init_script("delete window.RTCPeerConnection;")
    guest.open_lobby()
    expect(guest.page.locator("#device-problem")).to_contain_text("This browser cannot make calls")
    guest.go_in(reading=False, camera=False, microphone=False)
    expect(guest.page.locator("#notice")).to_contain_text("This browser cannot make calls")
    expect(host.tile("Kim")).to_have_attribute("data-connection", "impossible")
    expect(host.tile("Kim")).to_contain_text("one of them lacks WebRTC")
    expect(guest.page.locator(".tile[data-own=no]")).to_have_attribute("data-connection", "impossible")
