"""A page of every route in every language: reachable, within the screen, whole, and clean for axe, light and dark."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab
from werkzeug.serving import make_server

from tests.browser.every_page import NO_PAGE, Page, Site
from tests.browser.look import Look
from tests.webapp.conftest import application
from webapp.core.database import db

LANGUAGES = ("en", "fr", "de", "es", "ar", "pl")
#: Parts of each way, about as long as each other.
PARTS = [("staff", number, 4) for number in range(4)] + [("candidate", number, 2) for number in range(2)]
#: Those that are seen in the dark as well: one for each of the two style sheets.
IN_THE_DARK = ("en", "ar")
#: CSS pixels: a laptop, a phone, and a laptop at 400 %.
WIDTHS = (1280, 390, 320)
#: A page's language, and what is wrong with how it lies within the screen.
_FAULTS = """() => {
  const found = [];
  const wide = document.documentElement.scrollWidth - innerWidth;
  const name = e => `${e.tagName.toLowerCase()}.${[...e.classList].join(".")} “${(e.value ?? e.textContent).trim().replace(/\\s+/g, " ").slice(0, 50)}”`;
  const pen = document.createElement("canvas").getContext("2d");
  for (const e of document.querySelectorAll("body *")) {
    if (e.closest("svg, figure[data-figure], .visually-hidden, .skip, [hidden]") || !e.checkVisibility({ visibilityProperty: true })) continue;
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (box.width < 2 || box.height < 2 || style.clipPath !== "none" && style.position === "absolute") continue;
    const cuts = ["hidden", "clip"].includes(style.overflowX);
    if (cuts && e.textContent.trim() && e.scrollWidth > e.clientWidth + 1) found.push(`cut off by ${e.scrollWidth - e.clientWidth} px: ${name(e)}`);
    if (e.tagName === "SELECT" && !e.multiple && e.size < 2) {
      pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      const room = e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      const words = e.selectedOptions[0]?.label ?? "", needs = pen.measureText(words).width;
      // Words of a select cannot be broken: where it has the whole width, or they end with an ellipsis as names of
      // devices do, it shows what it can, and all once it is open.
      const whole = style.textOverflow === "ellipsis" || e.offsetWidth > 0.75 * Math.min(document.querySelector("main").clientWidth, innerWidth - 32);
      if (needs > room + 2 && !whole) found.push(`cut off by ${Math.ceil(needs - room)} px: select ${e.name} “${words}”`);
    }
    const word = e.matches("a, button, .tag") && !e.children.length ? e.textContent.trim() : "";
    if (word && word.length < 18 && !/[\\s\\-–@./]/.test(word) && e.getClientRects().length > 1) found.push(`broken inside of a word: ${name(e)}`);
    if (box.right > innerWidth + 1 || box.left < -1) {
      let within = e.parentElement;
      while (within && getComputedStyle(within).overflowX === "visible") within = within.parentElement;
      if (!within || within === document.documentElement || within === document.body) found.push(`beyond the screen by ${Math.ceil(Math.max(box.right - innerWidth, -box.left))} px: ${name(e)}`);
    }
  }
  const header = document.querySelector("header.top .top-inner");
  if (header && innerWidth < 400) {
    // A phone's header: so many rows begin below each other.
    const rows = [];
    for (const e of [...header.children].filter(each => each.checkVisibility()).sort((one, two) => one.getBoundingClientRect().top - two.getBoundingClientRect().top)) {
      const box = e.getBoundingClientRect();
      if (box.height && (!rows.length || box.top >= rows.at(-1) - 4)) rows.push(box.bottom);
    }
    const lines = header.getBoundingClientRect().height / 44;
    if (rows.length > 2 || lines > 3.2) found.push(`the header takes ${rows.length} rows, ${Math.round(lines * 44)} px`);
  }
  return wide > 0 ? [`scrolls sideways by ${wide} px`, ...found] : found;
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One organisation for every case of this process."""
    with application(tmp_path_factory.mktemp("every_page") / "home") as app:
        yield Site(app)


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    db.session.commit()
    site.app.config["SERVER_NAME"] = None
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


def walk(tab: Tab, page: Page, address: str, language: str, look: Look) -> list[str]:
    """What is wrong with a page in a language."""
    tab.set_viewport_size({"width": WIDTHS[0], "height": 800})
    tab.emulate_media(color_scheme="light")
    answer = tab.goto(address + page.path)
    found = []
    if answer is None or answer.status != page.status:
        return [f"answers {answer and answer.status} and not {page.status}"]
    if tab.url.split("?")[0] != (address + page.path).split("?")[0]:
        return [f"leads to {tab.url.removeprefix(address)}"]
    html = tab.locator("html")
    said = html.get_attribute("lang"), html.get_attribute("dir")
    if page.in_readers_language and said != (language, "rtl" if language == "ar" else "ltr"):
        found.append(f"is marked as {said}")
    tab.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 800})
        for _try in range(10):  # charts and players follow a new width a moment later
            if not (faults := tab.evaluate(_FAULTS)):
                break
            tab.wait_for_timeout(100)
        found += [f"at {width} px {fault}" for fault in faults]
    found += look.axe(tab, sheets=False)
    if language in IN_THE_DARK:
        tab.set_viewport_size({"width": WIDTHS[0], "height": 800})
        tab.emulate_media(color_scheme="dark")
        found += [f"dark: {fault}" for fault in look.axe(tab, "color-contrast", sheets=False)]
    return found


@pytest.mark.full
def test_every_route_is_walked_or_said_why_not(site: Site):
    walked = {site.endpoint(page.path) for way in ("staff", "candidate") for page in site.pages(way)}
    assert {rule.endpoint for rule in site.routes()} - walked == set()
    there = {
        name for rule in site.app.url_map.iter_rules() for name in (rule.endpoint, rule.endpoint.split(".")[0] + ".")
    }
    assert set(NO_PAGE) - there == set(), "no such routes"


def test_the_search_for_faults_finds_them(chromium: Browser):
    tab = chromium.new_page(viewport={"width": 320, "height": 800})
    tab.set_content(
        "<main><p style='width:40px;overflow:hidden;white-space:nowrap'>A text that is long</p>"
        "<select style='width:60px'><option>A choice that is long</option></select>"
        "<p style='width:400px'>A wide text</p><p style='width:30px;overflow-wrap:anywhere'><a>Anywhere</a></p></main>"
    )
    found = "\n".join(tab.evaluate(_FAULTS))
    assert (
        "px: p. “A text" in found
        and "select  “A choice" in found
        and "sideways" in found
        and "beyond the screen" in found
        and "inside of a word" in found
    )
    tab.close()


@pytest.mark.full
@pytest.mark.parametrize(("way", "part", "parts"), PARTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page(
    site: Site, address: str, chromium: Browser, tmp_path: Path, language: str, way: str, part: int, parts: int
):
    look, wrong = Look(tmp_path), []
    tabs: dict[str, Tab] = {}
    for page in site.pages(way)[part::parts]:
        if page.visitor not in tabs:
            context = chromium.new_context(
                locale=language, reduced_motion="reduce", bypass_csp=True, permissions=["camera", "microphone"]
            )
            context.add_cookies(site.cookies(page.visitor, address))
            tabs[page.visitor] = context.new_page()
            tabs[page.visitor].set_default_timeout(20_000)
        for fault in walk(tabs[page.visitor], page, address, language, look):
            wrong.append(f"{site.endpoint(page.path)} ({page.path}, {page.visitor}): {fault}")
    for tab in tabs.values():
        tab.context.close()
    assert not wrong, f"{len(wrong)} faults:\n" + "\n".join(wrong)
