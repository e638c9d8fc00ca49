"""A gate: the exceptions that the code makes for itself are counted, and their numbers never rise.

pyproject.toml holds the numbers under ``[tool.viva.exceptions]``; where one has fallen, lower it there.
"""

from __future__ import annotations

import re
import sys
import tokenize
import tomllib
from pathlib import Path

from launcher.gates import PACKAGES, sources
from launcher.gates.cycles import deferred_imports
from launcher.paths import ROOT

_PYTHON = {
    "type-ignore": re.compile(r"#\s*type:\s*ignore\b"),
    "noqa": re.compile(r"#\s*(ruff:\s*)?noqa\b", re.IGNORECASE),
}
_SCRIPTS = {
    "eslint-disable": re.compile(r"\beslint-disable"),
    "ts-ignore": re.compile(r"@ts-(ignore|nocheck|expect-error)\b"),
}


def counts(root: Path = ROOT) -> dict[str, int]:
    """How many exceptions of each kind the repository holds."""
    found = dict.fromkeys([*_PYTHON, *_SCRIPTS], 0)
    for path in sources(root, (*PACKAGES, "tests")).values():
        with tokenize.open(path) as file:
            comments = [t.string for t in tokenize.generate_tokens(file.readline) if t.type == tokenize.COMMENT]
        for name, pattern in _PYTHON.items():
            found[name] += sum(bool(pattern.search(comment)) for comment in comments)
    for path in sorted((root / "webapp" / "static" / "js").rglob("*.js")):
        for name, pattern in _SCRIPTS.items():
            found[name] += len(pattern.findall(path.read_text("utf-8")))
    contracts = _settings(root).get("importlinter", {}).get("contracts", [])
    found["ignored-imports"] = sum(len(contract.get("ignore_imports", [])) for contract in contracts)
    found["deferred-imports"] = len(deferred_imports(root))
    return found


def allowed(root: Path = ROOT) -> dict[str, int]:
    """How many of each kind there may be."""
    return dict(_settings(root).get("viva", {}).get("exceptions", {}))


def _settings(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]


def problems(root: Path = ROOT) -> list[str]:
    """Which numbers have risen, one sentence each."""
    limits = allowed(root)
    said = []
    for name, number in counts(root).items():
        limit = limits.get(name, 0)
        if number > limit:
            said.append(f"{name}: {number}, and {limit} are allowed. Solve it otherwise.")
    return said


if __name__ == "__main__":
    now = counts()
    limits = allowed()
    for name, number in now.items():
        note = f" (lower it in pyproject.toml: {limits[name]} are allowed)" if number < limits.get(name, 0) else ""
        print(f"{name} {number}{note}")
    risen = problems()
    print("\n".join(risen))
    sys.exit(bool(risen))
