"""Every gate of ./viva check finds a planted fault, with our own configuration; and what the command prints."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import check
from launcher.console import Failure
from launcher.gates import GATES, Gate, cycles, exceptions, unmarked
from launcher.paths import PYTHON, ROOT, environment, node

CONFIGURATION = ROOT / "pyproject.toml"


def write(folder: Path, **files: str) -> None:
    """Make files of these names under a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def found(command: list[str | Path], folder: Path) -> str:
    """What a tool prints that ends with another status than 0."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment(NO_COLOR="1"),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode != 0, f"it found nothing:\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture
def tool():
    """Run a Python tool with its faults in a folder."""

    def run(folder: Path, *arguments: str | Path) -> str:
        return found([PYTHON, "-P", *arguments], folder)

    return run


class TestPlantedFaults:
    def test_python(self, tool, tmp_path):
        write(
            tmp_path,
            **{"ml/bad.py": '"""A module."""\nimport os\n\n\ndef BadName(x):\n    return x\n'},
        )
        said = tool(tmp_path, "-m", "ruff", "check", "--no-cache", "--config", CONFIGURATION, ".")
        assert {"F401", "N802", "D103"} <= set(re.findall(r"\b[A-Z]+\d{3}\b", said))

    def test_formatting(self, tool, tmp_path):
        write(tmp_path, **{"bad.py": "x = {'a':1}\n"})
        said = tool(tmp_path, "-m", "ruff", "format", "--check", "--no-cache", "--config", CONFIGURATION, ".")
        assert "bad.py" in said

    def test_types(self, tool, tmp_path):
        untyped = "def double(x):\n    return 2 * x\n"
        write(
            tmp_path,
            **{
                "ml/core/strict.py": untyped,
                "webapp/jobs/operations.py": untyped,
                "ml/plain.py": untyped + "def wrong(x: int) -> str:\n    return x\n",
            },
        )
        said = tool(
            tmp_path, "-m", "mypy", "--config-file", CONFIGURATION, "--cache-dir", tmp_path / "cache", "ml", "webapp"
        )
        assert "ml/core/strict.py:1: error: Function is missing a type annotation" in said
        assert "webapp/jobs/operations.py:1: error: Function is missing a type annotation" in said
        assert "ml/plain.py:4: error: Incompatible return value" in said
        assert "ml/plain.py:1" not in said, "elsewhere types may be left out"

    @pytest.mark.parametrize(
        ("name", "text", "contract"),
        [
            ("ml/errors.py", "import webapp\n", "ml knows nothing of the web application"),
            ("launcher/up.py", "import ml.errors\n", "The launcher imports neither ml nor the web application"),
            ("webapp/analysis/x.py", "import ml.training\n", "Nothing that serves imports what trains"),
            ("webapp/questions/x.py", "import webapp.reports\n", "The features of the web application are layers"),
            ("webapp/novelty/__init__.py", "", "The features of the web application are layers"),
        ],
    )
    def test_layers(self, tool, tmp_path, name, text, contract):
        for top in ("launcher", "ml", "bench", "webapp"):
            for found_here in [ROOT / top / "__init__.py", *(ROOT / top).glob("*/__init__.py")]:
                write(tmp_path, **{str(found_here.relative_to(ROOT)): ""})
        write(tmp_path, **{"ml/cli.py": "", "webapp/cli.py": "", "webapp/live/service/__init__.py": ""})
        for program in ("webapp/core/server.py", "webapp/live/service/__main__.py"):  # which import the application
            write(tmp_path, **{program: "import webapp\n"})
        shutil.copy(CONFIGURATION, tmp_path)
        lint = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as main; main()"
        before = subprocess.run([PYTHON, "-P", "-c", lint, "--no-cache"], cwd=tmp_path, capture_output=True, text=True)
        assert before.returncode == 0, before.stdout
        write(tmp_path, **{name: text})
        said = found([PYTHON, "-P", "-c", lint, "--no-cache"], tmp_path)
        assert f"{contract} BROKEN" in said or contract in said.partition("Broken contracts")[2] or "novelty" in said

    def test_templates(self, tool, tmp_path):
        write(tmp_path, **{"bad.html": '<!DOCTYPE html>\n<html lang="en"><body><img src="x.png"></body></html>\n'})
        said = tool(tmp_path, "-m", "djlint", ".", "--lint", "--configuration", CONFIGURATION)
        assert "H006" in said or "H013" in said

    def test_spelling(self, tool, tmp_path):
        write(tmp_path, **{"bad.md": "It is de{} wrong.\n".format("finately")})
        assert "definitely" in tool(tmp_path, "-m", "codespell_lib", "--toml", CONFIGURATION, ".")

    def test_scripts(self, tmp_path):
        for path in ("eslint.config.mjs", "node_modules"):
            (tmp_path / path).symlink_to(ROOT / path)
        write(
            tmp_path,
            **{"webapp/static/js/bad.js": 'var x = 1;\nbutton.textContent = "Copied";\n'},
        )
        (tmp_path / "webapp" / "static" / "lint").symlink_to(ROOT / "webapp" / "static" / "lint")
        said = found(
            [node(), "--preserve-symlinks", ROOT / "node_modules/eslint/bin/eslint.js", "webapp/static/js"], tmp_path
        )
        assert {"no-var", "no-undef", "viva/gettext"} <= set(re.findall(r"[\w/-]+$", said, re.MULTILINE))

    def test_script_types(self, tmp_path):
        (tmp_path / "jsconfig.json").write_bytes((ROOT / "jsconfig.json").read_bytes())
        write(tmp_path, **{"webapp/static/js/bad.js": "/** @param {number} x */\nexport const f = (x) => x.trim();\n"})
        said = found([node(), ROOT / "node_modules/typescript/bin/tsc", "-p", "jsconfig.json"], tmp_path)
        assert re.search(r"bad\.js\(2,\d+\): error TS2339", said)

    def test_script_tests(self, tmp_path):
        write(
            tmp_path,
            **{
                "tests/js/bad.test.mjs": 'import assert from "node:assert/strict";\n'
                'import { test } from "node:test";\ntest("bad", () => assert.equal(1, 2));\n'
            },
        )
        gate = next(gate for gate in GATES if gate.name == "script-tests")
        assert "not ok" in (said := found(gate.command(), tmp_path)) or "failing tests" in said

    def test_catalogues(self, monkeypatch, capsys):
        from webapp.core import catalogues

        template, scripts, stored = catalogues.gather()
        template.add("A message that was marked and not gathered")
        monkeypatch.setattr(catalogues, "gather", lambda: (template, scripts, stored))
        assert catalogues.main(["--check"]) == 1
        assert "messages.pot is stale" in capsys.readouterr().err

    def test_cycles(self, tmp_path):
        write(
            tmp_path,
            **{
                "ml/a.py": "from ml import b\n",
                "ml/b.py": "def late():\n    from ml.c import x\n",
                "ml/c.py": "from . import a\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import ml.d\n",
                "ml/d.py": "import ml.c\n",
                "launcher/x.py": "import json\nimport numpy\nfrom launcher import y\n",
                "launcher/y.py": "",
                "webapp/one/x.py": "def late():\n    import webapp.two.y\n    from webapp.one import z\n",
                "webapp/one/z.py": "",
                "webapp/two/y.py": "",
            },
        )
        circle, foreign = cycles.problems(tmp_path)
        assert circle.startswith("A circle of 3 modules:")
        assert "ml/b.py:2 imports ml.c (inside a function)" in circle
        assert "ml.d" not in circle, "what only a type checker reads is no circle"
        assert "launcher/x.py:2 imports numpy" in foreign
        assert [(one.source, one.target) for one in cycles.deferred_imports(tmp_path)] == [
            ("webapp.one.x", "webapp.two.y")
        ]

    def test_words(self, tmp_path):
        write(
            tmp_path,
            **{
                "templates/x.html": "<p>Nobody marked this sentence.</p>\n",
                "webapp/x.py": "from flask import flash\n\n\ndef view():\n    flash('Nobody marked this one.')\n",
            },
        )
        found = "\n".join(unmarked.find(tmp_path))
        assert "Nobody marked this sentence." in found and "Nobody marked this one." in found

    def test_exceptions(self, tmp_path):
        write(
            tmp_path,
            **{
                "pyproject.toml": "[tool.viva.exceptions]\nnoqa = 1\n[tool.importlinter]\n"
                '[[tool.importlinter.contracts]]\nignore_imports = ["a -> b"]\n',
                "ml/x.py": "import os  # noqa: F401\nx = 'a  # noqa'\ny: int = ''  # type: ignore[assignment]\n",
                "webapp/static/js/x.js": "// @ts-ignore\n// eslint-disable-next-line no-var\n",
            },
        )
        assert exceptions.counts(tmp_path) == {
            "type-ignore": 1,
            "noqa": 1,
            "eslint-disable": 1,
            "ts-ignore": 1,
            "ignored-imports": 1,
            "deferred-imports": 0,
        }
        assert [line.partition(":")[0] for line in exceptions.problems(tmp_path)] == [
            "type-ignore",
            "eslint-disable",
            "ts-ignore",
            "ignored-imports",
        ]


def test_every_gate_has_its_planted_fault():
    tried = {name for name in vars(TestPlantedFaults) if name.startswith("test_")}
    assert tried == {f"test_{gate.name.replace('-', '_')}" for gate in GATES}


def test_no_circles_and_no_more_exceptions_than_are_written_down():
    assert cycles.problems() == []
    assert exceptions.problems() == []


class TestCommand:
    @pytest.fixture
    def gates(self, monkeypatch):
        """Two gates in place of ours, one of which fails."""
        pair = (
            Gate("good", "nothing", lambda: [sys.executable, "-c", "print('fine')"]),
            Gate("bad", "something", lambda: [sys.executable, "-c", "print('found it'); raise SystemExit(3)"]),
        )
        monkeypatch.setattr(check, "GATES", pair)
        monkeypatch.setattr(check, "ensure_environment", lambda *groups: None)
        monkeypatch.setattr(check, "ensure_packages", lambda: None)

    def test_a_gate_that_fails_is_shown_with_what_it_said(self, gates, capsys):
        assert check.check([]) == 1
        said = capsys.readouterr().out
        assert re.search(r"good +\d+\.\d s  ok", said)
        assert re.search(r"bad +\d+\.\d s  FAILED\n    found it", said)
        assert "fine" not in said
        assert "1 of 2 gates failed" in said and "./viva check bad" in said

    def test_some_alone(self, gates, capsys):
        assert check.check(["good"]) == 0
        assert "1 gates passed" in capsys.readouterr().out

    @pytest.mark.full
    def test_json_is_one_object(self, gates, capsys):
        assert check.check(["--json"]) == 1
        found = json.loads(capsys.readouterr().out)
        assert found["ok"] is False
        assert found["gates"]["good"]["ok"] is True and found["gates"]["good"]["seconds"] >= 0
        assert found["gates"]["bad"]["output"] == "found it"
        assert set(found["counts"]) == set(exceptions.counts())

    def test_a_name_that_is_none(self, gates):
        with pytest.raises(Failure, match=r"no gate 'goood'. Did you mean good\? These are: good, bad"):
            check.check(["goood"])
