"""Processes that begin as copies of one that has imported everything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import preloaded
from launcher.paths import ROOT, environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each process starts by itself")


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(tmp_path)
    started: list[preloaded.Copy] = []

    def start(code: str, *arguments: str, leave=lambda: None) -> preloaded.Copy:
        name = f"a_program_{len(started)}"
        (tmp_path / f"{name}.py").write_text(code)
        started.append(preloaded.Copy([name, *arguments], leave))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()


def test_a_copy_is_the_program_with_its_arguments_words_and_status(copy):
    process = copy("import sys\nprint(__name__, *sys.argv[1:])\nsys.exit('alas')", "--one", "two")
    assert process.stdout.read() == b"__main__ --one two\nalas\n"
    assert process.wait() == process.poll() == process.returncode == 1


def test_a_copy_is_named_by_what_it_does_and_is_its_own_session(copy):
    code = "import os\nprint(os.getsid(0) == os.getpid(), open('/proc/self/cmdline').read().strip(chr(0)))"
    assert (
        copy(code, "-Q", "quick").stdout.read().decode().strip() == f"True {sys.executable} -P -m a_program_0 -Q quick"
    )


def test_a_copy_ends_by_a_signal_as_any_process(copy):
    process = copy("import time\nprint('here', flush=True)\ntime.sleep(600)")
    assert process.stdout.readline() == b"here\n"
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait() == -signal.SIGTERM


def test_a_copy_lets_go_of_what_it_is_told_to(copy, tmp_path):
    held = os.open(tmp_path, os.O_RDONLY)
    process = copy(
        f"import os\ntry:\n    os.fstat({held})\nexcept OSError:\n    print('gone')", leave=lambda: os.close(held)
    )
    assert process.stdout.read() == b"gone\n"
    os.close(held)


def test_whatever_is_loaded_is_ready_for_copies(tmp_path):
    """An application is made in a copy out of what is there: hardly anything is imported any more."""
    code = (
        "import sys\nfrom launcher import preloaded\npreloaded.load()\nbefore = set(sys.modules)\n"
        "import webapp\nwebapp.create_app()\nprint(len(set(sys.modules) - before))\n"
    )
    env = environment(VIVA_HOME=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 20


@pytest.mark.full
def test_what_only_an_operator_with_redis_has_is_not_imported():
    named = set(preloaded._modules_of("webapp"))
    assert "webapp.core.redis_broker" in named
    assert "webapp.core.redis_transport" not in named


@pytest.mark.full
def test_all_is_imported_without_the_drivers_of_servers():
    code = (
        "import sys\n"
        "for name in ('redis', 'psycopg', 'boto3'):\n    sys.modules[name] = None\n"
        "from launcher import preloaded\npreloaded.load()\nprint('loaded')"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )
    assert answer.stdout.strip() == "loaded", answer.stderr[-400:]
