"""One way into every format: bytes in, cues out."""

from __future__ import annotations

from dataclasses import replace

import pysubs2

from ml.transcripts.formats import encoding
from ml.transcripts.formats.cues import CaptionsError, Cue, TranscriptFile, kept, unreadable
from ml.transcripts.formats.json_files import read_json
from ml.transcripts.formats.markup import decode_entities
from ml.transcripts.formats.rolling import said_once
from ml.transcripts.formats.speakers import named
from ml.transcripts.formats.text import read_text
from ml.transcripts.formats.timed import read_timed
from ml.transcripts.formats.word import read_word

LARGEST = 2_000_000  # characters of a file


def read(data: bytes | str) -> TranscriptFile:
    """What a file of captions or a transcript says, told apart by its content and never by its name.

    Raises CaptionsError in words for the person: ``empty``, ``too_large``, ``format`` (the formats are named),
    ``encoding``, ``times`` (a cue that ends before it starts).
    """
    if len(data) > (LARGEST if isinstance(data, str) else 4 * LARGEST):
        raise _too_large()
    if isinstance(data, bytes) and data.startswith(b"PK\x03\x04"):
        return _checked("docx", read_word(data))
    text = encoding.decode(data) if isinstance(data, bytes) else data.lstrip("\ufeff").replace("\x00", "")
    if len(text) > LARGEST:
        raise _too_large()
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\u2028", "\n")
    return _checked(*_read(text))


def _read(text: str) -> tuple[str, list[Cue]]:
    head = text.lstrip()
    if head.startswith(("{", "[")) and not head.startswith("{\\") and _is_json(head):
        return "json", named(read_json(text))
    if "[script info]" in text[:2000].casefold():
        return "ass", named(_substation(text))
    if timed := read_timed(text):
        name, cues = timed
        return name, named(said_once(cues))
    return "text", read_text(text)


def _is_json(head: str) -> bool:
    """Whether a text that begins with a bracket is meant as JSON: “[00:03] Hello” and “[Music]” are not."""
    following = head[1:].lstrip()[:1]
    return following in ('"', "}") if head[0] == "{" else following in ("{", "[", "]")


def _substation(text: str) -> list[Cue]:
    try:
        # Named, since many files lack the header by which the library would know them.
        form = "ssa" if "[v4 styles]" in text.casefold() else "ass"
        events = pysubs2.SSAFile.from_string(text, format_=form).events
    except (pysubs2.exceptions.Pysubs2Error, ValueError, KeyError, IndexError, AttributeError):
        raise unreadable() from None
    return [
        Cue(event.start / 1000, event.end / 1000, event.name.strip() or None, decode_entities(event.plaintext))
        for event in sorted(events, key=lambda event: event.start)
        if not event.is_comment and not event.is_drawing
    ]


def _checked(name: str, cues: list[Cue]) -> TranscriptFile:
    found = kept(cues)
    if not found:
        raise CaptionsError("empty", "There are no words in this file. Choose another file.")
    for number, cue in enumerate(found, 1):
        if cue.start is not None and cue.end is not None and cue.end < cue.start:
            raise CaptionsError("times", f"Caption {number} ends before it starts. Mend its times and try again.")
    rounded = (
        replace(cue, start=cue.start and round(cue.start, 3), end=cue.end and round(cue.end, 3)) for cue in found
    )
    return TranscriptFile(name, tuple(rounded))


def _too_large() -> CaptionsError:
    return CaptionsError("too_large", "This file is too large for a transcript. Choose the file of this answer.")
