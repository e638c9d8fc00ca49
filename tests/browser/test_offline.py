"""Viva installed, and opened while there is no network."""

from __future__ import annotations

import json

from playwright.sync_api import Page

#: What the browser keeps, as paths, once it controls the page and has the page in its language (else null).
KEPT = """async (lang) => {
  const page = await caches.match("/offline");
  if (!navigator.serviceWorker.controller || !page || !(await page.text()).includes(`lang="${lang}"`)) return null;
  const all = await (await caches.open("viva-offline")).keys();
  return all.map((each) => new URL(each.url).pathname);
}"""


def kept(page: Page, lang: str) -> list[str]:
    """The paths of what the browser keeps for when there is no network."""
    for _ in range(200):
        if found := page.evaluate(KEPT, lang):
            return found
        page.wait_for_timeout(50)
    raise AssertionError("the browser kept nothing within ten seconds")


def test_a_page_opens_without_a_network_and_goes_when_it_is_back(viva, new_context, look, watch):
    watch.allow(r"ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to fetch")
    context = new_context(viewport={"width": 390, "height": 844}, locale="de-DE")
    page = context.new_page()
    page.goto(f"{viva.url}/sign-in")
    addresses = kept(page, "de")
    assert all(each == "/offline" or each.startswith("/static/") for each in addresses), "nobody's page is kept"
    problems = context.new_cdp_session(page).send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [each["errorId"] for each in problems if each["errorId"] != "in-incognito"] == []
    described = json.loads(context.new_cdp_session(page).send("Page.getAppManifest")["data"])
    assert (described["display"], {icon["sizes"] for icon in described["icons"]}) == (
        "standalone",
        {"192x192", "512x512"},
    )
    context.set_offline(True)
    page.reload()
    assert page.get_by_role("heading", name="Keine Verbindung").is_visible()
    look(page, "offline")
    page.get_by_role("button", name="Noch einmal versuchen").click()
    assert page.get_by_role("heading", name="Keine Verbindung").is_visible()
    context.set_offline(False)
    page.locator("input[type=email]").wait_for(timeout=15_000)  # the page that was asked for, by itself
