"""The layers of ml: what serves stands without what trains, nothing imports in a circle, every training command is
listed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ml.training.__main__ import COMMANDS, listing, main

ROOT = Path(__file__).resolve().parents[2]
#: The command line alone hands over to what trains, and only when it is asked to.
HANDS_OVER = {"ml.cli"}


def modules(package: str) -> dict[str, Path]:
    """Every module of a package by its dotted name."""
    found = {}
    for path in (ROOT / package).rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(source: str, known: set[str], typing: bool = True) -> Iterator[str]:
    """The ``known`` modules that a source imports, anywhere in it, by statement or by name in a string; without
    ``typing``, not what it imports for annotations alone."""
    tree = ast.parse(source)
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) and not typing
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from (names & known) or ({node.module} & known)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            yield from {node.value} & known


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of two and more modules that each reach one another."""
    reach: dict[str, set[str]] = {}
    for start in graph:
        seen, waiting = set(), list(graph[start])
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += graph.get(name, ())
        reach[start] = seen
    groups = {tuple(sorted(b for b in reach[a] if a in reach.get(b, ()))) for a in graph if a in reach[a]}
    return [list(group) for group in sorted(groups)]


def graph_of(package: str) -> dict[str, set[str]]:
    found = modules(package)
    return {name: set(imported(path.read_text("utf-8"), set(found), typing=False)) for name, path in found.items()}


def test_nothing_that_serves_imports_what_trains():
    found = {**modules("ml"), **modules("webapp")}
    training = {name for name in found if name.startswith("ml.training")}
    for name, path in found.items():
        if name not in training | HANDS_OVER:
            assert not set(imported(path.read_text("utf-8"), training)), name


def test_no_benchmark_imports_a_test():
    tests = set(modules("tests"))
    for name, path in modules("bench").items():
        assert not set(imported(path.read_text("utf-8"), tests)), name


def test_nothing_in_ml_imports_in_a_circle():
    assert circles(graph_of("ml")) == []


def test_the_walk_sees_faults():
    known = {"ml.training", "ml.training.text.data", "ml.cli"}
    for source in (
        "from ml.training.text.data import read_essays",
        "def f():\n    from ml.training.text import data",
        "import importlib\nimportlib.import_module('ml.training.text.data')",
        "import ml.training.text.data",
    ):
        assert set(imported(source, known)) == {"ml.training.text.data"}
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"d"}}) == [["b", "c"], ["d"]]


def test_no_fit_or_save_is_left_among_what_serves():
    for name, path in modules("ml").items():
        if not name.startswith("ml.training"):
            defined = {node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if hasattr(node, "name")}
            assert not defined & {"fit", "train", "save", "export", "teach", "platt"}, name


def test_every_command_of_training_is_listed_with_a_line_of_help(capsys: pytest.CaptureFixture[str]):
    started = {
        name.removeprefix("ml.training.")
        for name, path in modules("ml/training").items()
        if "\nif __name__ ==" in path.read_text("utf-8")
    }
    assert started - {"__main__", "cli", "ml.training"} == set(COMMANDS.values())
    for line in listing().splitlines()[2:-2]:
        name, _, words = line.strip().partition(" ")
        assert name in COMMANDS and words.strip().endswith("."), line
    assert main(["juggle"]) == 2
    assert "no command juggle" in capsys.readouterr().err


def test_a_command_of_training_runs_and_says_what_is_wrong(tmp_path: Path):
    command = [sys.executable, "-m", "ml.training", "mouth_evaluate"]
    helped = subprocess.run([*command, "--help"], cwd=ROOT, capture_output=True, text=True)
    assert helped.returncode == 0 and "--data" in helped.stdout
    failed = subprocess.run([*command, "--data", tmp_path / "no.npz"], cwd=ROOT, capture_output=True, text=True)
    assert failed.returncode == 2
    assert failed.stderr.strip().splitlines()[-1].startswith("viva: ") and "Traceback" not in failed.stderr


def test_evaluating_needs_no_package_that_only_trains():
    code = (
        "import sys\n"
        "for name in ('onnx', 'tf2onnx', 'tokenizers', 'keras', 'tensorflow'): sys.modules[name] = None\n"
        "import importlib\n"
        "from ml.training.cli import EVALUATED\n"
        "for name in EVALUATED: importlib.import_module(f'ml.training.{name}.evaluate')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
