"""Previews of files that people hand in: pages as pictures, or the words of a document, made by a confined process.

What such a file holds is read by a lot of C, and it comes from anybody. So it is read where nothing is to be had
(`ml.media.preview_child`): no network, no file, no environment, bounded memory and time. What comes back is checked.
"""

from __future__ import annotations

import json
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from ml.core import children
from ml.media.sandbox import SandboxFailedError

#: Processor seconds for all pages, and seconds after which a process is ended that does not even compute.
PROCESSOR_SECONDS, PATIENCE = 15, 90.0
#: Pages that are drawn, and characters that are taken out of each, or out of a document.
PAGES, CHARACTERS = 5, 20_000
#: Bytes that the process may allocate beyond what its libraries take to begin with.
MEMORY = 512 * 1024**2
_CHILD = Path(__file__).with_name("preview_child.py")
_CODES = {"locked", "broken", "too_large", "empty"}
_KINDS = {"heading", "item", "paragraph"}


class PreviewError(ValueError):
    """No preview can be made of this file: ``code`` is ``locked``, ``broken``, ``too_large``, ``too_long`` or
    ``empty``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Page:
    """One page: a picture (WebP), and the text on it, which may be empty."""

    picture: bytes
    text: str


@dataclass
class Preview:
    """The first pages of ``total``; or, of a document that is words alone, its ``blocks`` (``heading``, ``item`` or
    ``paragraph``, and the text). ``cut`` says that there is more than is here."""

    pages: list[Page] = field(default_factory=list)
    total: int = 0
    blocks: list[tuple[str, str]] = field(default_factory=list)
    cut: bool = False


def make(path: Path, media_type: str, *, processor_seconds: int = PROCESSOR_SECONDS, memory: int = MEMORY) -> Preview:
    """A preview of the file at ``path``, which is of ``media_type`` (a PDF, a picture, a Word document).

    Pages that are drawn before a bound ends the process are kept. Raises PreviewError where there are none, OSError
    where the disk fails us, and SandboxFailedError where the process ended for a reason of the machine: try again.
    """
    bounds = (processor_seconds, memory, PAGES, CHARACTERS)
    what = ("-I", str(_CHILD), media_type, *map(str, bounds))
    with path.open("rb") as source, tempfile.TemporaryFile() as made, tempfile.TemporaryFile() as errors:
        with children.start(*what, stdin=source, stdout=made, stderr=errors, env={}, cwd="/") as child:
            try:
                child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                pass
            finally:
                child.kill()
        status = child.returncode
        made.seek(0)
        found, fault = _read(made)
        errors.seek(max(0, errors.seek(0, 2) - 300))
        complaints = errors.read().decode("utf-8", "replace")
    if found.pages or found.blocks:
        found.cut = found.cut or found.total > len(found.pages) or fault is not None or status != 0
        found.total = max(found.total, len(found.pages))
        return found
    if fault is not None:
        raise PreviewError(fault if fault in _CODES else "broken")
    if status == -signal.SIGXCPU:
        raise PreviewError("too_long")
    if status in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGILL):
        raise PreviewError("broken")
    raise SandboxFailedError(f"exit status {status}: {complaints}")


def _read(made: IO[bytes]) -> tuple[Preview, str | None]:
    """What the process wrote, as far as it is whole and what it should be; and the fault that it names."""
    found, fault = Preview(), None
    for record, picture in _records(made):
        blocks, total = record.get("blocks"), record.get("total")
        if "fault" in record:
            fault = str(record["fault"])
        elif picture and len(found.pages) < PAGES and picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
            found.pages.append(Page(picture, str(record.get("text", ""))[:CHARACTERS]))
        elif isinstance(blocks, list):
            found.blocks = [
                (kind, str(text)[:CHARACTERS])
                for kind, text in (each for each in blocks[:CHARACTERS] if isinstance(each, list) and len(each) == 2)
                if isinstance(kind, str) and kind in _KINDS
            ]
            found.cut = record.get("cut") is True
        elif isinstance(total, int):
            found.total = total
    return found, fault


def _records(made: IO[bytes]) -> Iterator[tuple[dict[str, Any], bytes]]:
    while line := made.readline():
        try:
            record = json.loads(line)
            size = int(record.get("picture", 0))
        except (ValueError, AttributeError, TypeError, RecursionError):
            return
        picture = made.read(size) if size > 0 else b""
        if len(picture) != max(0, size):
            return
        yield record, picture
