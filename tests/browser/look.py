"""Look at pages on the way: a picture of each, and what axe-core finds wrong with it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.live import ROOT

#: WCAG 2.2 AA, as axe names it.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: Plotly's own drawing is described by the figure's label and repeated in a table.
EXCLUDED = ["figure[data-figure] .svg-container"]


class Look:
    """``look(page, name)`` takes a picture and runs axe; ``check`` fails on what was found, at the end of a test."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(os.environ.get("VIVA_SCREENSHOTS") or folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.found: list[str] = []
        self._axe = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")

    def __call__(self, page: Page, name: str) -> None:
        file = re.sub(r"\W+", "-", name).strip("-")
        page.screenshot(path=self.folder / f"{file}.png", full_page=True)
        self.found += [f"{name}: {fault}" for fault in self.axe(page)]

    def axe(self, page: Page, *rules: str, sheets: bool = True) -> list[str]:
        """What axe finds wrong with a page: by all of RULES, or by the rules that are named alone.

        Without the page's style ``sheets`` it takes two thirds of the time, and does not see whether they turn a screen.
        """
        if not page.evaluate("'axe' in window"):
            page.evaluate(self._axe)  # by the debugger, which no content policy binds
        only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": RULES}
        result = page.evaluate(
            "([only, excluded, preload]) => axe.run({exclude: excluded}, {runOnly: only, preload, resultTypes: ['violations']})",
            [only, [[selector] for selector in EXCLUDED], sheets],
        )
        return [
            f"{each['id']} ({each['help']}): " + "; ".join(node["html"][:160] for node in each["nodes"][:3])
            for each in result["violations"]
            if each["impact"] in {"serious", "critical"}
        ]

    def check(self) -> None:
        assert not self.found, "axe found:\n" + "\n".join(dict.fromkeys(self.found))
