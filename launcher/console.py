"""What the person at the terminal sees while work goes on. Everything here goes to stderr: stdout is for results."""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


class Failure(Exception):
    """The work cannot go on; the message says what happened and what to do next."""


def say(text: str) -> None:
    """Print a line at once; a reader that went away is no reason to stop."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


class Step:
    """A step with a name, the time it has taken, and the latest word on how far it is.

    On a terminal one line that renews itself; elsewhere a line at the start, one every ten seconds, one at the end.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self.terminal = sys.stderr.isatty()
        self.started = self.shown = time.monotonic()
        self.detail = ""
        if not self.terminal:
            say(f"  {title} …")

    @property
    def seconds(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self.started

    def update(self, detail: str | None = None) -> None:
        """Show the time, and ``detail`` if there is news."""
        self.detail = detail if detail is not None else self.detail
        elapsed = f"{self.seconds:.0f} s"
        if self.terminal:
            width = shutil.get_terminal_size().columns
            line = f"  {self.title} … {elapsed}  {self.detail}"[: width - 1]
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - self.shown >= 10:
            self.shown = time.monotonic()
            say(f"  {self.title} … {elapsed}  {self.detail}".rstrip())

    def done(self, note: str = "") -> None:
        """Say that the step is finished."""
        start = "\r\x1b[K" if self.terminal else ""
        say(f"{start}  {self.title}: done in {self.seconds:.0f} s{f' ({note})' if note else ''}")

    def stop(self) -> None:
        """Leave the line, after something went wrong."""
        if self.terminal:
            say("")


def run_step(title: str, command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]) -> None:
    """Run ``command`` as a step, its last line of output as the detail.

    Raises Failure with an explanation where it ends with an error.
    """
    step = Step(title)
    output: list[str] = []
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        _follow(process, step, output)
    except BaseException:
        process.terminate()
        process.wait()
        step.stop()
        raise
    if process.returncode:
        step.stop()
        raise Failure(explain(title, "".join(output), cwd))
    step.done()


def _follow(process: subprocess.Popen[bytes], step: Step, output: list[str]) -> None:
    """Read what ``process`` prints until it ends."""
    if process.stdout is None:
        raise ValueError("what the process prints does not come here")
    descriptor = process.stdout.fileno()
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            if selector.select(timeout=0.5):
                data = os.read(descriptor, 65536)
                if not data:
                    break
                output.append(data.decode("utf-8", "replace"))
                # What stands after the last line's end is the beginning of a line that is still to come.
                lines = [line.strip() for line in "".join(output[-4:]).split("\n")[:-1] if line.strip()]
                step.update(lines[-1] if lines else None)
            else:
                step.update()
    process.wait()


#: What the tools say, and what it means. The first that fits counts.
_MEANINGS = (
    (
        r"No space left|os error 28|ENOSPC|Disk quota",
        "The disk is full. Viva's environment needs about 4 GB; {free} are free in {folder}. Make room and try again.",
    ),
    (
        r"hash mismatch|Hash mismatch|EINTEGRITY|integrity checksum failed",
        "A downloaded package is not the one that the lock file names, so it was thrown away. Try again; if it stays, "
        "a proxy or a mirror changes packages on the way: ask those who run your network.",
    ),
    (
        r"UnknownIssuer|invalid peer certificate|CERTIFICATE_VERIFY_FAILED|certificate verify failed|SELF_SIGNED|"
        r"UNABLE_TO_(GET|VERIFY)",
        "The package server's certificate is not trusted here. Install the package ca-certificates; on a company "
        "network set SSL_CERT_FILE to the company's certificate bundle. Then try again.",
    ),
    (
        r"dns error|failed to lookup|Could not connect|onnection refused|onnection reset|tcp connect|timed out|"
        r"error sending request|ENOTFOUND|EAI_AGAIN|ECONNRE|ETIMEDOUT|Name or service not known|"
        r"Temporary failure in name|unreachable|Failed to fetch|Failed to download",
        "The package server could not be reached. Check the network (and HTTPS_PROXY, if you need a proxy), then try "
        "again: what has been downloaded is kept.",
    ),
    (
        r"Permission denied|os error 13|EACCES|Read-only file system",
        "Viva may not write in {folder}. Give yourself the right to write there, or clone Viva where you have it.",
    ),
)


def explain(title: str, output: str, folder: Path) -> str:
    """Turn a tool's output into plain words, with what matters of it; all of it goes to ``.tools/last-error.log``."""
    free = f"{shutil.disk_usage(folder).free / 1e9:.1f} GB"
    meaning = next((text for pattern, text in _MEANINGS if re.search(pattern, output)), "It ended with an error.")
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"error|cannot|failed", line, re.IGNORECASE)][:6]
    shown = "\n".join(f"    {line[:200]}" for line in telling or lines[-6:])
    log = folder / ".tools" / "last-error.log"
    with contextlib.suppress(OSError):
        log.write_text(output, "utf-8")
    return f"{title}: {meaning.format(free=free, folder=folder)}\n  It said (all of it is in {log}):\n{shown}"
