"""The library as a zip: its JSON, and beside it the clips that ask questions, with their captions, and those that sign
them. Nothing commits.

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
from webapp.questions import exchange, operations
from webapp.questions.exchange import ExchangeError
from webapp.questions.library import Draft, clips_of, draft_of
from webapp.questions.library_models import LibraryItem

_DOCUMENT = "library.json"
_MEDIA, _CAPTIONS = re.compile(r"clips/[0-9]{1,4}(?:-sign)?\.(webm|mp4)"), re.compile(r"clips/[0-9]{1,4}\.vtt")
_MARKS = {"webm": (0, b"\x1a\x45\xdf\xa3"), "mp4": (4, b"ftyp")}
#: What reading something raises that is no zip of ours.
_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, KeyError, ValueError, TypeError, AttributeError, OSError,
    EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip
_PARTS = 3 * exchange.MOST + 1


@dataclass(frozen=True)
class Media:
    """A clip as it lies in a zip; ``captions`` is WebVTT, and empty where nothing is spoken. ``language`` is that of
    the captions, or the name of the sign language."""

    content: bytes
    captions: bytes
    language: str

    @property
    def sha256(self) -> str:
        """By which the same file is known again."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Entry:
    """A question of a file, with its clip and the one that signs it, where there are such."""

    draft: Draft
    clip: Media | None = None
    sign: Media | None = None


def write(items: Iterable[LibraryItem], target: IO[bytes]) -> None:
    """Write a zip of questions to ``target``.

    With the clips that candidates may see: those whose captions a person has read.
    """
    rows, drafts = [], []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for number, item in enumerate(items, 1):
            drafts.append(draft_of(item))
            clip = _put(archive, str(number), item.clip) if item.clip and item.clip.is_shown else None
            sign = _put(archive, f"{number}-sign", item.signed) if item.signed else None
            rows.append({"clip": clip, "sign": sign and sign | {"language": item.sign_language}})
        document = json.loads(exchange.to_json(drafts))
        for entry, row in zip(document["items"], rows, strict=True):
            entry |= row
        archive.writestr(_DOCUMENT, json.dumps(document, ensure_ascii=False, indent=1), zipfile.ZIP_DEFLATED)


def _put(archive: zipfile.ZipFile, name: str, clip: Clip) -> dict[str, str] | None:
    content, words = storage.read(clip.key), clip.words
    if content is None:
        return None
    row = {"media": f"clips/{name}.{clip.suffix}", "captions": "", "language": ""}
    archive.writestr(row["media"], content)
    if words is not None and words.timed:
        row |= {"captions": f"clips/{name}.vtt", "language": words.language or ""}
        archive.writestr(row["captions"], to_vtt(words, clip.seconds))
    return row


def read(content: bytes) -> list[Entry]:
    """The questions of a zip with their clips. Raises ExchangeError for one that is damaged, or whose parts are
    larger than they may be, or of another kind."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if len(archive.infolist()) > _PARTS:
                raise ExchangeError(_("At most %(number)s questions at once.", number=exchange.MOST))
            document = _part(archive, _DOCUMENT, exchange.LARGEST)
            drafts = exchange.read(document, _DOCUMENT)
            rows = enumerate(zip(drafts, json.loads(document)["items"], strict=True), 1)
            return [
                Entry(draft, _clip(archive, item.get("clip"), place), _sign(archive, item.get("sign"), place))
                for place, (draft, item) in rows
            ]
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


def _clip(archive: zipfile.ZipFile, row: Mapping[str, Any] | None, place: int) -> Media | None:
    """What asks a question, with its captions."""
    if not row:
        return None
    captions, language = str(row.get("captions") or ""), str(row.get("language") or "")
    if captions and not _CAPTIONS.fullmatch(captions):
        raise ValueError(captions)
    content = _media(archive, row, place)
    written = _part(archive, captions, clips.LONGEST_TEXT * 10) if captions else b""
    return Media(content, written, language if language in languages() else "")


def _sign(archive: zipfile.ZipFile, row: Mapping[str, Any] | None, place: int) -> Media | None:
    """What signs a question."""
    if not row:
        return None
    language = " ".join(str(row["language"]).split())
    if not 0 < len(language) <= operations.LONGEST_SIGN_LANGUAGE:
        raise ValueError(language)
    return Media(_media(archive, row, place), b"", language)


def _media(archive: zipfile.ZipFile, row: Mapping[str, Any], place: int) -> bytes:
    name = str(row["media"])
    kind = _MEDIA.fullmatch(name)
    if kind is None:
        raise ValueError(name)
    content = _part(archive, name, clips.LARGEST)
    at, mark = _MARKS[kind[1]]
    if content[at : at + len(mark)] != mark:
        raise ExchangeError(_("Entry %(place)s: its clip is neither a video nor sound.", place=place))
    return content


def with_clips(entry: Entry, earlier: LibraryItem | None, *, by: User) -> Draft:
    """The draft of ``entry`` with its clips: the earlier version's where they are the same files, else such as are
    taken in now. An entry without one says nothing about it, so that the earlier version's stays.

    Raises ClipError, and ExchangeError for captions that are none.
    """
    draft = replace(entry.draft, **clips_of(earlier))
    asks, signs = (earlier.clip, earlier.sign_clip) if earlier is not None else (None, None)
    if (media := entry.clip) is not None and not _is_same(media, draft.clip_sha256, asks):
        draft = replace(draft, clip_id=_taken_in(media, by), clip_sha256=media.sha256)
    if (media := entry.sign) is not None:
        draft = replace(draft, sign_language=media.language)
        if not _is_same(media, draft.sign_clip_sha256, signs):
            draft = replace(draft, sign_clip_id=_taken_in(media, by), sign_clip_sha256=media.sha256)
    return draft


def _taken_in(media: Media, by: User) -> str:
    """The id of a new clip."""
    clip = clips.receive(io.BytesIO(media.content), by=by)
    try:
        if media.captions:
            clips.give_captions(clip, media.captions, language=media.language)
        else:
            clips.confirm_silent(clip)
    except VivaError as fault:
        raise ExchangeError(str(fault)) from None
    return clip.id


def _is_same(media: Media, came: str | None, clip: Clip | None) -> bool:
    """Whether a clip is this file: as it came, or as it lies here."""
    if clip is None:
        return False
    here = storage.read(clip.key) if clip.suffix else None
    return media.sha256 in {came, hashlib.sha256(here).hexdigest() if here else None}
