"""Previews of files: asked for when a file may be opened, made by a worker's confined process (`ml.media.previews`).

A file in quarantine has none: it is not read before the virus scanner has looked at it.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

import sqlalchemy as sa
from celery import shared_task
from flask import current_app

from ml.core.messages import N_
from ml.media import previews as drawing
from ml.media.sandbox import SandboxFailedError
from webapp.core import leases, queues
from webapp.core.database import after_commit, db
from webapp.core.storage import storage
from webapp.core.virus_scan import Scan
from webapp.interviews.models import Attachment
from webapp.interviews.preview_models import Preview, PreviewState, picture_key

logger = logging.getLogger(__name__)

#: Files that came before there were previews, of which a sweep asks for so many.
_AT_ONCE = 50

#: By code of PreviewError; "" for what went wrong again and again without saying why.
REASONS = {
    "locked": N_("No preview: a password protects this file."),
    "broken": N_("No preview: this file is damaged."),
    "too_large": N_("No preview: a page or picture in it is too large."),
    "too_long": N_("No preview: drawing it took too long."),
    "empty": N_("No preview: there is nothing in it to show."),
    "": N_("No preview could be made of this file."),
}

WORK = leases.Work(
    Preview,
    free=lambda moment: sa.and_(
        Preview.state == PreviewState.WAITING, sa.or_(Preview.lease_owner.is_(None), Preview.lease_until < moment)
    ),
    busy=Preview.state == PreviewState.WAITING,
)


def of(attachment: Attachment) -> Preview | None:
    """The preview of a file, whatever its state; None where nobody may see one, or none was asked for."""
    if attachment.scan is Scan.QUARANTINED:
        return None
    return db.session.scalar(sa.select(Preview).where(Preview.attachment_id == attachment.id))


def ask(attachment: Attachment) -> None:
    """Have a worker make a preview, once this is committed; not of a file in quarantine. Does not commit."""
    if attachment.scan is Scan.QUARANTINED:
        return
    preview = Preview(attachment_id=attachment.id)
    db.session.add(preview)
    db.session.flush()
    _announce(preview.id)


def forget(attachment: Attachment) -> None:
    """Let the pictures go with the file, once this is committed."""
    for preview_id in db.session.scalars(sa.select(Preview.id).where(Preview.attachment_id == attachment.id)):
        after_commit(partial(storage.delete_of, "previews", preview_id))


def _announce(preview_id: str) -> None:
    after_commit(lambda: prepare_preview.delay(preview_id))


@shared_task(name=queues.PREPARE_PREVIEW, acks_late=True, time_limit=300, soft_time_limit=280)
def prepare_preview(preview_id: str) -> None:
    """Make one preview."""
    prepare(preview_id)


leases.announce_by(WORK, lambda preview_id: prepare_preview.delay(preview_id))


def prepare(preview_id: str) -> None:
    """Make one preview, unless that is done or somebody is at it. Commits."""
    owner = leases.new_owner()
    if not WORK.claim(preview_id, owner):
        return
    with leases.Heartbeat(WORK, preview_id, owner) as heartbeat:
        preview = db.session.get(Preview, preview_id, populate_existing=True)
        if preview is None or preview.attachment.scan is Scan.QUARANTINED:
            return
        values = _made(preview)
        if heartbeat.handed_back or WORK.settle(preview_id, owner, **values):
            return
    if not db.session.scalar(sa.select(sa.exists().where(Preview.id == preview_id))):
        storage.delete_of("previews", preview_id)  # the file was deleted meanwhile
    db.session.rollback()


def _made(preview: Preview) -> dict[str, Any]:
    """The outcome as values of the row; nothing where it is to be tried again. Stores the pictures."""
    preview_id, attempts, attachment = preview.id, preview.attempts, preview.attachment
    organisation_id, key, media_type = attachment.invitation.organisation_id, attachment.key, attachment.media_type
    db.session.rollback()  # nothing is held open for as long as it is drawn
    try:
        with storage.local_path(key) as path:
            made = drawing.make(path, media_type)
    except drawing.PreviewError as error:
        return _failed(error.code)
    except FileNotFoundError:
        return _failed("")
    except SandboxFailedError as error:
        logger.warning("Preview %s was not made: %s", preview_id, error)
        return _failed("") if attempts >= current_app.config["MAX_ATTEMPTS"] else {}
    for number, page in enumerate(made.pages, 1):
        storage.save(picture_key(preview_id, number), page.picture, durable=False, organisation_id=organisation_id)
    return {
        "state": PreviewState.READY,
        "texts": [page.text for page in made.pages],
        "blocks": [list(block) for block in made.blocks],
        "total": made.total,
        "cut": made.cut,
    }


def _failed(code: str) -> dict[str, Any]:
    return {"state": PreviewState.FAILED, "reason": REASONS[code]}


def requeue() -> int:
    """Announce again what waits with nobody working on it, ask for what nobody asked for, and say how much that was.

    For the sweep. Commits.
    """
    waiting = WORK.left_alone()
    for preview in waiting:
        _announce(preview.id)
    missing = db.session.scalars(
        sa.select(Attachment)
        .where(Attachment.scan != Scan.QUARANTINED, ~sa.exists().where(Preview.attachment_id == Attachment.id))
        .limit(_AT_ONCE)
    ).all()
    for attachment in missing:
        ask(attachment)
    db.session.commit()
    return len(waiting) + len(missing)
