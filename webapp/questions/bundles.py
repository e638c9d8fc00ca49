"""The library as a zip: its JSON, and beside it the clips that ask questions, with their captions. Nothing commits.

A zip is read in place and never unpacked to disk. A clip out of one is taken in as if somebody had uploaded it, so the
worker's confined process decodes it to its end before anybody sees it (webapp/clips/preparing.py).
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import IO, Any

from flask_babel import gettext as _

from ml.core.errors import VivaError
from ml.transcripts.captions import to_vtt
from webapp.accounts.models import User
from webapp.clips import operations as clips
from webapp.clips.models import Clip
from webapp.core.storage import storage
from webapp.core.translation import languages
from webapp.questions import exchange
from webapp.questions.exchange import ExchangeError
from webapp.questions.library import Draft
from webapp.questions.library_models import LibraryItem

_DOCUMENT = "library.json"
_MEDIA, _CAPTIONS = re.compile(r"clips/[0-9]{1,4}\.(webm|mp4)"), re.compile(r"clips/[0-9]{1,4}\.vtt")
_MARKS = {"webm": (0, b"\x1a\x45\xdf\xa3"), "mp4": (4, b"ftyp")}
#: What reading something raises that is no zip of ours.
_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, KeyError, ValueError, TypeError, AttributeError, OSError,
    EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip
_PARTS = 2 * exchange.MOST + 1


@dataclass(frozen=True)
class Media:
    """A clip as it lies in a zip; ``captions`` is WebVTT, and empty where nothing is spoken."""

    content: bytes
    captions: bytes
    language: str

    @property
    def sha256(self) -> str:
        """By which the same file is known again."""
        return hashlib.sha256(self.content).hexdigest()


def write(items: Iterable[tuple[Draft, Clip | None]], target: IO[bytes]) -> None:
    """Write a zip of questions to ``target``.

    With the clips that candidates may see: those whose captions a person has read.
    """
    rows, drafts = [], []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for number, (draft, clip) in enumerate(items, 1):
            drafts.append(draft)
            rows.append(_put(archive, number, clip) if clip is not None and clip.is_shown else None)
        document = json.loads(exchange.to_json(drafts))
        for item, row in zip(document["items"], rows, strict=True):
            item["clip"] = row
        archive.writestr(_DOCUMENT, json.dumps(document, ensure_ascii=False, indent=1), zipfile.ZIP_DEFLATED)


def _put(archive: zipfile.ZipFile, number: int, clip: Clip) -> dict[str, str] | None:
    content, words = storage.read(clip.key), clip.words
    if content is None:
        return None
    row = {"media": f"clips/{number}.{clip.suffix}", "captions": "", "language": ""}
    archive.writestr(row["media"], content)
    if words is not None and words.timed:
        row |= {"captions": f"clips/{number}.vtt", "language": words.language or ""}
        archive.writestr(row["captions"], to_vtt(words, clip.seconds))
    return row


def read(content: bytes) -> list[tuple[Draft, Media | None]]:
    """The questions of a zip with their clips. Raises ExchangeError for one that is damaged, or whose parts are
    larger than they may be, or of another kind."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if len(archive.infolist()) > _PARTS:
                raise ExchangeError(_("At most %(number)s questions at once.", number=exchange.MOST))
            document = _part(archive, _DOCUMENT, exchange.LARGEST)
            drafts = exchange.read(document, _DOCUMENT)
            given = [item.get("clip") for item in json.loads(document)["items"]]
            rows = enumerate(zip(drafts, given, strict=True), 1)
            return [(draft, _media(archive, row, place)) for place, (draft, row) in rows]
    except _DAMAGED as fault:
        if isinstance(fault, ExchangeError):
            raise
        raise ExchangeError(_("This is no file of a question library, or it is damaged.")) from None


def _part(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    with archive.open(name) as part:
        content = part.read(largest + 1)
    if len(content) > largest:
        raise ExchangeError(_("%(name)s in this file is too large.", name=name))
    return content


def _media(archive: zipfile.ZipFile, row: Mapping[str, Any] | None, place: int) -> Media | None:
    if not row:
        return None
    name, captions = str(row["media"]), str(row.get("captions") or "")
    kind = _MEDIA.fullmatch(name)
    if kind is None or (captions and not _CAPTIONS.fullmatch(captions)):
        raise ValueError(name)
    content = _part(archive, name, clips.LARGEST)
    at, mark = _MARKS[kind[1]]
    if content[at : at + len(mark)] != mark:
        raise ExchangeError(_("Entry %(place)s: its clip is neither a video nor sound.", place=place))
    language = str(row.get("language") or "")
    written = _part(archive, captions, clips.LONGEST_TEXT * 10) if captions else b""
    return Media(content, written, language if language in languages() else "")


def with_clip(draft: Draft, media: Media | None, earlier: LibraryItem | None, *, by: User) -> Draft:
    """``draft`` with its clip: the earlier version's where it is the same file, else one that is taken in now.

    Raises ClipError, and ExchangeError for captions that are none.
    """
    if media is None:
        return draft
    if earlier is not None and earlier.clip is not None and media.sha256 in _known(earlier):
        return replace(draft, clip_id=earlier.clip_id, clip_sha256=earlier.clip_sha256)
    clip = clips.receive(io.BytesIO(media.content), by=by)
    try:
        if media.captions:
            clips.give_captions(clip, media.captions, language=media.language)
        else:
            clips.confirm_silent(clip)
    except VivaError as fault:
        raise ExchangeError(str(fault)) from None
    return replace(draft, clip_id=clip.id, clip_sha256=media.sha256)


def _known(row: LibraryItem) -> set[str]:
    """The hashes by which an item's clip is the same: as it came, and as it lies here."""
    here = storage.read(row.clip.key) if row.clip is not None and row.clip.suffix else None
    return {*([row.clip_sha256] if row.clip_sha256 else []), *([hashlib.sha256(here).hexdigest()] if here else [])}
