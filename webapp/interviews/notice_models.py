"""What candidates were told, word for word, and what they signed. Rows are only ever added."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.interviews.models import Interview, Invitation
from webapp.policy import Purpose


class NoticeText(Model):
    """A notice as it was shown, kept once however many candidates saw it. It names no candidate."""

    __tablename__ = "notice_texts"

    #: SHA-256 of language and body, in hexadecimal digits.
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: The version of the rules that it was made from (webapp/policy/acts).
    version: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(16))
    #: The language in which it binds (webapp/binding); empty in rows of before.
    binding: Mapped[str] = mapped_column(String(16), default="", server_default="")
    #: ``[{"heading": …, "lines": [ … ]}]``
    body: Mapped[list[Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Way(enum.StrEnum):
    """How a notice went to a candidate."""

    MAIL = "mail"
    PAGE = "page"
    #: The mail with it came back.
    RETURNED = "returned"


class NoticeShown(Model):
    """That a candidate was shown a notice, when and how."""

    __tablename__ = "notices_shown"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    invitation_id: Mapped[str] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), index=True)
    text_id: Mapped[str] = mapped_column(ForeignKey(NoticeText.id))
    way: Mapped[Way] = mapped_column(enum_type(Way))
    shown_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: The network address of the browser; empty for mail.
    address: Mapped[str] = mapped_column(String(64), default="", server_default="")

    invitation: Mapped[Invitation] = relationship(back_populates="notices")
    text: Mapped[NoticeText] = relationship()


class Document(enum.StrEnum):
    """What the law of a place wants signed before a face or a voice is analysed."""

    RELEASE = "release"
    WAIVER = "waiver"


#: What each document lets happen. It ends once none of these is agreed to any more.
COVERS = {
    Document.RELEASE: frozenset({Purpose.FACE, Purpose.VOICE}),
    Document.WAIVER: frozenset({Purpose.FACE}),
}


class Signature(Model):
    """A document that a candidate signed by typing their name."""

    __tablename__ = "signatures"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    interview_id: Mapped[str] = mapped_column(ForeignKey(Interview.id, ondelete="CASCADE"), index=True)
    kind: Mapped[Document] = mapped_column(enum_type(Document))
    #: As the candidate typed them.
    typed_name: Mapped[str] = mapped_column(String(120))
    typed_date: Mapped[date] = mapped_column(Date)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: What was signed, whole, with its version (webapp/notices/documents.py) and its language.
    text: Mapped[str] = mapped_column(Text)
    text_version: Mapped[str] = mapped_column(String(32))
    text_language: Mapped[str] = mapped_column(String(16))
    #: SHA-256 of what was signed, and the language in which it binds (webapp/binding); empty in rows of before.
    text_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    text_binding: Mapped[str] = mapped_column(String(16), default="", server_default="")
    #: From where, as a consent has it.
    address: Mapped[str] = mapped_column(String(64), default="", server_default="")
    browser: Mapped[str] = mapped_column(String(80), default="", server_default="")

    interview: Mapped[Interview] = relationship(back_populates="signatures")

    @property
    def is_valid(self) -> bool:
        """Whether something that it covers has been agreed to all the time since: a consent that was taken back ends
        the signature, and giving it again does not bring it back."""
        agreed: set[Purpose] = set()
        ended = False
        for consent in self.interview.consents:
            if consent.purpose not in COVERS[self.kind]:
                continue
            if consent.granted:
                agreed.add(consent.purpose)
            else:
                agreed.discard(consent.purpose)
                ended |= not agreed and consent.decided_at > self.signed_at
        return bool(agreed) and not ended
