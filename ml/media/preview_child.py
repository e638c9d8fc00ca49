"""In a process of its own: draw the first pages of a file that somebody handed in, or take the words out of it.

Run as a script, with nothing of Viva: the file comes as standard input, what was made of it leaves by standard output,
one record after another. By then the process can open nothing: no file, no connection, no other process
(:func:`confine`). A record is a line of JSON (``picture``: how many bytes of WebP follow, ``text``; or ``blocks``) and
its picture; the last one says how many pages there are, or a ``fault``.
"""

from __future__ import annotations

import codecs
import ctypes
import io
import json
import math
import platform
import resource
import struct
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pypdfium2
from docx.table import Table
from PIL import Image, ImageOps, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

#: The width and height in pixels into which each page is fitted, and pixels of a picture that is decoded.
WIDTH, HEIGHT, PIXELS = 1000, 1414, 50_000_000
#: Bytes of what is made.
WRITTEN = 16 * 1024**2
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}

#: The only system calls that are left: computing, memory, and reading and writing what is open.
_CALLS = (
    "read write close fstat lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn writev sched_yield "
    "mremap madvise getpid exit gettimeofday gettid futex restart_syscall clock_gettime exit_group getrandom"
).split()
_NUMBERS = {
    "x86_64": (0xC000003E, (0, 1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 20, 24, 25, 28, 39, 60, 96, 186, 202, 219, 228,
                            231, 318)),
    "aarch64": (0xC00000B7, (63, 64, 57, 80, 62, 222, 226, 215, 214, 134, 135, 139, 66, 124, 216, 233, 172, 93, 169,
                             178, 98, 128, 113, 94, 278)),
}  # fmt: skip
_NEW_USER, _NEW_NETWORK, _NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 0x10000000, 0x40000000, 38, 22, 2
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000  # refused calls fail with EPERM
_LOAD, _EQUALS, _RETURN = 0x20, 0x15, 0x06


class Fault(Exception):
    """There can be no preview; the message is a code: ``locked``, ``broken``, ``too_large`` or ``empty``."""


def confine(processor_seconds: int, memory: int) -> list[str]:
    """Give up all that drawing does not need, for good; what could be given up, for tests.

    Everywhere: processor seconds, memory, bytes that are written, and no descriptor more than are open. On Linux also
    a user and a network of its own where the system allows it, and no system call but those that computing needs.
    """
    done = []
    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux":
        if libc.unshare(_NEW_USER | _NEW_NETWORK) == 0:
            done.append("namespaces")
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _limit(resource.RLIMIT_AS, used + memory)
    spent = resource.getrusage(resource.RUSAGE_SELF)  # by what loaded the libraries
    seconds = math.ceil(spent.ru_utime + spent.ru_stime) + processor_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    _limit(resource.RLIMIT_FSIZE, WRITTEN)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NPROC, 0)
    _limit(resource.RLIMIT_NOFILE, 0)
    done.append("limits")
    if sys.platform == "linux" and _filter_calls(libc):
        done.append("calls")
    return done


def _limit(what: int, most: int) -> None:
    resource.setrlimit(what, (most, most))


