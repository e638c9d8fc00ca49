"""A gate: no circle of imports in ``ml`` and ``webapp``, and nothing but the standard library in the launcher.

An import inside a function counts as well: putting it there hides a circle and does not open it. What only a type
checker reads (``if TYPE_CHECKING``) does not count.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from launcher.gates import sources
from launcher.paths import ROOT

#: The packages whose modules must not import each other in a circle.
CHECKED = ("ml", "webapp")


@dataclass(frozen=True)
class Import:
    """Module ``source`` imports ``target`` at ``line``; ``deferred`` where that stands inside a function."""

    source: str
    target: str
    line: int
    deferred: bool


def imports(name: str, path: Path, known: Mapping[str, Path]) -> Iterator[Import]:
    """What one module imports of the modules in ``known``; for anything else the target is the outer package's name."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    pending: list[tuple[ast.AST, bool]] = [(ast.parse(path.read_bytes(), str(path)), False)]
    while pending:
        tree, deferred = pending.pop()
        if isinstance(tree, ast.Import):
            for alias in tree.names:
                yield Import(name, _known(alias.name, known), tree.lineno, deferred)
        elif isinstance(tree, ast.ImportFrom):
            base = tree.module or ""
            if tree.level:
                parts = package.split(".")
                base = ".".join([*parts[: len(parts) - tree.level + 1], *filter(None, [tree.module])])
            for alias in tree.names:
                whole = f"{base}.{alias.name}"
                yield Import(name, whole if whole in known else _known(base, known), tree.lineno, deferred)
        elif isinstance(tree, ast.If) and "TYPE_CHECKING" in ast.dump(tree.test):
            pending += [(child, deferred) for child in tree.orelse]
        else:
            inside = deferred or isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            pending += [(child, inside) for child in ast.iter_child_nodes(tree)]


def _known(name: str, known: Mapping[str, Path]) -> str:
    return name if name in known else name.partition(".")[0]


def circles(edges: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of modules that import each other in a circle, by Tarjan's algorithm."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(edges.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = stack.index(node)
            group = stack[at:]
            del stack[at:]
            if len(group) > 1:
                found.append(sorted(group))

    sys.setrecursionlimit(max(sys.getrecursionlimit(), 10 * len(edges) + 1000))
    for node in sorted(edges):
        if node not in index:
            visit(node)
    return sorted(found)


def deferred_imports(root: Path = ROOT) -> list[Import]:
    """Imports of one webapp feature by another that stand inside a function."""
    known = sources(root, CHECKED)
    return [
        one
        for name, path in known.items()
        if name.startswith("webapp.")
        for one in imports(name, path, known)
        if one.deferred and one.target.startswith("webapp.") and _feature(one.target) != _feature(name)
    ]


def _feature(name: str) -> str:
    return ".".join(name.split(".")[:2])


def problems(root: Path = ROOT) -> list[str]:
    """What is wrong, one sentence each; empty where all is well."""
    known = sources(root, CHECKED)
    edges: dict[str, set[str]] = {name: set() for name in known}
    where: dict[tuple[str, str], Import] = {}
    for name, path in known.items():
        for one in imports(name, path, known):
            if one.target in known and one.target != name:
                edges[name].add(one.target)
                where.setdefault((name, one.target), one)
    said = []
    for group in circles(edges):
        lines = [
            f"    {known[a].relative_to(root)}:{one.line} imports {b}{' (inside a function)' if one.deferred else ''}"
            for (a, b), one in sorted(where.items())
            if a in group and b in group
        ]
        said.append("\n".join([f"A circle of {len(group)} modules:", *lines]))
    for name, path in sources(root, ("launcher",)).items():
        for one in imports(name, path, {"launcher": path}):
            if one.target not in sys.stdlib_module_names and one.target != "launcher":
                said.append(
                    f"{path.relative_to(root)}:{one.line} imports {one.target}: the launcher has nothing of it."
                )
    return said


if __name__ == "__main__":
    found = problems()
    print("\n".join(found) or "No circles.")
    sys.exit(bool(found))
