"""Recording in a real browser: reloads, dead networks, a restarted server and a full disk lose nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.journey import begin_link
from webapp.core.database import db
from webapp.interviews.operations import invitation_of_token, release
from webapp.recordings.models import Recording

#: Verification waits for a worker, on machines that do other things beside.
SAVED = 60_000


def begin(page: Page, link: str, consents: tuple[str, ...] = ("recording",)) -> None:
    """Open a link, agree to ``consents`` and go to the first question."""
    begin_link(page, link)
    page.get_by_role("link", name="Start").click()
    page.get_by_label("Where do you live?").select_option("CA-ON")
    for purpose in consents:
        page.locator(f"#consent-{purpose}").check()
    page.get_by_role("button", name="Save and continue").click()
    if "recording" in consents:
        page.get_by_role("link", name="Go to the first question").click()


def record(page: Page, seconds: float) -> None:
    """Press "Start recording" and wait."""
    page.get_by_role("button", name=re.compile("Start recording|Record another take")).click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.wait_for_timeout(seconds * 1000)


def saved(page: Page, count: int = 1) -> list[Recording]:
    """Wait until so many takes are saved; returns them as the server has them."""
    tags = page.locator("#takes .take[data-state=ready]")
    expect(tags).to_have_count(count, timeout=SAVED)
    return [tag.get_attribute("data-recording") for tag in tags.all()]


def recordings(viva, ids: list[str]) -> list[Recording]:
    with viva.app.app_context():
        rows = [db.session.get(Recording, recording_id) for recording_id in ids]
        db.session.expunge_all()
        return rows


def kept_in_browser(page: Page) -> int:
    """How many slices IndexedDB holds."""
    return page.evaluate(
        """() => new Promise((resolve, reject) => {
            const opening = indexedDB.open("viva-recordings");
            opening.onerror = () => reject(opening.error);
            opening.onsuccess = () => {
                const counting = opening.result.transaction("slices").objectStore("slices").count();
                counting.onsuccess = () => { opening.result.close(); resolve(counting.result); };
            };
        })"""
    )


def test_saved_means_checked_and_seekable(viva, page):
    begin(page, viva.invitation(kinds="video"))
    record(page, 3)
    expect(page.locator("#sign")).to_be_visible()
    expect(page.locator("#announcer")).to_have_text("Recording")
    page.get_by_role("button", name="Stop").click()
    (recording,) = recordings(viva, saved(page))
    expect(page.locator("#announcer")).to_contain_text("Saved")
    assert recording.expected_sha256 == recording.sha256
    assert recording.seconds > 2
    assert recording.has_video
    assert recording.has_audio
    assert kept_in_browser(page) == 0
    player = page.locator("#takes video")
    player.evaluate("(video) => { video.currentTime = 1.5; }")
    page.wait_for_function(
        "(v => v.seekable.length && v.seekable.end(0) > 1.5)(document.querySelector('#takes video'))"
    )
    assert player.evaluate("(video) => video.duration") == pytest.approx(recording.seconds, abs=0.2)
    expect(page.get_by_text("2 of 3 takes left")).to_be_visible()


def test_a_dead_network_in_the_middle_loses_nothing(viva, page, watch):
    watch.allow("ERR_INTERNET_DISCONNECTED")
    begin(page, viva.invitation(kinds="video"))
    record(page, 2.5)
    page.context.set_offline(True)
    page.wait_for_timeout(3000)
    expect(page.locator("#network")).to_contain_text("Keep going: your recording is safe in this browser")
    page.get_by_role("button", name="Stop").click()
    page.wait_for_timeout(500)
    assert kept_in_browser(page) > 4
    page.context.set_offline(False)
    (recording,) = recordings(viva, saved(page))
    assert recording.seconds > 4.5
    assert not recording.interrupted
    expect(page.locator("#network")).to_be_hidden()
    assert kept_in_browser(page) == 0


@pytest.mark.full
def test_a_reload_in_the_middle_keeps_what_was_recorded(viva, page):
    begin(page, viva.invitation(kinds="video"))
    record(page, 4.5)
    page.reload()
    (recording,) = recordings(viva, saved(page))
    assert recording.interrupted
    assert recording.seconds > 2.5
    expect(page.locator("#takes")).to_contain_text("interrupted")
    expect(page.get_by_text("2 of 3 takes left")).to_be_visible()
    record(page, 4)  # a complete take, and no accident: it takes the interrupted one's place until somebody chooses
    page.get_by_role("button", name="Stop").click()
    saved(page, 2)
    page.get_by_role("button", name="Use this take").click()
    expect(page.locator(f"#takes [data-recording='{recording.id}']")).to_contain_text("Will be submitted")


def test_a_closed_page_with_a_dead_network_goes_on_by_the_same_link(viva, page, watch):
    watch.allow("ERR_INTERNET_DISCONNECTED")
    link, other = viva.invitation(kinds="video"), viva.invitation(kinds="video")
    begin(page, link)
    expect(page.get_by_role("button", name="Start recording")).to_be_enabled()
    page.context.set_offline(True)
    # Beginning needs the server, going on does not.
    page.get_by_role("button", name="Start recording").click()
    expect(page.locator("#status")).to_contain_text("We cannot be reached just now")
    page.context.set_offline(False)
    record(page, 1.5)
    page.context.set_offline(True)
    page.wait_for_timeout(2500)
    page.get_by_role("button", name="Stop").click()
    page.wait_for_timeout(500)
    context = page.context
    page.close()
    context.set_offline(False)

    page = context.new_page()
    begin(page, other)  # the same browser, somebody else's interview: nothing of the first goes there
    expect(page.get_by_text("Nothing recorded yet")).to_be_visible()
    page.wait_for_timeout(1500)
    assert page.locator(".take").count() == 0
    assert kept_in_browser(page) > 0

    page.goto(link)
    page.get_by_role(
        "link", name=re.compile("Go back to question 1|Continue|Go to the first question|Review and submit")
    ).click()
    if page.url.endswith("/review"):
        page.get_by_role("link", name=re.compile("question 1")).click()
    (recording,) = recordings(viva, saved(page))
    assert recording.seconds > 2.5
    assert kept_in_browser(page) == 0


@pytest.mark.full
def test_a_killed_server_in_the_middle_loses_nothing(viva, page, watch):
    watch.allow("ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|50[234]")
    begin(page, viva.invitation(kinds="video", limit_seconds=600))
    record(page, 2)
    viva.process.kill()  # no farewell: as when the power fails
    viva.stop()
    page.wait_for_timeout(2000)
    expect(page.locator("#network")).to_contain_text("safe in this browser")
    viva.start()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Stop").click()
    (recording,) = recordings(viva, saved(page))
    assert recording.seconds > 5
    assert not recording.interrupted


def test_the_review_page_brings_home_what_is_on_its_way(viva, page, watch):
    watch.allow("ERR_INTERNET_DISCONNECTED")
    begin(page, viva.invitation(kinds="video"))
    record(page, 1.5)
    page.context.set_offline(True)
    page.wait_for_timeout(2000)
    page.get_by_role("button", name="Stop").click()
    page.wait_for_timeout(500)
    url = page.url
    context = page.context
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(re.sub("/questions/1$", "/review", url))
    expect(page.locator(".tag-good")).to_have_text("Answered", timeout=SAVED)
    page.get_by_role("button", name="Submit").dblclick()
    expect(page.get_by_role("heading", name="Your interview is submitted")).to_be_visible()


@pytest.mark.full
def test_the_time_limit_ends_a_recording(viva, page):
    begin(page, viva.invitation(kinds="audio", limit_seconds=12, takes_allowed=1))
    record(page, 0.5)
    expect(page.locator("#time-left")).to_have_text(re.compile(r"0:(1[01]|0\d)"))
    expect(page.locator("#announcer")).to_have_text("10 seconds left", timeout=5000)
    (recording,) = recordings(viva, saved(page))
    assert recording.seconds > 11
    assert not recording.has_video
    expect(page.get_by_text("0 of 1 take left")).to_be_visible()
    expect(page.get_by_role("button", name="Record another take")).to_be_hidden()


@pytest.mark.full
def test_the_formats_of_safari(viva, new_context):
    context: BrowserContext = new_context()
    context.add_init_script(
        "Object.defineProperty(navigator, 'vendor', { value: 'Apple Computer, Inc.' });"
        "const real = MediaRecorder.isTypeSupported;"
        "MediaRecorder.isTypeSupported = (type) => type === 'video/mp4' && real(type);"
    )
    page = context.new_page()
    begin(page, viva.invitation(kinds="video"))
    record(page, 6)  # slices of five seconds: the rest comes with "Stop"
    page.get_by_role("button", name="Stop").click()
    (recording,) = recordings(viva, saved(page))
    assert recording.media_type == "video/mp4"
    assert recording.seconds > 5
    # The first slice is a header. What follows comes out in pieces that end at key frames, for which Chromium sometimes
    # takes longer than the two seconds that it is asked for: ten have been seen.
    record(page, 22)
    page.reload()
    _, cut = recordings(viva, saved(page, 2))
    assert cut.interrupted
    assert cut.seconds > 3


@pytest.mark.full
def test_a_browser_without_room_sends_from_memory(viva, new_context, watch):
    context: BrowserContext = new_context()
    context.add_init_script(
        "const put = IDBObjectStore.prototype.put;"
        "IDBObjectStore.prototype.put = function (...values) {"
        "  if (this.name === 'slices') throw new DOMException('full', 'QuotaExceededError');"
        "  return put.apply(this, values); };"
    )
    page = context.new_page()
    begin(page, viva.invitation(kinds="video"))
    record(page, 3)
    expect(page.locator("#network")).to_contain_text("no room left")
    page.get_by_role("button", name="Stop").click()
    (recording,) = recordings(viva, saved(page))
    assert recording.seconds > 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("NotAllowedError", "does not let this page use your camera and microphone"),
        ("NotFoundError", "No camera and microphone was found"),
        ("NotReadableError", "Another program may be using it"),
    ],
)
def test_every_device_error_says_what_to_do(viva, new_context, name, words):
    context: BrowserContext = new_context()
    context.add_init_script(
        "if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia ="
        f" () => Promise.reject(new DOMException('no', '{name}'));"
    )
    page = context.new_page()
    begin_link(page, viva.invitation(kinds="video"))
    page.get_by_role("link", name="Start").click()
    page.get_by_label("Where do you live?").select_option("CA-ON")
    page.locator("#consent-recording").check()
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("alert")).to_contain_text(words)
    page.get_by_role("link", name="Go to the first question").click()
    expect(page.get_by_role("alert")).to_contain_text(words)
    page.get_by_label("Your answer in writing").fill("My camera is broken, so I write.")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator(".tag-good")).to_have_text("Answered")


def test_the_trial_recording_never_leaves_the_browser(viva, page):
    sent = []
    begin_link(page, viva.invitation(kinds="video"))
    page.get_by_role("link", name="Start").click()
    page.get_by_label("Where do you live?").select_option("CA-ON")
    page.locator("#consent-recording").check()
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator("#connection")).to_contain_text("Your connection is")
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("We can hear you.")).to_be_visible()
    page.on("request", lambda request: sent.append(request.url) if not request.url.startswith("blob:") else None)
    page.get_by_role("button", name="Record a test").click()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#trial-player")).to_be_visible()
    assert sent == []
    assert page.locator("#trial-player").evaluate("(video) => video.videoWidth || video.readyState") >= 0


def test_words_typed_before_the_script_is_there_are_saved_too(viva, page):
    begin(page, viva.invitation(kinds="text"), consents=())
    page.get_by_label("Your answer").fill("Four words, typed fast")
    expect(page.locator("#saved")).to_have_text("Saved")
    expect(page.locator("#words")).to_have_text("4 words")
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value("Four words, typed fast")


def test_a_recording_that_arrives_damaged_is_sent_again(viva, page):
    """The first checksum is spoilt, as if the bytes had been: the server rejects it, and the browser still has it."""
    spoilt = []

    def spoil(route):
        if not spoilt:
            spoilt.append(route.request.url)
            route.continue_(post_data={"sha256": "0" * 64, "interrupted": False})
        else:
            route.continue_()

    page.route("**/finish", spoil)
    begin(page, viva.invitation(kinds="video"))
    record(page, 2)
    page.get_by_role("button", name="Stop").click()
    (recording,) = recordings(viva, saved(page))
    assert recording.id not in spoilt[0]
    assert recording.expected_sha256 == recording.sha256
    expect(page.get_by_text("2 of 3 takes left")).to_be_visible()
    assert kept_in_browser(page) == 0


def test_a_recording_that_cannot_be_used_says_why(viva, page):
    begin(page, viva.invitation(kinds="video"))
    page.evaluate("() => { MediaRecorder.prototype.start = function () { setTimeout(() => this.onstop(), 800); }; }")
    page.get_by_role("button", name="Start recording").click()
    expect(page.locator("#status")).to_contain_text("Nothing was recorded", timeout=SAVED)
    expect(page.get_by_text("3 of 3 takes left")).to_be_visible()
    expect(page.get_by_role("button", name="Start recording")).to_be_enabled()


@pytest.mark.full
def test_two_tabs_and_another_device(viva, page, new_context, watch):
    watch.allow("ERR_INTERNET_DISCONNECTED")
    watch.allow(r"status of 403 .*/i/[^/]+:\d*\)$")  # the link is another browser's, and nothing else is refused
    link = viva.invitation(kinds="video", limit_seconds=600)
    begin(page, link)
    record(page, 3.5)
    second = page.context.new_page()
    second.goto(page.url)
    expect(second.locator(".take[data-state=receiving]")).to_have_count(1)
    second.wait_for_timeout(1500)
    expect(second.get_by_role("button", name="Use what was received")).to_be_hidden()  # this browser records it
    second.close()
    page.context.set_offline(True)  # the device is gone for good

    phone = new_context(viewport={"width": 390, "height": 844}).new_page()
    phone.goto(link)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("opened in another browser")
    with viva.app.app_context():
        invitation = invitation_of_token(link.rsplit("/", 1)[1])
        release(invitation, by=invitation.created_by)
        db.session.commit()
    begin_link(phone, link)
    phone.goto(page.url)
    phone.get_by_role("button", name="Use what was received").click()
    (recording,) = recordings(viva, saved(phone))
    assert recording.interrupted
    assert recording.seconds > 1