def _filter_calls(libc: Any) -> bool:
    """Leave this process only the calls of ``_CALLS``; False where that is not to be had."""
    architecture, numbers = _NUMBERS.get(platform.machine(), (0, ()))
    if not numbers or libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    count = len(numbers)
    program = [(_LOAD, 0, 0, 4), (_EQUALS, 1, 0, architecture), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    program += [(_EQUALS, count - at, 0, number) for at, number in enumerate(numbers)]
    program += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    return bool(libc.prctl(_SECCOMP, _FILTER, ctypes.byref(header), 0, 0) == 0)


def warm() -> None:
    """Have the libraries load what they load late: afterwards they can open nothing."""
    made = io.BytesIO()
    _shrunk(Image.new("RGB", (2, 2))).save(made, "WEBP")
    for name in _FORMATS.values():
        sample = io.BytesIO()
        Image.new("RGB", (2, 2)).save(sample, name)
        with Image.open(sample, formats=[name]) as picture:
            ImageOps.exif_transpose(picture).convert("RGB")
    blank = pypdfium2.PdfDocument.new()
    blank.new_page(10, 10)
    blank.save(made := io.BytesIO())
    list(_pages(made.getvalue(), 1, 1))
    document = docx.Document()
    document.add_heading("Warm")
    document.add_table(1, 1)
    document.save(made := io.BytesIO())
    list(_words(made.getvalue(), 10))
    for name in ("utf-16-le", "ascii", "latin-1"):
        codecs.lookup(name)


def drawn(content: bytes, media_type: str, pages: int, characters: int) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Records with their pictures, the last with ``total``. Raises Fault."""
    if media_type == "application/pdf":
        yield from _pages(content, pages, characters)
    elif media_type in _FORMATS:
        yield from _picture(content, _FORMATS[media_type])
    else:
        yield from _words(content, characters)


def _pages(content: bytes, pages: int, characters: int) -> Iterator[tuple[dict[str, Any], bytes]]:
    try:
        document = pypdfium2.PdfDocument(content)
        document.init_forms()
        total = len(document)
    except pypdfium2.PdfiumError as error:
        raise Fault("locked" if "password" in str(error).lower() else "broken") from None
    if not total:
        raise Fault("empty")
    for number in range(min(total, pages)):
        try:
            page = document[number]
            width, height = page.get_size()
            scale = min(WIDTH / max(width, 1.0), HEIGHT / max(height, 1.0))
            if width * scale < 1 or height * scale < 1:
                raise Fault("too_large")
            picture = page.render(scale=scale, may_draw_forms=True).to_pil()
            text = page.get_textpage().get_text_bounded()[:characters]
        except pypdfium2.PdfiumError:
            raise Fault("broken") from None
        yield {"text": text}, _webp(picture)
    yield {"total": total}, b""


def _picture(content: bytes, name: str) -> Iterator[tuple[dict[str, Any], bytes]]:
    try:
        with Image.open(io.BytesIO(content), formats=[name]) as picture:
            picture.draft("RGB", (WIDTH, HEIGHT))
            if picture.width * picture.height > PIXELS:
                raise Fault("too_large")
            upright = ImageOps.exif_transpose(picture)
            made = _webp(_shrunk(upright))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Fault("too_large") from None
    except (OSError, SyntaxError, ValueError, EOFError):
        raise Fault("broken") from None
    yield {"text": ""}, made
    yield {"total": 1}, b""


def _shrunk(picture: Image.Image) -> Image.Image:
    """The picture in the size of a page, on white where it lets light through."""
    picture.thumbnail((WIDTH, HEIGHT))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, "white")
        ground.alpha_composite(picture)
        picture = ground
    return picture.convert("RGB")


def _webp(picture: Image.Image) -> bytes:
    """Pixels alone: nothing that the file said about itself goes along."""
    plain = Image.frombytes("RGB", picture.size, picture.convert("RGB").tobytes())
    made = io.BytesIO()
    plain.save(made, "WEBP", quality=80, method=2)
    return made.getvalue()


def _words(content: bytes, characters: int) -> Iterator[tuple[dict[str, Any], bytes]]:
    """The words of a Word document: headings, paragraphs, lists and rows of tables, without pictures and columns."""
    blocks, left = [], characters
    try:
        for part in docx.Document(io.BytesIO(content)).iter_inner_content():
            for kind, text in _rows(part) if isinstance(part, Table) else [(_kind(part), part.text)]:
                if text.strip() and left > 0:
                    blocks.append([kind, text.strip()[:left]])
                    left -= len(text)
    except Fault:
        raise
    except MemoryError:
        raise
    except Exception:  # whatever a library says about what is no document: there is no list of it
        raise Fault("broken") from None
    if not blocks:
        raise Fault("empty")
    yield {"blocks": blocks, "cut": left <= 0}, b""
    yield {"total": 0}, b""


def _kind(paragraph: Any) -> str:
    name = (paragraph.style.name or "").lower() if paragraph.style is not None else ""
    if name == "title" or name.startswith("heading "):
        return "heading"
    return "item" if name.startswith("list") else "paragraph"


def _rows(table: Table) -> Iterator[tuple[str, str]]:
    for row in table.rows:
        texts: list[str] = []
        for cell in row.cells:  # one that spans columns comes once for each
            text = " ".join(cell.text.split())
            if text and text not in texts[-1:]:
                texts.append(text)
        yield "paragraph", " · ".join(texts)


def main(media_type: str, processor_seconds: int, memory: int, pages: int, characters: int) -> None:
    """Answer about the file that is standard input: its first ``pages``, with so many ``characters`` on each."""
    warnings.simplefilter("ignore")
    content = sys.stdin.buffer.read()
    warm()
    Image.MAX_IMAGE_PIXELS = None  # our own bound asks after a JPEG was told to come smaller
    out = sys.stdout.buffer
    confine(processor_seconds, memory)
    try:
        for record, picture in drawn(content, media_type, pages, characters):
            out.write(json.dumps({**record, "picture": len(picture)}).encode() + b"\n" + picture)
            out.flush()  # what is drawn stays, whatever the next page does
    except Fault as fault:
        out.write(json.dumps({"fault": str(fault)}).encode() + b"\n")
    except MemoryError:
        out.write(json.dumps({"fault": "too_large"}).encode() + b"\n")
    out.flush()


#: Read by name when a picture is opened.
_PLUGINS = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)

if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
