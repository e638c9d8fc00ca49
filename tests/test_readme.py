"""The README says what is so."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_figures_are_those_of_the_models_that_ship():
    spec = importlib.util.spec_from_file_location("figures", ROOT / "docs" / "figures.py")
    figures = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(figures)
    assert figures.in_readme() == figures.table(), "run: .venv/bin/python docs/figures.py"


def test_every_file_that_documents_link_to_exists():
    missing = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in [
            *sorted(ROOT.glob("*.md")),
            *sorted((ROOT / "docs").rglob("*.md")),
            *sorted((ROOT / "ml").rglob("*.md")),
        ]
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text("utf-8"))
        if not (document.parent / target).exists()
    ]
    assert missing == []


def test_every_file_that_documents_name_exists():
    """A name in code style, whole or from any folder on, is that of a file in the repository."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    missing = [
        f"{document}: {name}"
        for document in listed
        if document.endswith(".md") and document != "CHANGELOG.md"
        for name in re.findall(r"`([\w./-]+\.(?:py|js|mjs|toml))`", (ROOT / document).read_text("utf-8"))
        if name != "migrations/versions/YYYYMMDD_HHMM_what.py"
        and not any(f"/{each}".endswith(f"/{name}") for each in listed)
    ]
    assert missing == []
