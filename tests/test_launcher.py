"""What ``./viva`` says and does at the terminal."""

from __future__ import annotations

import argparse
import hashlib
import importlib.machinery
import importlib.util
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from launcher import bootstrap, console, fetch_uv, serving, testing, up
from launcher.console import Failure
from launcher.supervisor import Child, Process, Supervisor, start_program

ROOT = Path(__file__).resolve().parent.parent


def viva(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "viva"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)


def script() -> ModuleType:
    """The launcher's first file as a module: it has no suffix."""
    loader = importlib.machinery.SourceFileLoader("viva_script", str(ROOT / "viva"))
    spec = importlib.util.spec_from_loader("viva_script", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_help_names_every_command():
    answer = viva("--help")
    assert answer.returncode == 0
    named = "up test analyse transcript evaluate train bench build flask".split()
    for name in (*named, "admin create", "organisation create", "organisation list"):
        assert f"./viva {name}" in answer.stdout


@pytest.mark.parametrize(
    ("name", "value", "extras"),
    [
        ("VIVA_DATABASE_URL", "postgresql+psycopg://viva@db/viva", ["cluster"]),
        ("VIVA_DATABASE_URL", "sqlite:////tmp/viva.db", []),
        ("VIVA_BROKER_URL", "redis://localhost/0", ["cluster"]),
        ("VIVA_BROKER_URL", "amqp://guest@localhost//", ["cluster"]),
        ("VIVA_BROKER_URL", "filesystem://", []),
        ("VIVA_STORAGE", "s3://bucket/prefix", ["cluster"]),
        ("VIVA_TRACES", "http://127.0.0.1:4318", ["cluster"]),
        ("VIVA_PUBLIC_URL", "https://viva.example.org", []),
    ],
)
def test_drivers_of_servers_are_installed_where_the_settings_ask(name, value, extras):
    assert bootstrap.needed_extras({name: value}) == extras
    assert f"{bootstrap.CLUSTER} = [" in (ROOT / "pyproject.toml").read_text("utf-8")


def test_what_is_left_out_without_root_is_said(monkeypatch, capsys):
    monkeypatch.setattr(testing, "_PATH", "/nowhere")
    monkeypatch.setattr(testing, "_root_prefix", lambda: None)
    monkeypatch.setattr(testing.shutil, "which", lambda name, path=None: name if name == "apt-get" else None)
    testing.ensure_programs("Tests with Redis are left out", {"redis-server": "redis-server"})
    assert "Tests with Redis are left out (redis-server)" in capsys.readouterr().err


def test_help_of_up_names_its_options():
    answer = viva("up", "--help")
    assert answer.returncode == 0
    for option in ("--host", "--port", "--data", "--no-demo"):
        assert option in answer.stdout


def test_no_command_shows_the_help():
    answer = viva()
    assert answer.returncode == 2
    assert "./viva up" in answer.stdout


def test_version_is_the_projects():
    assert viva("--version").stdout == "Viva 0.1.0\n"


def test_unknown_command_suggests_one():
    answer = viva("analyze")
    assert answer.returncode == 2
    assert "no command 'analyze'" in answer.stderr
    assert "./viva analyse" in answer.stderr


def test_a_port_that_is_none_is_refused():
    answer = viva("up", "--port", "http")
    assert answer.returncode == 2
    assert "choose a number" in answer.stderr


class TestChoosingPython:
    def test_a_python_that_fits_goes_on(self):
        assert script().choose_python((3, 11)) is None

    def test_an_old_one_hands_over_to_a_newer_one(self, monkeypatch):
        module = script()
        monkeypatch.setattr(module.shutil, "which", lambda name: f"/usr/bin/{name}" if name == "python3.12" else None)
        assert module.choose_python((3, 9)) == "/usr/bin/python3.12"

    def test_an_old_one_alone_says_so(self, monkeypatch):
        module = script()
        monkeypatch.setattr(module.shutil, "which", lambda name: None)
        with pytest.raises(SystemExit, match=r"This is Python 3\.9, and Viva needs Python 3\.11"):
            module.choose_python((3, 9))

    def test_the_first_file_is_plain_enough_for_an_old_python(self):
        compile((ROOT / "viva").read_text("utf-8"), "viva", "exec", dont_inherit=True)
        source = (ROOT / "viva").read_text("utf-8")
        assert "annotations" not in source
        assert 'f"' not in source
        assert ":=" not in source


class TestStarting:
    def test_a_taken_port_is_named(self, tmp_path):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            answer = viva("up", "--port", str(port), "--data", str(tmp_path / "home"))
        assert answer.returncode == 1
        assert f"Port {port} on 127.0.0.1 is taken" in answer.stderr
        assert "--port" in answer.stderr

    def test_started_twice_on_one_folder_says_who_runs(self, tmp_path):
        with up._hold(tmp_path, "http://127.0.0.1:8000"):
            answer = viva("up", "--data", str(tmp_path))
        assert answer.returncode == 1
        assert (
            f"already runs on the data folder {tmp_path} (process {os.getpid()}, http://127.0.0.1:8000)"
            in answer.stderr
        )

    def test_a_folder_is_free_again_after_its_viva_has_gone(self, tmp_path):
        with up._hold(tmp_path, "http://127.0.0.1:8000"):
            pass
        with up._hold(tmp_path, "http://127.0.0.1:8001"):
            assert "8001" in (tmp_path / "viva.lock").read_text()

    def test_a_folder_that_cannot_be_used(self, tmp_path):
        (tmp_path / "file").write_text("")
        answer = viva("up", "--data", str(tmp_path / "file" / "home"))
        assert answer.returncode == 1
        assert "cannot be used" in answer.stderr
        assert "--data DIR" in answer.stderr

    def test_an_address_of_nobody(self, tmp_path):
        answer = viva("up", "--host", "192.0.2.1", "--data", str(tmp_path / "home"))
        assert answer.returncode == 1
        assert "cannot listen on 192.0.2.1" in answer.stderr


class TestLivePort:
    def test_it_is_the_next_one(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        found = up._live_listen("127.0.0.1", port)
        assert found.startswith("127.0.0.1:") and port < int(found.rpartition(":")[2]) <= port + 20

    def test_a_taken_one_is_passed_over(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            taken = other.getsockname()[1]
            assert up._live_listen("127.0.0.1", taken - 1) != f"127.0.0.1:{taken}"


class TestSupervisor:
    def supervise(self, tmp_path: Path, code: str, tick) -> Supervisor:
        def begin(arguments: list[str], leave) -> Process:
            return start_program([sys.executable, *arguments], cwd=tmp_path)

        child = Child("child", ["-c", code])
        supervisor = Supervisor([child], begin, logs=tmp_path / "logs")
        supervisor.run(lambda: tick(supervisor, child))
        return supervisor

    def test_it_leaves_no_grandchild(self, tmp_path):
        """A child that has a child of its own: both are gone afterwards."""
        code = (
            "import os, signal, subprocess, sys, time\n"
            "grandchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
            "open('pids', 'w').write(f'{os.getpid()} {grandchild.pid}\\n')\n"
            "time.sleep(600)\n"
        )
        pids = tmp_path / "pids"

        def tick(supervisor: Supervisor, child: Child) -> None:
            if pids.is_file() and pids.read_text().endswith("\n"):
                supervisor.ask_to_stop()

        self.supervise(tmp_path, code, tick)
        for pid in pids.read_text().split():
            assert not _is_alive(int(pid))

    def test_it_starts_again_what_dies_and_keeps_its_words(self, tmp_path, capsys):
        def tick(supervisor: Supervisor, child: Child) -> None:
            if child.failures >= 2:
                supervisor.ask_to_stop()

        supervisor = self.supervise(tmp_path, "print('alas', flush=True); raise SystemExit(3)", tick)
        assert supervisor.log_of("child").read_text().count("alas") == 2
        assert "The child process ended (exit code 3); it starts again in 1 s" in capsys.readouterr().err


def _is_alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_ctrl_c_stops_every_process(tmp_path):
    """The real thing: server and workers come up, SIGINT comes, and nothing is left."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        str(ROOT / "viva"),
        "up",
        "--no-demo",
        "--data",
        str(tmp_path / "home"),
        "--port",
        str(port),
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    for line in process.stdout:
        if line.startswith("  Data:"):
            break
    else:
        pytest.fail("./viva up ended before it was ready")
    deadline = time.monotonic() + 60
    while len(group := _processes_under(process.pid)) < 10 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert len(group) >= 10, "a server, the clock, three workers, each with children, and the live service"
    process.send_signal(signal.SIGINT)
    assert process.wait(40) == 0
    assert "Viva has stopped." in process.stdout.read()
    assert [pid for pid in group if _is_alive(pid)] == []


def _processes_under(root: int) -> list[int]:
    """Every descendant of a process."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found, new = [], [root]
    while new:
        new = [pid for pid, parent in parents.items() if parent in new]
        found += new
    return found


class TestFetchingUv:
    def test_what_is_not_the_pinned_file_is_thrown_away(self, tmp_path, monkeypatch):
        name, _digest = fetch_uv.wheel_for_this_machine()
        pages = {"simple/uv/": f'<a href="../../files/{name}#sha256=0">{name}</a>'.encode(), name: b"not the wheel"}
        self.serve(monkeypatch, pages)
        with pytest.raises(Failure, match="SHA-256 differs"):
            fetch_uv._fetch(tmp_path / "uv")
        assert not (tmp_path / "uv").exists()

    def test_the_program_is_unpacked_and_can_run(self, tmp_path, monkeypatch):
        wheel = io.BytesIO()
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(f"uv-{fetch_uv.VERSION}.data/scripts/uv", "#!/bin/sh\necho uv 1.2.3\n")
        digest = hashlib.sha256(wheel.getvalue()).hexdigest()
        monkeypatch.setattr(fetch_uv, "wheel_for_this_machine", lambda: ("uv.whl", digest))
        self.serve(monkeypatch, {"simple/uv/": b'<a href="/files/uv.whl">uv</a>', "uv.whl": wheel.getvalue()})
        target = fetch_uv._fetch(tmp_path / "tools" / "uv")
        assert subprocess.run([target], capture_output=True, text=True).stdout == "uv 1.2.3\n"

    def test_no_network_is_said_plainly(self, tmp_path, monkeypatch):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{port}/simple")
        with pytest.raises(Failure, match=r"could not be reached.*Check the network"):
            fetch_uv._fetch(tmp_path / "uv")

    @staticmethod
    def serve(monkeypatch, pages: dict[str, bytes]) -> None:
        def read(url, step=None):
            return next(content for end, content in pages.items() if url.endswith(end) or f"{end}#" in url)

        monkeypatch.setattr(fetch_uv, "_read", read)


@pytest.mark.parametrize(
    ("output", "meaning"),
    [
        ("error: No space left on device (os error 28)", "The disk is full"),
        ("npm ERR! code EINTEGRITY", "not the one that the lock file names"),
        ("error: Hash mismatch for `flask`", "not the one that the lock file names"),
        ("Caused by: dns error: failed to lookup address", "could not be reached"),
        ("Caused by: invalid peer certificate: UnknownIssuer", "certificate is not trusted"),
        ("error: Permission denied (os error 13)", "may not write"),
        ("something else", "ended with an error"),
    ],
)
def test_what_tools_say_is_explained(tmp_path, output, meaning):
    text = console.explain("Installing", output, tmp_path)
    assert meaning in text
    assert output in text


class TestRunningTests:
    @pytest.mark.parametrize(
        ("arguments", "parallel"),
        [
            ([], True),
            (["-m", "not browser", "-x"], True),
            (["--durations=5"], True),
            (["tests/ml"], False),
            (["-k", "face", "tests/ml"], False),
            (["--pdb"], False),
            (["-n0"], False),
        ],
    )
    def test_two_processes_unless_somebody_looks_closely(self, arguments, parallel):
        assert ("loadfile" in testing.pytest(arguments)) is parallel
        assert testing.pytest(arguments)[-len(arguments) or None :] == arguments or not arguments

    def test_the_slices_hold_every_long_test_once_and_the_daily_run_none(self, tmp_path):
        (tmp_path / "conftest.py").write_bytes((ROOT / "tests" / "conftest.py").read_bytes())
        (tmp_path / "test_x.py").write_text(
            "import pytest\n\n@pytest.mark.full\n@pytest.mark.parametrize('n', range(30))\ndef test_many(n): ...\n\n"
            "def test_daily(): ...\n"
        )
        (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = full\n")
        runs = [["-m", "full", f"--slice={number}"] for number in range(testing.SLICES)]
        *parts, daily, other, full = self.collected(tmp_path, [*runs, [], ["-m", "not browser"], ["-m", "full"]])
        everything = sorted(f"test_many[{number}]" for number in range(30))
        assert sorted(name for part in parts for name in part) == everything
        assert {len(part) for part in parts} == {30 // testing.SLICES, -(-30 // testing.SLICES)}
        assert daily == other == ["test_daily"]
        assert sorted(full) == everything

    def collected(self, folder: Path, runs: list[list[str]]) -> list[list[str]]:
        """The names of the tests that pytest collects in a folder with each of these arguments."""
        code = (
            "import json, pytest, sys\n"
            "class Seen:\n"
            "    def pytest_collection_finish(self, session): seen.append([item.name for item in session.items])\n"
            "seen = []\n"
            "for arguments in json.loads(sys.argv[1]):\n"
            "    pytest.main(['-q', '--co', '-p', 'no:cacheprovider', *arguments], plugins=[Seen()])\n"
            "print('\\n' + json.dumps(seen))\n"
        )
        line = [sys.executable, "-c", code, json.dumps(runs)]
        done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=True)
        return json.loads(done.stdout.splitlines()[-1])

    def test_the_closing_line_says_how_each_slice_went(self, monkeypatch, capsys):
        said = iter(["== 3 passed in 1.20s ==", "1 failed, 2 passed in 4.00s", "no tests ran in 0.01s"])
        status = iter([0, 1, 5])
        monkeypatch.setattr(
            testing,
            "pytest",
            lambda arguments: [sys.executable, "-c", f"print({next(said)!r}); raise SystemExit({next(status)})"],
        )
        assert testing.full([0, 1, 2], []) == 1
        last = capsys.readouterr().out.splitlines()[-1]
        assert last == "Slices: 0: 3 passed, 0 s; 1: FAILED, 1 failed, 2 passed, 0 s; 2: no tests ran, 0 s."

    def test_a_slice_is_of_the_long_matrices(self):
        answer = viva("test", "--slice", "3")
        assert answer.returncode == 1
        assert "--full --slice K" in answer.stderr


@pytest.mark.parametrize("elsewhere", [True, False])
def test_who_starts_empty_is_told_how_to_make_an_admin_there(tmp_path, capsys, elsewhere):
    options = argparse.Namespace(no_demo=True, elsewhere=elsewhere, host="127.0.0.1")
    serving._tell(tmp_path, "http://127.0.0.1:8000", options)
    command = f"./viva admin create --data {tmp_path}" if elsewhere else "./viva admin create"
    assert f"Make the first admin with:  {command}\n" in capsys.readouterr().out
