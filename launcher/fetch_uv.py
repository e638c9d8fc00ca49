"""Find or fetch uv, the tool that installs exactly what the lock file names. One wheel, pinned by its hash."""

from __future__ import annotations

import hashlib
import io
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from launcher.console import Failure, Step
from launcher.paths import TOOLS, certificates

VERSION = "0.13.8"
#: The oldest uv that reads our lock file and knows the settings that we use.
OLDEST = (0, 13)
#: (system, machine, C library) → wheel's platform tag and SHA-256, as https://pypi.org/simple/uv/ lists them.
WHEELS = {
    ("Linux", "x86_64", "glibc"): (
        "manylinux_2_17_x86_64.manylinux2014_x86_64",
        "e18a57b8b352eb7c8feb317b9f6f533c8f0ad9673fd6cf34bbe3cf1a9f6a8984",
    ),
    ("Linux", "x86_64", "musl"): (
        "musllinux_1_1_x86_64",
        "29451c60f5e8b07403e0a175d5229efc36b0289b34143ff4aaa499a5dd52553a",
    ),
    ("Linux", "aarch64", "glibc"): (
        "manylinux_2_28_aarch64",
        "5337c30bb893b4f9ce0ceb921ba2da0d13f649da644f40ad3bef84083bef0203",
    ),
    ("Linux", "aarch64", "musl"): (
        "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
        "0b3e8b1a4f5e405e31e2ff33de8af4744831e9f7338539671efbd8c3c94e791d",
    ),
    ("Darwin", "x86_64", ""): (
        "macosx_10_12_x86_64",
        "b7124ca1956ec2e476a1003ea5715a15f0266afaec37f4dc9c6972ba8183e6d1",
    ),
    ("Darwin", "arm64", ""): (
        "macosx_11_0_arm64",
        "62b6943c7fd64fac6854f780bea6e0359e5a5bc3241f83ee357bb38276afac49",
    ),
}


def index_url() -> str:
    """The package index: the first that the environment names, else PyPI."""
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        if os.environ.get(name):
            return os.environ[name].rstrip("/") + "/"
    return "https://pypi.org/simple/"


def find_uv() -> Path:
    """A uv that will do: ours, else one on the PATH, else fetch ours."""
    ours = TOOLS / f"uv-{VERSION}" / "uv"
    if ours.is_file():
        return ours
    for folder in os.get_exec_path():
        path = Path(folder) / "uv"
        if os.access(path, os.X_OK) and _is_suitable(path):
            return path
    return _fetch(ours)


def _is_suitable(path: Path) -> bool:
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return False
    found = re.match(r"uv (\d+)\.(\d+)", answer.stdout)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST


def wheel_for_this_machine() -> tuple[str, str]:
    """The file name and the SHA-256 of the wheel that runs here. Raises Failure where there is none."""
    system, machine = platform.system(), platform.machine()
    machine = {"amd64": "x86_64", "AMD64": "x86_64"}.get(machine, machine)
    library = ""
    if system == "Linux":
        machine = {"arm64": "aarch64"}.get(machine, machine)
        library = "glibc" if platform.libc_ver()[0] == "glibc" else "musl"
    try:
        tag, digest = WHEELS[system, machine, library]
    except KeyError:
        raise Failure(
            f"Viva does not know this kind of machine ({system}, {machine}). It runs on Linux and macOS, on x86-64 and "
            "64-bit ARM. If uv runs here, install it yourself (https://docs.astral.sh/uv/) and start again."
        ) from None
    return f"uv-{VERSION}-py3-none-{tag}.whl", digest


class _Links(HTMLParser):
    """Collects what a page of a package index (PEP 503) links to."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.targets += [value for name, value in attrs if name == "href" and value]


def _fetch(target: Path) -> Path:
    name, digest = wheel_for_this_machine()
    index = index_url()
    step = Step("Fetching uv, which installs the rest")
    try:
        page = urljoin(index, "uv/")
        links = _Links()
        links.feed(_read(page).decode("utf-8", "replace"))
        link = next((link for link in links.targets if urlsplit(link).path.endswith(f"/{name}")), None)
        if link is None:
            raise Failure(f"The package index {index} does not hold {name}. Choose another with UV_DEFAULT_INDEX.")
        wheel = _read(urljoin(page, link), step)
    except (OSError, urllib.error.URLError) as error:
        step.stop()
        raise Failure(_explain(error, index)) from None
    if hashlib.sha256(wheel).hexdigest() != digest:
        step.stop()
        raise Failure(
            f"What came as {name} is not what its makers published (SHA-256 differs), so it was thrown away. Try "
            "again; if it stays, something between you and the package index changes files: ask whoever runs your "
            "network."
        )
    try:
        _unpack(wheel, target)
    except OSError as error:
        step.stop()
        raise Failure(
            f"Viva could not write {target}: {error.strerror}. Make room or give yourself the right."
        ) from None
    step.done()
    return target


def _unpack(wheel: bytes, target: Path) -> None:
    """Write the program inside ``wheel`` to ``target``: whole or not at all."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        member = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name("uv.part")
        with archive.open(member) as source, part.open("wb") as output:
            shutil.copyfileobj(source, output)
    part.chmod(0o755)
    part.replace(target)


def _read(url: str, step: Step | None = None) -> bytes:
    """Fetch ``url`` into memory (the wheel has 20 to 30 MB)."""
    if not url.startswith(("https://", "http://")):
        raise Failure(f"The package index must be reached by https, not {url}. Set UV_DEFAULT_INDEX.")
    request = urllib.request.Request(url, headers={"User-Agent": f"viva (Python {sys.version.split()[0]})"})  # noqa: S310
    parts, received = [], 0
    with urllib.request.urlopen(request, timeout=60, context=_tls()) as answer:  # noqa: S310
        total = int(answer.headers.get("Content-Length") or 0)
        while part := answer.read(1 << 18):
            parts.append(part)
            received += len(part)
            if step:
                step.update(f"{received / 1e6:.0f} of {total / 1e6:.0f} MB" if total else f"{received / 1e6:.0f} MB")
    return b"".join(parts)


def _tls() -> ssl.SSLContext:
    """Check servers against the system's certificates.

    A bare system has none. Then the connection is not authenticated, and need not be: what comes is only used if it
    has the hash that stands above.
    """
    if bundle := certificates():
        return ssl.create_default_context(cafile=bundle)
    context = ssl.create_default_context()
    if not context.get_ca_certs() and not any(Path(ssl.get_default_verify_paths().capath or "/-").glob("*")):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _explain(error: OSError, index: str) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(error, urllib.error.HTTPError):
        return f"The package index {index} answered with an error ({error.code} {error.reason}). Try again later."
    if isinstance(reason, ssl.SSLCertVerificationError):
        return (
            f"The certificate of {index} is not trusted here. Install the package ca-certificates; on a company "
            "network set SSL_CERT_FILE to the company's certificate bundle."
        )
    return (
        f"The package index {index} could not be reached ({reason}). Check the network (and HTTPS_PROXY, if you need a "
        "proxy), then try again."
    )
