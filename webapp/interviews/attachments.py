"""Files that belong to an invitation: checked by their content and their size, kept in the storage. Nothing commits.

A name says nothing about a file, so it is looked into: a PDF by its marks, a Word document by what its archive holds, a
picture by its header. What has macros in it, unpacks to more than it should, or is something else is refused.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
from functools import partial

import av
import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from webapp.accounts.models import User
from webapp.core import virus_scan
from webapp.core.database import after_commit, db
from webapp.core.storage import storage
from webapp.interviews import previews
from webapp.interviews.models import Answer, Attachment, Invitation

#: Bytes of one file, and files of one invitation.
LARGEST, MOST = 10 * 1024 * 1024, 10
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: By media type the ending under which the storage keeps it and people download it.
ENDINGS = {PDF: "pdf", DOCX: "docx", "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
#: What a Word document may unpack to, in bytes, and of how many parts.
_UNPACKED, _PARTS = 100 * 1024 * 1024, 2000
#: Longest side of a picture, in pixels.
_SIDE = 12_000
_CODECS = {"png": "image/png", "mjpeg": "image/jpeg", "webp": "image/webp"}


class AttachmentError(ValueError):
    """This file cannot be attached; the message is for a person."""


def attach(
    invitation: Invitation, name: str, content: bytes, *, by: User | None, answer: Answer | None = None
) -> Attachment:
    """Keep a file beside an invitation. The same content twice is one file.

    :param by: None for the candidate, whose ``answer`` it then is.
    A virus scanner looks at it first, where one is configured; one that does not answer leaves the file in quarantine.

    Raises AttachmentError for a file that is empty, too large, one too many, or not a PDF, a Word document or a
    picture (PNG, JPEG, WebP).
    """
    if not content:
        raise AttachmentError(_("This file is empty."))
    if len(content) > LARGEST:
        raise AttachmentError(_("This file is larger than %(size)s MB.", size=LARGEST // 1024 // 1024))
    sha256 = hashlib.sha256(content).hexdigest()
    if same := next((each for each in invitation.attachments if each.sha256 == sha256), None):
        return same
    if len(invitation.attachments) >= MOST:
        raise AttachmentError(_("There are %(count)s files already. Remove one first.", count=MOST))
    media_type = type_of(content)
    try:
        found = virus_scan.scan(content)
    except virus_scan.InfectedError:
        raise AttachmentError(
            _("The virus scanner refuses this file. Check your device, and choose another.")
        ) from None
    if media_type is None:
        raise AttachmentError(
            _("Attach a PDF, a Word document (.docx) without macros, or a picture (PNG, JPEG or WebP).")
        )
    row = Attachment(
        invitation=invitation,
        name=clean_name(name, media_type),
        media_type=media_type,
        bytes=len(content),
        sha256=sha256,
        added_by_id=by.id if by else None,
        answer_id=answer.id if answer else None,
        scan=found,
    )
    db.session.add(row)
    db.session.flush()
    storage.save(row.key, content, organisation_id=invitation.organisation_id)
    previews.ask(row)
    current_app.logger.info(
        "Attachment %s of invitation %s added by %s", row.id, invitation.id, by.id if by else "the candidate"
    )
    return row


def files_of_answer(answer: Answer | None) -> list[Attachment]:
    """The files that a candidate gave as an answer."""
    if answer is None:
        return []
    return list(db.session.scalars(sa.select(Attachment).where(Attachment.answer_id == answer.id)))


def scan_again() -> int:
    """Ask the scanner about files that wait for it; how many are known now. Those that it knows to be bad go."""
    done = 0
    for row in db.session.scalars(sa.select(Attachment).where(Attachment.scan == virus_scan.Scan.QUARANTINED)).all():
        content = storage.read(row.key)
        try:
            found = virus_scan.scan(content or b"")
        except virus_scan.InfectedError:
            if row.answer_id is not None:
                db.session.execute(sa.update(Answer).where(Answer.id == row.answer_id).values(text=None))
            remove(row)
            done += 1
            continue
        if found is virus_scan.Scan.QUARANTINED:
            break  # it still does not answer
        row.scan, done = found, done + 1
        previews.ask(row)
    db.session.flush()
    return done


def remove(row: Attachment) -> None:
    """Delete a file; its bytes go once the row is gone for good."""
    after_commit(partial(storage.delete, row.key))
    previews.forget(row)
    row.invitation.attachments.remove(row)
    db.session.flush()


def type_of(content: bytes) -> str | None:
    """The media type of ``content`` by what is in it; None for anything that may not be attached."""
    if b"%PDF-" in content[:1024]:
        return PDF if b"%%EOF" in content[-2048:] else None
    if content.startswith(b"PK\x03\x04"):
        return DOCX if _is_word(content) else None
    return _picture(content)


def _is_word(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if len(parts) > _PARTS or sum(part.file_size for part in parts) > _UNPACKED:
                return False
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                return False
            return {"[Content_Types].xml", "word/document.xml"} <= names
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def _picture(content: bytes) -> str | None:
    """The type of a picture by its header; nothing is decoded."""
    marks = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "mjpeg", b"RIFF": "webp"}
    expected = next((codec for mark, codec in marks.items() if content.startswith(mark)), None)
    if expected is None or (expected == "webp" and content[8:12] != b"WEBP"):
        return None
    try:
        with av.open(io.BytesIO(content)) as container:
            stream = container.streams.video[0]
            codec = stream.codec_context.name
            width, height = stream.codec_context.width, stream.codec_context.height
    except (av.FFmpegError, IndexError, ValueError):
        return None
    if codec != expected or not (0 < width <= _SIDE and 0 < height <= _SIDE):
        return None
    return _CODECS[codec]


def clean_name(name: str, media_type: str) -> str:
    """A file's name without a path, signs that cannot be shown, and the ending of something else."""
    name = unicodedata.normalize("NFC", re.split(r"[\\/]", name)[-1])
    name = "".join(sign for sign in name if sign.isprintable()).strip(" .")
    stem = name.rsplit(".", 1)[0] if "." in name else name
    return f"{stem[:120] or 'file'}.{ENDINGS[media_type]}"
