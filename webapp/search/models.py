"""The index as rows; the database's own full-text index over them is in schema.py."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model
from webapp.interviews.models import Answer, Invitation
from webapp.transcripts.models import Transcript


class SearchEntry(Model):
    """An invitation that has been indexed, and by which rules (``folding.RULES``)."""

    __tablename__ = "search_entries"

    invitation_id: Mapped[str] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), primary_key=True)
    rules: Mapped[int]


class SearchDocument(Model):
    """A stretch of words of one name, written answer or transcript. **It goes with the row that it was made of**: the
    database deletes it, and what the full-text index holds of it, in the same transaction."""

    __tablename__ = "search_documents"
    __table_args__ = {"sqlite_autoincrement": True}  # a number is never used again

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[str] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), index=True)
    #: None for the name and the address.
    answer_id: Mapped[str | None] = mapped_column(ForeignKey(Answer.id, ondelete="CASCADE"), index=True)
    #: The transcript that the words are of; None for what was written.
    transcript_id: Mapped[str | None] = mapped_column(
        String(32), ForeignKey(Transcript.id, ondelete="CASCADE"), index=True
    )
    #: Words as folding.py makes them, with a space between.
    terms: Mapped[str] = mapped_column(Text)
