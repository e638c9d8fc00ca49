"""Live rooms in a browser: cameras that show a face in different places, and people who go into a room with them."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import BrowserContext, Page, Playwright, WebSocket, expect

from ml.media import synthetic
from tests.browser.live import Viva
from webapp.accounts.models import Role, User
from webapp.core.database import db, now
from webapp.live import operations as rooms
from webapp.live.models import Member
from webapp.positions.operations import create_position

#: Size of the fake cameras: small, for three browsers encode and decode them at once on two cores.
WIDTH, HEIGHT = 400, 300
#: Where the portrait stands in each camera: left edge and width in pixels.
CAMERAS = {"left": [(0, 260)], "right": [(140, 260)], "both": [(0, 200), (200, 200)]}
SECONDS = 4
#: Pages connect by 127.0.0.1 alone, nothing is spoken aloud, and cameras are slow: three browsers share two cores.
SCRIPT = """(() => {
  const add = RTCPeerConnection.prototype.addIceCandidate;
  RTCPeerConnection.prototype.addIceCandidate = function (candidate) {
    const elsewhere = candidate?.candidate && !candidate.candidate.includes(" 127.0.0.1 ");
    return elsewhere ? Promise.resolve() : add.call(this, candidate);
  };
  const { mediaDevices } = navigator;
  const open = mediaDevices?.getUserMedia.bind(mediaDevices);
  if (open) {
    mediaDevices.getUserMedia = (wanted) =>
      open({ ...wanted, video: wanted.video && { ...wanted.video, frameRate: { ideal: 10, max: 10 } } });
  }
  window.spoken = [];
  SpeechSynthesis.prototype.speak = (utterance) => window.spoken.push({ text: utterance.text, lang: utterance.lang });
})();"""


def write_camera(path: Path, places: list[tuple[int, int]], number: int) -> None:
    """Write ``path``.mjpeg and ``path``.wav: the talking portrait at ``places``, in one of three voices."""
    rate, fps = 48000, 30
    text, voice = list(synthetic.ANSWERS.values())[number % 3], ("en-us+f3", "en-us+m3", "en-us+f2")[number % 3]
    sound = synthetic.speak(text, rate, voice)[: SECONDS * rate]
    wall = np.broadcast_to(np.linspace(60, 120, WIDTH, dtype=np.uint8)[None, :, None], (HEIGHT, WIDTH, 3))
    with path.with_suffix(".mjpeg").open("wb") as stream:
        for portrait in synthetic.face_frames(sound, rate, fps=fps, seed=number):
            picture = wall.copy()
            for left, width in places:
                small = cv2.resize(portrait, (width, width * 3 // 4), interpolation=cv2.INTER_AREA)
                top = (HEIGHT - small.shape[0]) // 2
                picture[top : top + small.shape[0], left : left + width] = small
            done, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])
            assert done
            stream.write(data.tobytes())
    synthetic.write_wav(path.with_suffix(".wav"), sound, rate)


class Place:
    """A room of ``viva``, with its host's account and its guests' link."""

    def __init__(self, viva: Viva, country: str | None = None) -> None:
        self.viva = viva
        self.email = viva.person(Role.RECRUITER)
        with viva.app.app_context():
            owner = db.session.query(User).filter_by(email=self.email).one()
            position = create_position(title="Engineer", city="Lyon", country=country, by=owner) if country else None
            candidate = {"position": position, "candidate_name": "Kim Tremblay"} if position else {}
            room = rooms.make_room(title="A quiet room", owner=owner, until=now() + timedelta(hours=2), **candidate)
            db.session.commit()
            self.id = room.id
            self.link = rooms.url_of(room, candidate=bool(position))

    def ids(self) -> dict[str, str]:
        """Name to id of its members."""
        with self.viva.app.app_context():
            return {member.name: member.id for member in db.session.query(Member).filter_by(room_id=self.id)}

    def members(self) -> dict[str, bool]:
        """Name to consent to being read, as the database has it at this moment."""
        with self.viva.app.app_context():
            return {member.name: member.reading for member in db.session.query(Member).filter_by(room_id=self.id)}


class Person:
    """Somebody at a browser of their own, with a camera and a voice of their own."""

    def __init__(self, page: Page, place: Place, name: str) -> None:
        self.page, self.place, self.name = page, place, name
        #: Kinds (1 frame, 2 sound) of what went to be read, in order.
        self.sent: list[int] = []
        page.on("websocket", self._watch)

    def _watch(self, socket: WebSocket) -> None:
        if socket.url.endswith("/reading"):
            socket.on("framesent", lambda data: self.sent.append(data[0]) if isinstance(data, bytes) else None)

    def open_lobby(self, sign_in: Callable[[Page, str], None] | None = None) -> None:
        """By the link, or as the host who signs in."""
        if sign_in:
            sign_in(self.page, self.place.email)
            self.page.goto(f"/live/rooms/{self.place.id}")
        else:
            self.page.goto(self.place.link)
            self.page.get_by_label("Your name").fill(self.name)
        expect(self.page.locator("#lobby-camera")).to_be_enabled()

    def go_in(self, *, reading: bool = True, camera: bool = True, microphone: bool = True) -> None:
        page = self.page
        for name, wanted in (("camera", camera), ("microphone", microphone)):
            if wanted:
                page.locator(f"#lobby-{name}").click()
                expect(page.locator(f"#lobby-{name}")).to_have_attribute("aria-pressed", "true")
        if page.locator("#consent-reading").count():
            page.locator("#consent-reading").set_checked(reading)
        page.locator("#enter").click()
        page.wait_for_url("**/call")

    def tile(self, name: str):
        """The tile of somebody in this person's page."""
        return self.page.locator(f".tile[aria-label^='{name}']")

    def meets(self, *names: str) -> None:
        """Wait until these others are connected and their pictures run."""
        for name in names:
            tile = self.tile(name)
            expect(tile).to_have_attribute("data-connection", "connected", timeout=60_000)
            expect(tile).to_have_attribute("data-camera", "on", timeout=60_000)
            self.until(lambda tile=tile: tile.locator("video").evaluate("(video) => video.videoWidth > 0"), 60)

    def box(self, name: str, number: int = 0) -> tuple[float, float]:
        """Left edge and width of a face's box over somebody's picture, as shares of it."""
        face = self.tile(name).locator(".face-box").nth(number)
        style = face.evaluate("(box) => [box.style.left, box.style.width]")
        return float(style[0].rstrip("%")) / 100, float(style[1].rstrip("%")) / 100

    def until(self, true: Callable[[], object], seconds: float = 30) -> None:
        """Wait until something is true; the page goes on meanwhile."""
        for _ in range(round(seconds * 20)):
            if true():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"not true within {seconds} s")


