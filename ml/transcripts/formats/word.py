"""Word documents (ISO/IEC 29500) as Teams and others write transcripts: paragraphs with a name and a time."""

from __future__ import annotations

import io
import zipfile
import zlib
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ml.transcripts.formats.cues import Cue, unreadable
from ml.transcripts.formats.text import is_transcript, read_text
from ml.transcripts.formats.timed import read_timed

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: No document's text is larger than this when it is unpacked (bytes).
_LARGEST = 20_000_000


def read_word(data: bytes) -> list[Cue]:
    """The turns of a transcript. Raises CaptionsError (``format``) for every other document."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("word/document.xml") as stream:
            content = stream.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise unreadable()
        root = fromstring(content)
    except (
        zipfile.BadZipFile,
        KeyError,
        ParseError,
        DefusedXmlException,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        EOFError,
        zlib.error,
    ):
        raise unreadable() from None
    text = "\n".join(_paragraph(paragraph) for paragraph in root.iter(f"{_W}p"))
    timed = read_timed(text)
    cues = timed[1] if timed else read_text(text)
    if not is_transcript(cues):
        raise unreadable()
    return cues


def _paragraph(paragraph) -> str:
    pieces = []
    for element in paragraph.iter():
        if element.tag == f"{_W}t":
            pieces.append(element.text or "")
        elif element.tag in (f"{_W}br", f"{_W}cr"):
            pieces.append("\n")
        elif element.tag == f"{_W}tab":
            pieces.append(" ")
    return "".join(pieces)
