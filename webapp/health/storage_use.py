"""What files take up, by kind: of one organisation and of the whole installation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l

from webapp.analysis.models import Analysis
from webapp.clips.models import Clip
from webapp.core.database import db
from webapp.core.scoping import ALL
from webapp.core.storage import storage
from webapp.employer.models import EmployerPage
from webapp.interviews.batch_models import InvitationBatch
from webapp.interviews.models import Answer, Attachment, Interview, Invitation, Take
from webapp.interviews.preview_models import Preview
from webapp.positions.models import Position
from webapp.recordings.models import Recording

Text = Any  # a lazy text of Flask-Babel


def _of_recordings() -> Any:
    """Select (id of a recording, organisation)."""
    return (
        sa.select(Recording.id, Interview.organisation_id)
        .join(Take, Take.id == Recording.take_id)
        .join(Answer, Answer.id == Take.answer_id)
        .join(Interview, Interview.id == Answer.interview_id)
    )


def _of_analyses() -> Any:
    return sa.select(Analysis.id, Interview.organisation_id).join(Interview, Interview.id == Analysis.interview_id)


def _of_attachments() -> Any:
    return (
        sa.select(Attachment.id, Position.organisation_id)
        .join(Invitation, Invitation.id == Attachment.invitation_id)
        .join(Position, Position.id == Invitation.position_id)
    )


def _of_previews() -> Any:
    files = _of_attachments().subquery()
    return sa.select(Preview.id, files.c.organisation_id).join(files, files.c.id == Preview.attachment_id)


def _of_batches() -> Any:
    return sa.select(InvitationBatch.id, Position.organisation_id).join(
        Position, Position.id == InvitationBatch.position_id
    )


def _of_logos() -> Any:
    return sa.select(EmployerPage.id, EmployerPage.organisation_id)


def _of_clips() -> Any:
    return sa.select(Clip.id, Clip.organisation_id)


#: Kind in the storage: its name, and who owns each file of it.
KINDS: tuple[tuple[str, Text, Any], ...] = (
    ("originals", _l("Recordings as they arrived"), _of_recordings),
    ("playable", _l("Copies for playing"), _of_recordings),
    ("posters", _l("Still pictures of recordings"), _of_recordings),
    ("maps", _l("Pictures that explain readings"), _of_analyses),
    ("attachments", _l("Files of candidates (CVs, letters)"), _of_attachments),
    ("previews", _l("Previews of candidates' files"), _of_previews),
    ("lists", _l("Lists of people being invited"), _of_batches),
    ("logos", _l("Logos"), _of_logos),
    ("clips", _l("Clips that candidates are shown"), _of_clips),
    ("clipsources", _l("Clips that are being checked"), _of_clips),
)


@dataclass(frozen=True)
class Use:
    """One kind of files: how many and how many bytes, of one organisation (``own``) and of the whole installation."""

    name: Text
    own_files: int
    own_bytes: int
    files: int
    bytes: int


def used(organisation_id: str | None) -> list[Use]:
    """What each kind takes up, with what still arrives last. Looks at every file: for a page that is asked for."""
    found = []
    for kind, name, owners in KINDS:
        sizes = storage.sizes_of(kind)
        own = _own(owners(), organisation_id) if sizes else set()
        mine = [size for key, size in sizes.items() if key.partition("/")[2][:32] in own]
        found.append(Use(name, len(mine), sum(mine), len(sizes), sum(sizes.values())))
    return [*found, _arriving(organisation_id)]


def _own(owners: Any, organisation_id: str | None) -> set[str]:
    rows = db.session.execute(owners.execution_options(**{ALL: True}))
    return {owner for owner, organisation in rows if organisation == organisation_id}


def _arriving(organisation_id: str | None) -> Use:
    sizes = storage.uploads.sizes()
    own = _own(_of_recordings(), organisation_id) if sizes else set()
    mine = [size for owner, size in sizes.items() if owner in own]
    return Use(_l("Recordings that still arrive"), len(mine), sum(mine), len(sizes), sum(sizes.values()))


def database_bytes() -> int | None:
    """What the database takes up; None where it is not a file of ours and does not say."""
    if db.engine.dialect.name == "postgresql":
        return db.session.scalar(sa.text("select pg_database_size(current_database())"))
    files = (Path(current_app.config["HOME"]) / name for name in ("viva.db", "viva.db-wal"))
    return sum(path.stat().st_size for path in files if path.is_file()) or None
