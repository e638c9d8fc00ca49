"""Everything that is held about a candidate as one zip: recordings, files, transcripts, JSON, and a page to read.

It is made while it is sent: an hour of video needs no more memory than a minute, and nothing lies on the disk.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from flask import render_template

from ml.transcripts.captions import to_vtt
from webapp.core.personal_data import holdings
from webapp.core.storage import storage
from webapp.interviews.models import Interview
from webapp.own_data import explaining, held
from webapp.transcripts import store

_BLOCK = 1024 * 1024


class _Sink(io.RawIOBase):
    """A file that only grows, and gives what was written to it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What has come since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def stream(interview: Interview) -> Iterator[bytes]:
    """The bytes of the archive, part by part. Reads all rows before the first byte, and files as they come."""
    texts, media = _texts(interview), _media(interview)
    return _stream(texts, media)


def _stream(texts: dict[str, str], media: list[tuple[str, str]]) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
            yield sink.taken()
        for name, key in media:
            try:
                source = storage.open(key)
            except FileNotFoundError:
                continue
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_STORED  # recordings are compressed as they are
            with source, archive.open(info, "w", force_zip64=True) as target:
                while block := source.read(_BLOCK):
                    target.write(block)
                    yield sink.taken()
    yield sink.taken()


def _texts(interview: Interview) -> dict[str, str]:
    scope = held.scope_of(interview)
    data: dict[str, Any] = {each.table.name: rows for each in holdings() if (rows := each.exported(scope))}
    files = _media(interview)
    texts = {
        "data.json": json.dumps({"interview": interview.id, "holdings": data}, ensure_ascii=False, indent=1),
        "read-me-first.html": render_template(
            "own_data/archive.html",
            interview=interview,
            groups=held.groups(interview),
            until=held.until,
            explained=explaining.explained(interview),
            transcript_of=store.visible,
            files=[name for name, _key in files],
        ),
    }
    for answer in interview.answers:
        row = store.visible(answer)
        if row is not None:
            name = f"transcripts/question-{answer.question.position}"
            texts[f"{name}.txt"] = row.words.text
            if row.words.timed:
                texts[f"{name}.vtt"] = to_vtt(row.words, row.recording.seconds)
        if answer.written:
            texts[f"answers/question-{answer.question.position}.txt"] = answer.written
    return texts


def _media(interview: Interview) -> list[tuple[str, str]]:
    """Names in the archive and keys in storage: recordings as they arrived, and files of the application."""
    found = []
    for answer in sorted(interview.answers, key=lambda each: each.question.position):
        for take in answer.takes:
            key = take.recording.original_key if take.recording else None
            if key:
                suffix = PurePosixPath(key).suffix
                found.append((f"recordings/question-{answer.question.position}-take-{take.number}{suffix}", key))
    for file in interview.invitation.attachments if interview.invitation else ():
        for number, key in enumerate(storage.keys_of("attachments", file.id), 1):
            found.append((f"files/{number}-{PurePosixPath(file.name).name}", key))
    return found
