"""What the browser tests share: a live Viva, and a Chromium whose camera and microphone get a talking face."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect, sync_playwright

from ml.media import synthetic
from tests.browser.live import PASSWORD, ROOT, Viva
from tests.browser.look import Look

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)

#: Patience that costs nothing where things are quick.
expect.set_options(timeout=30_000)


def chromium_path() -> str | None:
    """The Chromium to drive: VIVA_CHROMIUM, else one on the PATH."""
    names = (os.environ.get("VIVA_CHROMIUM") or "-", "chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here, and leave it out where there is no browser, saying so."""
    missing = chromium_path() is None
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(pytest.mark.skip(reason="no Chromium (apt-get install chromium, or set VIVA_CHROMIUM)"))


@pytest.fixture(scope="session")
def viva(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viva]:
    """A Viva for all browser tests; each makes its own people and invitations in it."""
    live = Viva(tmp_path_factory.mktemp("viva") / "home")
    live.start()
    yield live
    live.stop()


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """What camera and microphone see and hear: a real person talking where the real data are, else our own portrait."""
    folder = tmp_path_factory.mktemp("camera")
    real = Path(os.environ.get("VIVA_DATA") or ROOT.parent / "shared" / "data") / "media" / "talking_a.mp4"
    files = folder / "camera.mjpeg", folder / "microphone.wav"
    synthetic.fake_camera(*files, real if real.is_file() else None)
    return files


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright, camera: tuple[Path, Path]) -> Iterator[Browser]:
    """Headless Chromium with the fake camera and microphone."""
    picture, sound = camera
    browser = playwright.chromium.launch(
        executable_path=chromium_path(),
        args=[
            *FLAGS,
            f"--use-file-for-fake-video-capture={picture}",
            f"--use-file-for-fake-audio-capture={sound}",
        ],
    )
    yield browser
    browser.close()


class Watch:
    """Collects what goes wrong in a page's console: errors, refused content, exceptions that nobody caught."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._allowed: list[str] = []

    def allow(self, pattern: str) -> None:
        """Errors that match this regular expression are part of the test (a network that is cut)."""
        self._allowed.append(pattern)

    def on(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"exception in {page.url}: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            where = message.location or {}
            self.problems.append(f"{message.text} ({where.get('url')}:{where.get('lineNumber')})")

    def check(self) -> None:
        """Fail if anything went wrong that the test did not allow."""
        left = [text for text in self.problems if not any(re.search(pattern, text) for pattern in self._allowed)]
        assert not left, "in the browser's console:\n" + "\n".join(left)


@pytest.fixture
def watch() -> Iterator[Watch]:
    """The watch over every page that this test opens; checked at its end."""
    watch = Watch()
    yield watch
    watch.check()


@pytest.fixture
def look(tmp_path: Path) -> Iterator[Look]:
    """Look at pages on the way: ``look(page, "inbox")``; what was found is told at the end."""
    look = Look(tmp_path / "screenshots")
    yield look
    look.check()


@pytest.fixture
def new_context(chromium: Browser, viva: Viva, watch: Watch) -> Iterator[Callable[..., BrowserContext]]:
    """Make a fresh person at a fresh browser: ``new_context(viewport={"width": 390, "height": 844})``."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = chromium.new_context(
            base_url=viva.url,
            permissions=["camera", "microphone"],
            **{"viewport": {"width": 1280, "height": 900}, **options},
        )
        context.set_default_timeout(30_000)
        context.on("page", watch.on)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """One page of a fresh person."""
    return new_context().new_page()


@pytest.fixture
def sign_in() -> Callable[[Page, str], None]:
    """Sign somebody of ``viva.person(role)`` in: ``sign_in(page, email)``."""

    def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
        page.goto("/sign-in")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)

    return sign_in
