"""The gates of ``./viva check``: each is one tool that reads the code without running it, with our configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from launcher.paths import PYTHON, ROOT, TOOLS, node

#: Python that is ours; the tests are formatted and linted too, but not typed.
PACKAGES = ("launcher", "ml", "webapp", "bench")
#: What the tools remember between two runs.
CACHE = TOOLS / "cache"


@dataclass(frozen=True)
class Gate:
    """One gate: its name, what it looks for, and the command that exits with 0 where nothing was found."""

    name: str
    looks_for: str
    command: Callable[[], list[str]]


def _python(*arguments: str) -> Callable[[], list[str]]:
    return lambda: [str(PYTHON), "-P", *arguments]


def _node(*arguments: str) -> Callable[[], list[str]]:
    return lambda: [str(node()), *arguments]


_LINT_IMPORTS = "from importlinter.cli import lint_imports_command as main; main()"

#: Those that take longest come first, so that two at a time end together.
GATES = (
    Gate("types", "mypy", _python("-m", "mypy", "--cache-dir", str(CACHE / "mypy"))),
    Gate("formatting", "ruff format --check", _python("-m", "ruff", "format", "--check", "--quiet", "--diff", ".")),
    Gate(
        "layers",
        "import-linter: who may import whom",
        _python("-c", _LINT_IMPORTS, "--cache-dir", str(CACHE / "imports")),
    ),
    Gate("templates", "djlint", _python("-m", "djlint", "templates", "--lint", "--quiet")),
    Gate("spelling", "codespell", _python("-m", "codespell_lib")),
    Gate("scripts", "eslint, and user-visible strings without gettext()", _node("node_modules/eslint/bin/eslint.js")),
    Gate("script-types", "tsc over JSDoc types", _node("node_modules/typescript/bin/tsc", "-p", "jsconfig.json")),
    Gate("script-tests", "unit tests of the front end", _node("--test", "tests/js/*.test.mjs")),
    Gate("catalogues", "messages that are marked and not gathered", _python("-m", "webapp.core.catalogues", "--check")),
    Gate("python", "ruff: faults, docstrings, names", _python("-m", "ruff", "check", "--quiet", ".")),
    Gate("cycles", "circular imports, and what the launcher may import", _python("-m", "launcher.gates.cycles")),
    Gate("words", "what people read and nobody can translate", _python("-m", "launcher.gates.unmarked")),
    Gate("exceptions", "type: ignore, noqa and the like, counted", _python("-m", "launcher.gates.exceptions")),
)


def sources(root: Path = ROOT, packages: tuple[str, ...] = PACKAGES) -> dict[str, Path]:
    """Every module of ours by its dotted name; a package's name stands for its ``__init__``."""
    found = {}
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found
