"""Make the pictures of the guides and of the README anew: ``.venv/bin/python docs/pictures.py``.

Starts the demonstration on a data folder and ports of its own, walks through it in Chromium at 1280x800, and writes
JPEGs into ``docs/guide/pictures``. Needs what ``./viva test`` installs. Stops everything that it started.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
PICTURES = ROOT / "docs" / "guide" / "pictures"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]  # fmt: skip
#: Seconds until the demonstration's interviews are answered and analysed.
PATIENCE = 900


@contextlib.contextmanager
def viva(home: Path) -> Iterator[str]:
    """A running demonstration; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(ROOT / "viva"), "up", "--data", str(home), "--port", str(port)]
    with (home.parent / "output").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 180
        while not answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit((home.parent / "output").read_text("utf-8", "replace")[-3000:])
            time.sleep(0.5)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def answers(url: str) -> bool:
    """Whether the server says that all is well."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


class Camera:
    """Takes the pictures: ``camera(page, name)``."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url

    def page(self) -> Page:
        """A new visitor's page."""
        context = self.browser.new_context(
            viewport={"width": 1280, "height": 800}, permissions=["camera", "microphone"], base_url=self.url
        )
        return context.new_page()

    def __call__(self, page: Page, name: str) -> None:
        """Take one picture."""
        page.wait_for_timeout(800)
        page.screenshot(path=PICTURES / f"{name}.jpg", type="jpeg", quality=82)
        print(name, flush=True)

    def sign_in(self, account: dict[str, str]) -> Page:
        """A page of this person's."""
        page = self.page()
        page.goto("/sign-in")
        page.get_by_label("Email").fill(account["email"])
        page.get_by_label("Password", exact=True).fill(account["password"])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda where: "sign-in" not in where)
        return page


def candidate(camera: Camera, link: str) -> None:
    """From the invitation to the first question."""
    page = camera.page()
    page.goto(link)
    page.locator("main .btn-primary").first.click()  # the link's own page: nothing begins before this
    page.wait_for_url(re.compile("/interview/"))
    camera(page, "candidate-welcome")
    page.locator("main .btn-primary").first.click()
    page.wait_for_url(re.compile("/consent"))
    page.get_by_label("Where do you live?").select_option("CA-ON")
    camera(page, "candidate-consent")
    for box in page.get_by_role("checkbox").all():
        box.set_checked(True)
    page.locator("main form .btn-primary").first.click()
    page.wait_for_url(re.compile("/check"))
    page.get_by_role("button", name=re.compile("Turn on")).click()
    page.locator("#preview").wait_for()
    page.wait_for_timeout(4000)
    # The browser names its stand-in for a camera by the file that it plays.
    page.locator("option", has_text="mjpeg").evaluate_all("all => all.forEach(one => { one.textContent = 'Camera' })")
    camera(page, "candidate-check")
    page.locator("main .btn-primary.btn-lg").click()
    page.wait_for_timeout(1500)
    show = page.get_by_role("button", name="Show the question")
    if show.count():
        show.click()
    camera(page, "candidate-question")


def reviewer(camera: Camera, account: dict[str, str]) -> None:
    """Interviews and a report whose analyses are finished."""
    page = camera.sign_in(account)
    deadline = time.monotonic() + PATIENCE
    while True:
        page.goto("/interviews")
        links = page.locator("main tbody a[href*='/reviews/']").evaluate_all("all => all.map(one => one.href)")
        for link in links:
            page.goto(re.sub("/reviews/([0-9a-f]{32}).*", r"/reports/\1", link))
            skip = page.get_by_role("button", name=re.compile("[Ss]kip"))
            if skip.count():
                skip.first.click()
            if page.locator("#report[data-finished=yes]").count():
                camera(page, "reviewer-report")
                page.goto(link)
                page.locator("[data-controls]").first.wait_for()
                camera(page, "reviewer-workspace")
                page.goto("/interviews")
                camera(page, "reviewer-interviews")
                return
        if time.monotonic() > deadline:
            raise SystemExit("The demonstration's analyses did not finish.")
        time.sleep(5)


def admin(camera: Camera, account: dict[str, str]) -> None:
    """People, a question set, a position."""
    page = camera.sign_in(account)
    page.goto("/people")
    camera(page, "admin-people")
    for path, name in (("/questions/", "admin-question-set"), ("/positions/", "admin-position")):
        page.goto(path)
        first = page.locator(f"main a[href^='{path}']").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        page.goto(next(link for link in first if re.fullmatch(path + r"[0-9a-f-]{8,}", link)))
        camera(page, name)


def main() -> None:
    """Make them all."""
    from ml.media import synthetic

    chromium = next(filter(None, map(shutil.which, (os.environ.get("VIVA_CHROMIUM") or "-", "chromium"))), None)
    if chromium is None:
        raise SystemExit("There is no Chromium. ./viva test installs it.")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        camera_file, voice_file = Path(folder) / "camera.mjpeg", Path(folder) / "voice.wav"
        synthetic.fake_camera(camera_file, voice_file)
        flags = [
            *FLAGS,
            f"--use-file-for-fake-video-capture={camera_file}",
            f"--use-file-for-fake-audio-capture={voice_file}",
        ]
        with viva(home) as url, sync_playwright() as playwright:
            facts = json.loads((home / "demo.json").read_text("utf-8"))
            accounts = {account["role"]: account for account in facts["accounts"]}
            browser = playwright.chromium.launch(executable_path=chromium, args=flags)
            camera = Camera(browser, url)
            candidate(camera, facts["invitation"])
            admin(camera, accounts["admin"])
            reviewer(camera, accounts["recruiter"])
            browser.close()


if __name__ == "__main__":
    main()
