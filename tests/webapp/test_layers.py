"""The layers of the web application, and that nothing reaches up through them by another way."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "webapp"


def _layers() -> list[list[str]]:
    """The features, lowest layer first, as the contract of import-linter has them; those of one line may know each other."""
    contracts = tomllib.loads((ROOT.parent / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    lines = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [[name.strip(" ()") for name in line.split(":")] for line in reversed(lines)]


HEIGHT = {name: height for height, names in enumerate(_layers()) for name in names}
#: For type checkers alone: a take knows the type of its recording, which knows takes.
EXCEPTIONS = {"interviews/models.py": {"webapp.recordings.models.Recording"}}
#: Put everything together, and so may import all of it.
TOP = {"__init__.py", "cli.py"}
#: Started as a program: makes the application, and is imported by nothing of it.
ENTRIES = {"core/server.py"}


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every import of the application by line and dotted name, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "webapp":
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name.split(".")[0] == "webapp")


def deferred(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Every import inside a function, with the function's name."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from ((function.name, node) for node in ast.walk(function) if list(imports(ast.Module([node], []))))


def by_name(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Look-ups that reach a feature by a string."""
    for node in ast.walk(tree):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if name in {"import_module", "__import__"}:
            yield node.lineno, name
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute):
            owner = node.value.value
            of_metadata = "metadata" in (getattr(owner, "attr", ""), getattr(owner, "id", ""))
            if (node.value.attr == "tables" and of_metadata) or (
                node.value.attr == "tasks" and isinstance(node.ctx, ast.Load)
            ):
                yield node.lineno, f"{node.value.attr}[…]"
        elif name == "send_task":
            yield node.lineno, name


def faults(path: str, source: str) -> list[str]:
    """What is wrong with one file: ``path`` is relative to the package."""
    tree = ast.parse(source)
    parts = Path(path).parts
    top = len(parts) == 1 and parts[0] in TOP
    found = [f"{path}:{line} reaches a feature by {what}" for line, what in by_name(tree)]
    if top or path in ENTRIES or parts[-1] == "__main__.py":
        return found
    if parts[0] not in HEIGHT:
        return [*found, f"{path}: the feature {parts[0]} has no layer"]
    height = HEIGHT[parts[0]]
    for line, name in imports(tree):
        other = name.split(".")[1]
        if name in EXCEPTIONS.get(path, ()):
            continue
        if other != parts[0] and HEIGHT.get(other, len(HEIGHT)) > height:
            found.append(f"{path}:{line} imports {name}, which is not below it")
    for function, node in deferred(tree):
        if not (path == f"{parts[0]}/__init__.py" and function == "init_app"):
            found.append(f"{path}:{node.lineno} defers an import into {function}()")
    return found


@pytest.mark.parametrize("path", sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py")))
def test_a_file_imports_only_what_lies_below_it(path):
    assert faults(path, (ROOT / path).read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("path", "source", "fault"),
    [
        ("interviews/status.py", "from webapp.reports.models import Report", "not below"),
        ("interviews/status.py", "from webapp import reports", "not below"),
        ("core/pages.py", "import webapp.accounts.models", "not below"),
        ("accounts/models.py", "from webapp.policy import Mode", "not below"),
        ("practice/operations.py", "def f():\n    from webapp.core.database import db", "defers"),
        ("demo/__init__.py", "def f():\n    from webapp.demo import tasks", "defers"),
        ("analysis/sweeper.py", "importlib.import_module('webapp.reports')", "import_module"),
        ("analysis/sweeper.py", "celery.tasks['reports.build'].delay(1)", "tasks"),
        ("analysis/sweeper.py", "db.metadata.tables['reports']", "tables"),
        ("analysis/sweeper.py", "celery.send_task('reports.build')", "send_task"),
        ("unheard_of/models.py", "", "no layer"),
    ],
)
def test_each_kind_of_fault_is_found(path, source, fault):
    assert any(fault in found for found in faults(path, source))


def test_what_is_allowed_is_no_fault():
    assert faults("reports/__init__.py", "def init_app(app):\n    from webapp.reports import models") == []
    assert faults("demo/seed.py", "from webapp.accounts.models import User\nfrom webapp.demo import content") == []


def test_no_modules_import_each_other_in_a_circle():
    graph = {}
    names = {
        ".".join(("webapp", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__"): path
        for path in ROOT.rglob("*.py")
    }
    for name, path in names.items():
        found = set()
        tree = ast.parse(path.read_text("utf-8"))
        tree.body = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.If)]  # init_app, typing
        for _line, target in imports(tree):
            found.add(target if target in names else target.rpartition(".")[0])
        graph[name] = found & names.keys() - {name}
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, f"A circle: {' -> '.join((*way[way.index(name) :], name))}"
        if name not in done:
            for other in graph[name]:
                visit(other, (*way, name))
            done.add(name)

    for name in graph:
        visit(name, ())
