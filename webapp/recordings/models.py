"""Recordings: media in storage, with a checksum, from the first byte that arrives."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.interviews.models import Take


class RecordingState(enum.StrEnum):
    """``ready`` is said only when the file has been decoded to its end and its length is known."""

    RECEIVING = "receiving"
    VERIFYING = "verifying"
    READY = "ready"
    REJECTED = "rejected"


class Recording(Model):
    """One take's media. The id is also the id of its tus upload."""

    __tablename__ = "recordings"
    __table_args__ = (CheckConstraint("length is null or received <= length", name="received"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    take_id: Mapped[str] = mapped_column(ForeignKey(Take.id, ondelete="CASCADE"), unique=True)
    state: Mapped[RecordingState] = mapped_column(enum_type(RecordingState), default=RecordingState.RECEIVING)
    #: What the browser said it records, e.g. ``video/webm;codecs=vp8,opus``.
    media_type: Mapped[str] = mapped_column(String(120))
    #: Bytes safely on disk, and bytes in all (unknown while the recording goes on).
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    length: Mapped[int | None] = mapped_column(BigInteger)
    #: Whether the recorder was cut short (a reload, a crash): what was recorded until then counts.
    interrupted: Mapped[bool] = mapped_column(default=False)
    #: Whether it was no recording of this page but a file that the candidate had already.
    existing: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Whether the browser blurred the background, from the start; it may have given up later.
    blurred: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: SHA-256 of the whole file as received, and what the browser said it should be.
    sha256: Mapped[str | None] = mapped_column(String(64))
    expected_sha256: Mapped[str | None] = mapped_column(String(64))
    #: Keys in storage: the bytes as they came, and a copy that seeks.
    original_key: Mapped[str | None] = mapped_column(String(200))
    playable_key: Mapped[str | None] = mapped_column(String(200))
    seconds: Mapped[float | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    has_video: Mapped[bool | None]
    has_audio: Mapped[bool | None]
    #: All that verification learnt of the original (ml.media.info.MediaInfo), so that nobody probes it again.
    media_info: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: Why it was rejected, for programs and for people.
    reason_code: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(String(500))
    #: Who verifies it, until when that holds without being renewed, and how often that was tried.
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    take: Mapped[Take] = relationship(back_populates="recording")

    @property
    def is_ready(self) -> bool:
        return self.state is RecordingState.READY