@contextmanager
def person(
    playwright: Playwright,
    flags: list[str],
    path: str,
    camera: Path,
    place: Place,
    name: str,
    watch: Callable[[Page], None],
) -> Iterator[Person]:
    """A Chromium of its own for one person: fake cameras are chosen when a browser starts."""
    browser = playwright.chromium.launch(
        executable_path=path,
        args=[
            *flags,
            "--allow-loopback-in-peer-connection",
            "--autoplay-policy=no-user-gesture-required",
            f"--use-file-for-fake-video-capture={camera.with_suffix('.mjpeg')}",
            f"--use-file-for-fake-audio-capture={camera.with_suffix('.wav')}",
        ],
    )
    context: BrowserContext = browser.new_context(
        base_url=place.viva.url, permissions=["camera", "microphone"], viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(60_000)
    context.add_init_script(SCRIPT)
    context.on("page", watch)
    try:
        yield Person(context.new_page(), place, name)
    finally:
        browser.close()


def kill_live_service(viva: Viva) -> None:
    """Kill the live service as a crash would; ``./viva up`` starts it again."""
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            parent = re.search(r"^PPid:\s+(\d+)", status.read_text("utf-8", "replace"), re.MULTILINE)
            command = status.with_name("cmdline").read_bytes()
        except OSError:
            continue  # gone meanwhile
        if b"webapp.live.service" in command and parent and int(parent[1]) == viva.process.pid:
            os.kill(int(status.parent.name), signal.SIGKILL)
            return
    raise AssertionError("the live service does not run")
