"""Sharing a screen: the others see it, the reading goes on with the camera, and it ends by button and by browser.

Chromium's fake devices share a fake screen without a question; its own bar ("Stop sharing") is not there headless, so
its effect, the track's end, is what is made to happen.
"""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, Playwright, WebSocket, expect

from tests.browser import expressions
from tests.browser.conftest import FLAGS, Watch, chromium_path
from tests.browser.rooms import Person, Place, person

pytestmark = pytest.mark.timeout(600)
READ = 180_000
HEADER = 16
KEEP = """(() => {
  const { mediaDevices } = navigator;
  const open = mediaDevices.getDisplayMedia.bind(mediaDevices);
  window.screens = [];
  mediaDevices.getDisplayMedia = async (wanted) => {
    const stream = await open(wanted);
    window.screens.push(...stream.getVideoTracks());
    return stream;
  };
})();"""
#: What the browser's own bar does: the track ends without the page having stopped it.
BAR = "() => { const track = window.screens.at(-1); track.stop(); track.dispatchEvent(new Event('ended')); }"
RUNS = "(video) => !video.paused && video.videoWidth > 0 && video.currentTime > 0"


class Frames:
    """The latest picture that a page sent to be read, and how many went."""

    def __init__(self, page: Page) -> None:
        self.count, self.latest = 0, b""
        page.on("websocket", self._watch)

    def _watch(self, socket: WebSocket) -> None:
        if socket.url.endswith("/reading"):
            socket.on("framesent", self._sent)

    def _sent(self, data: str | bytes) -> None:
        if isinstance(data, bytes) and data[0] == 1:
            self.count, self.latest = self.count + 1, data[HEADER:]

    def picture(self) -> np.ndarray:
        """The latest, grey, in the camera's size."""
        grey = cv2.imdecode(np.frombuffer(self.latest, np.uint8), cv2.IMREAD_GRAYSCALE)
        return cv2.resize(grey, (expressions.WIDTH, expressions.HEIGHT))


def shares(viewer: Person, name: str) -> None:
    """Wait until somebody's screen is seen and moves."""
    screen = viewer.page.locator(f'.tile-screen[aria-label^="{name}"]')
    expect(screen).to_have_count(1)
    viewer.until(lambda: screen.locator("video").evaluate(RUNS), 60)


@pytest.mark.full
def test_a_shared_screen_is_seen_and_never_read(viva, playwright: Playwright, watch: Watch, sign_in, look, tmp_path):
    pictures = list(expressions.drawn("surprise"))
    for number, name in enumerate(("host", "kim")):
        expressions.write(tmp_path / name, iter(pictures), number)
    place = Place(viva)

    def comes(name: str, camera: str):
        return person(playwright, list(FLAGS), chromium_path(), tmp_path / camera, place, name, watch.on)

    with comes("Recruiter", "host") as host, comes("Kim", "kim") as kim:
        host.page.context.add_init_script(KEEP)
        frames = Frames(host.page)
        host.open_lobby(sign_in)
        host.go_in(microphone=False)
        kim.open_lobby()
        kim.go_in(microphone=False)
        kim.meets("Recruiter")
        expect(kim.tile("Recruiter").locator(".face-box")).to_have_attribute("data-emotion", "surprise", timeout=READ)

        button = host.page.locator("#control-screen")
        for way in ("button", "bar"):
            button.click()
            expect(button).to_have_attribute("aria-pressed", "true")
            shares(host, "Your screen")
            shares(kim, "Recruiter")
            # The camera's tile stays, its picture runs, and what goes to be read is the camera's.
            assert kim.tile("Recruiter").first.locator("video").evaluate(RUNS)
            sent = frames.count
            host.until(lambda sent=sent: frames.count > sent + 2, 60)
            seen = frames.picture().astype(float)
            camera = min(np.abs(seen - cv2.cvtColor(one, cv2.COLOR_RGB2GRAY)).mean() for one in pictures[::3])
            assert camera < 12, "not the camera's picture"
            expect(kim.page.locator(".tile-screen .face-box")).to_have_count(0)
            whose = host.page.locator("#room").get_attribute("data-member")
            box = kim.page.locator(f"#tile-{whose} .face-box")
            expect(box).to_have_attribute("data-emotion", "surprise", timeout=READ)
            if way == "button":
                look(kim.page, "live room with a shared screen")
                kim.page.reload()  # whoever comes while it is shared sees it too
                shares(kim, "Recruiter")
                button.click()
            else:
                host.page.evaluate(BAR)
            expect(button).to_have_attribute("aria-pressed", "false")
            for somebody in (host, kim):
                expect(somebody.page.locator(".tile-screen")).to_have_count(0)
            assert host.page.evaluate("() => window.screens.at(-1).readyState") == "ended"
            kim.meets("Recruiter")
