"""The everyday job in a real browser: ten people reviewed one after the other, with what that takes of a person counted
by listeners in the page."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import time
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page, Request, expect, sync_playwright

from bench.measuring import BenchFailed
from bench.review_data import EMAIL, PASSWORD, QUERIES
from bench.serving import say

SCREEN = {"width": 1280, "height": 800}
FLAGS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
REASON = "Found the cause and said what came of it, with an example."
#: Seconds that an answer is played at least.
PLAYED = 1.0
#: Milliseconds that anything may take before the bench gives up.
PATIENCE = 60_000

#: Counts what a person does, in the page itself and before any of its scripts: pressed pointers, fields that they begin
#: to write in, keys outside of fields, and pages that are loaded. Kept across pages by the tab's own storage.
COUNTER = """
(() => {
  if (window.top !== window) return;
  const add = (name) => {
    const key = `bench-${name}`;
    sessionStorage.setItem(key, String(Number(sessionStorage.getItem(key) ?? 0) + 1));
  };
  const pressed = ["checkbox", "radio", "button", "submit"].map((type) => `:not([type=${type}])`).join("");
  const field = `textarea, select, [contenteditable], input${pressed}`;
  const writes = (target) => target instanceof Element && Boolean(target.closest(field));
  if (window.location.protocol.startsWith("http")) add("loads");
  let last = null;
  addEventListener("pointerdown", (event) => { if (event.isTrusted) add("clicks"); }, true);
  addEventListener("input", (event) => {
    if (event.isTrusted && writes(event.target) && event.target !== last) { last = event.target; add("clicks"); }
  }, true);
  addEventListener("keydown", (event) => { if (event.isTrusted && !writes(event.target)) add("keys"); }, true);
})();
"""


def find_chromium() -> str | None:
    """VIVA_CHROMIUM, else a Chromium on the PATH; None without one."""
    names = (os.environ.get("VIVA_CHROMIUM") or "-", "chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


@contextlib.contextmanager
def _page(port: int) -> Iterator[Page]:
    chromium = find_chromium()
    if chromium is None:
        raise BenchFailed("There is no Chromium. Install it (apt-get install chromium), or set VIVA_CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            context = browser.new_context(base_url=f"http://127.0.0.1:{port}", viewport=SCREEN)
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            yield page
        finally:
            browser.close()


def play(port: int, people: int) -> dict[str, Any]:
    """Review ``people`` interviews; counts and milliseconds. What could not be measured is None."""
    expect.set_options(timeout=PATIENCE)
    with _page(port) as page:
        _sign_in(page)
        page.context.add_init_script(COUNTER)
        times: list[float] = []
        page.on("requestfinished", lambda request: _note(request, times))
        paints: list[float] = []
        page.goto("/interviews")
        page.get_by_role("link", name="Review next").first.click()
        began = time.monotonic()
        for number in range(people):
            _review(page, paints)
            say(f"{number + 1} of {people} reviewed after {time.monotonic() - began:.0f} s")
        counted = {name: page.evaluate(f"Number(sessionStorage.getItem('bench-{name}') ?? 0)") for name in _COUNTS}
        found: dict[str, Any] = {
            "clicks": counted["clicks"],
            "keys": counted["keys"],
            "page_loads": counted["loads"],
            "p95_ms": _p95(times),
            "first_paint_ms": round(max(paints)) if paints and None not in paints else None,
            "answers": len(times),
            "search_p95_ms": _search(page),
            "search_queries": len(QUERIES),
        }
        return found | {"report_screens": _screens(page)}


_COUNTS = ("clicks", "keys", "loads")


def _sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def _review(page: Page, paints: list[float]) -> None:
    """One person: every answer opened, played and scored by keys, then the decision with the pointer."""
    workspace = page.locator("#workspace")
    expect(workspace).to_be_visible()
    page.wait_for_load_state("load")  # keys are heard from then on
    before = page.url
    paints.append(page.evaluate(_FIRST_PAINT))
    total = page.locator("[data-answer-part] .ws-step").count()
    if total == 0:
        raise BenchFailed("The workspace lists no answers.")
    for number in range(1, total + 1):
        expect(page.locator(f"[data-answer='{number}']")).to_be_visible()
        page.keyboard.press("Space")
        _hear(page)
        for _competency in range(page.locator("[data-competency]").count()):
            page.keyboard.press("4")
        expect(page.locator("[data-competency] input[value='4']:checked")).to_have_count(
            page.locator("[data-competency]").count()
        )
        if number < total:
            page.keyboard.press("j")
    page.locator("[data-decide] label", has_text="Advance").click()
    page.locator("#ws-reason").click()
    page.keyboard.type(REASON)
    page.get_by_role("button", name="Save decision, next candidate").click()
    here = f"{before.split('/answers/')[0]}/"
    page.wait_for_url(lambda url: not url.startswith(here))
    page.wait_for_load_state("load")


def _hear(page: Page) -> None:
    """Wait until the recording ran for a second, and the page, which looks four times a second, has noticed."""
    page.wait_for_function(
        "(least) => (document.querySelector('.player-media')?.currentTime ?? 0) >= least", arg=PLAYED + 0.6
    )


_FIRST_PAINT = """() => new Promise((done) => {
  const look = () => {
    const entry = performance.getEntriesByName("first-contentful-paint")[0];
    if (entry) done(entry.startTime); else setTimeout(look, 20);
  };
  look();
})"""


def _note(request: Request, times: list[float]) -> None:
    """How long the server took until the first byte, for everything but files of the front end."""
    timing = request.timing
    if "/static/" not in request.url and request.url.startswith("http") and timing["responseStart"] >= 0:
        times.append(timing["responseStart"] - max(timing["requestStart"], 0.0))


def _p95(times: list[float]) -> float | None:
    if not times:
        return None
    ordered = sorted(times)
    return round(ordered[math.ceil(0.95 * len(ordered)) - 1], 1)


def _search(page: Page) -> float | None:
    """The 95th percentile of the time (ms) that searches take, the reader's pages of results included."""
    times = []
    for query in QUERIES:
        took = page.evaluate(
            """async (query) => {
              const began = performance.now();
              const response = await fetch(`/search?q=${encodeURIComponent(query)}`);
              await response.text();
              return response.ok ? performance.now() - began : null;
            }""",
            query,
        )
        if took is None:
            return None
        times.append(took)
    return _p95(times)


def _screens(page: Page) -> float | None:
    """How many screens the overview of a reviewed interview is long."""
    page.goto("/interviews?status=ready")
    address = page.evaluate(
        """() => [...document.querySelectorAll("a[href*='/reviews/']")].map((link) => link.pathname)
          .find((path) => /^\\/reviews\\/[0-9a-f]{32}$/.test(path)) ?? null"""
    )
    if address is None:
        return None
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return round(page.evaluate("document.documentElement.scrollHeight") / SCREEN["height"], 2)
