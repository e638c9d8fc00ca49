"""Make the environment and build the front end, and only what changed since the last time."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from launcher.console import Failure, run_step, say
from launcher.fetch_uv import find_uv, index_url
from launcher.paths import PYTHON, ROOT, TOOLS, VENV, certificates, environment, node, python_tag

#: The environment with its cache needs about this much, in bytes.
ROOM = 3_500_000_000
#: What uv calls an extra: what only some installations need.
CLUSTER = "cluster"
#: Settings that name a server, and how the addresses begin for which the extra has the driver.
SERVERS = {
    "VIVA_DATABASE_URL": ("postgresql", "postgres:"),
    "VIVA_BROKER_URL": ("redis:", "rediss:", "amqp:", "amqps:", "pyamqp:"),
    "VIVA_RATELIMIT_URL": ("redis:", "rediss:"),
    "VIVA_STORAGE": ("s3:",),
    "VIVA_TRACES": ("http:", "https:"),
}
#: Pythons newer than this have no wheels of TensorFlow yet.
NEWEST = (3, 13)
STATIC = ROOT / "webapp" / "static"


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One launcher at a time makes the environment; a second one waits."""
    try:
        TOOLS.mkdir(exist_ok=True)
        lock = (TOOLS / "lock").open("w")
    except OSError as error:
        raise Failure(
            f"Viva cannot write in {ROOT} ({error.strerror}). Give yourself the right, or clone it elsewhere."
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("  Another ./viva is preparing the environment; waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure_environment(*groups: str) -> None:
    """Make ``.venv`` hold what uv.lock names, with the dependency ``groups`` of pyproject.toml, and with the
    drivers of servers where the settings name such. Nothing is removed."""
    with alone():
        stamp = VENV / ".viva-stamp"
        wanted = {"frontend", *groups, *needed_extras(os.environ)}
        inputs = _digest([ROOT / "uv.lock", ROOT / "pyproject.toml"])
        made_from, *held = (_read(stamp) or "-").split()
        if made_from == inputs and wanted <= set(held) and _runs(PYTHON):
            return
        if made_from == inputs:
            wanted |= set(held)
        _check_room()
        uv = find_uv()
        stamp.unlink(missing_ok=True)
        _sync(uv, sorted(wanted))
        stamp.write_text(" ".join([inputs, *sorted(wanted)]))


def needed_extras(settings: Mapping[str, str]) -> list[str]:
    """The extras of pyproject.toml that the settings ask for: none for SQLite, files and a folder."""
    asked = any(settings.get(name, "").strip().startswith(begins) for name, begins in SERVERS.items())
    return [CLUSTER] if asked else []


def _sync(uv: Path, groups: list[str]) -> None:
    chosen = [argument for one in groups for argument in ("--extra" if one == CLUSTER else "--group", one)]
    python, downloads = _python_for_uv()
    env = uv_environment(UV_PYTHON_DOWNLOADS=downloads)
    title = f"Installing Python packages{' (about 1 GB the first time)' if not VENV.exists() else ''}"
    if index_url().startswith("https://pypi.org/"):
        sync: list[str | Path] = [
            uv,
            "sync",
            "--frozen",
            "--inexact",
            "--no-default-groups",
            *chosen,
            "--python",
            python,
        ]
        run_step(title, sync, cwd=ROOT, env=env)
        return
    # The lock file names PyPI's addresses. Where packages come from a mirror, install its versions and hashes from
    # there.
    listing = TOOLS / "requirements.txt"
    export: list[str | Path] = [
        uv,
        "export",
        "--frozen",
        "--no-default-groups",
        *chosen,
        "--no-emit-project",
        "-q",
        "-o",
        listing,
    ]
    run_step("Reading the lock file", export, cwd=ROOT, env=env)
    if not _runs(PYTHON):
        run_step("Making the environment", [uv, "venv", "--clear", "--python", python, VENV], cwd=ROOT, env=env)
    install: list[str | Path] = [
        uv,
        "pip",
        "install",
        "--python",
        PYTHON,
        "--require-hashes",
        "--default-index",
        index_url(),
        "-r",
        listing,
    ]
    run_step(title, install, cwd=ROOT, env=env)


def _python_for_uv() -> tuple[str, str]:
    """Which Python the environment is made with, and whether uv may fetch one (``never`` or ``automatic``)."""
    if sys.version_info[:2] <= NEWEST:
        return sys.executable, "never"
    for minor in range(NEWEST[1], 10, -1):
        if path := shutil.which(f"python3.{minor}"):
            return path, "never"
    say(f"  This is Python {python_tag()}; some packages are not made for it yet. Python 3.13 is fetched beside it.")
    return "3.13", "automatic"


def uv_environment(**more: str) -> dict[str, str]:
    """What uv is told: one environment, the system's certificates where it has any."""
    env = environment(UV_PROJECT_ENVIRONMENT=str(VENV), **more)
    if bundle := certificates():
        env.setdefault("UV_SYSTEM_CERTS", "1")
        env.setdefault("SSL_CERT_FILE", bundle)
    return env


def ensure_packages(force: bool = False) -> None:
    """Make ``node_modules`` hold what package-lock.json names, if that changed, or with ``force``."""
    with alone():
        _install_packages(force)


def ensure_frontend(force: bool = False) -> None:
    """Build ``webapp/static/dist`` if what it is made from changed, or with ``force``."""
    with alone():
        packages = _install_packages(force)
        sources = packages + _digest(_frontend_sources())
        stamp = STATIC / "dist" / ".viva-stamp"
        if force or _read(stamp) != sources or not (STATIC / "dist" / "manifest.json").is_file():
            npm, env = _npm()
            run_step("Building the front end", [*npm, "run", "build"], cwd=ROOT, env=env)
            stamp.write_text(sources)


def _install_packages(force: bool) -> str:
    """Install the front end's packages where the lock file changed; the lock file's digest."""
    packages = _digest([ROOT / "package.json", ROOT / "package-lock.json"])
    stamp = ROOT / "node_modules" / ".viva-stamp"
    if force or _read(stamp) != packages:
        npm, env = _npm()
        run_step("Installing the front end's packages", [*npm, "ci"], cwd=ROOT, env=env)
        stamp.write_text(packages)
    return packages


def _npm() -> tuple[list[Path], dict[str, str]]:
    """How npm is started, and its environment."""
    try:
        program = node()
    except FileNotFoundError as error:
        raise Failure(str(error)) from None
    env = environment(npm_config_update_notifier="false", npm_config_fund="false", npm_config_audit="false")
    env["PATH"] = os.pathsep.join((str(program.parent), env.get("PATH", "")))
    if bundle := certificates():
        env.setdefault("NODE_EXTRA_CA_CERTS", bundle)
    return [program, program.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"], env


def _frontend_sources() -> Iterable[Path]:
    yield STATIC / "build.mjs"
    for folder in ("css", "js"):
        yield from sorted(path for path in (STATIC / folder).rglob("*") if path.is_file())


def _digest(paths: Iterable[Path]) -> str:
    """One hash over the names and the contents of files."""
    total = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        total.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8").strip()
    except OSError:
        return None


def _runs(python: Path) -> bool:
    """Whether the environment's Python is still there: an upgrade of the system's may have taken it away."""
    try:
        return subprocess.run([python, "-S", "-c", ""], timeout=30, capture_output=True).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _check_room() -> None:
    free = shutil.disk_usage(ROOT).free
    if not VENV.exists() and free < ROOM:
        raise Failure(
            f"Viva's environment needs about {ROOM / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free in {ROOT}. "
            "Make room, then try again."
        )
