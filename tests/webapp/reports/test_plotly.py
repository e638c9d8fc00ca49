"""Plotly under our content policy: what it would write into style sheets is kept from it by elements of the page."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

BUNDLE = ROOT / "node_modules" / "plotly.js-strict-dist-min" / "plotly-strict.min.js"


def test_every_style_sheet_that_plotly_would_add_is_there_by_name():
    """A new version of Plotly may bring other names: then the report's template needs them."""
    if not BUNDLE.is_file():
        pytest.skip("the front end's packages are not installed (npm ci)")
    code = BUNDLE.read_text("utf-8")
    template = (ROOT / "templates" / "reports" / "show.html").read_text("utf-8")
    made_when_missing = set(re.findall(r'if\(!document\.getElementById\("([0-9a-z]{20,})"\)\)', code))
    assert made_when_missing, "Plotly adds its style sheets in another way now: look for violations in the console"
    for name in made_when_missing:
        assert f'<meta id="{name}">' in template
    assert "no-inline-styles" in code
    assert '<meta id="plotly.js-style-global" class="no-inline-styles">' in template
