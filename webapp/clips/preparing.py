"""A worker's part: decode a clip to its end, make a copy that seeks, and write captions. Under the row's lease."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app

from ml.core.errors import MediaError, ModelMissing
from ml.core.messages import N_
from ml.media import poster, sandbox
from ml.media.demux import audio_blocks
from ml.transcripts.recogniser import recogniser
from webapp.clips.models import CaptionState, Clip, ClipState
from webapp.core import leases
from webapp.core.database import db
from webapp.core.storage import storage

#: Seconds that a clip may last, and the fewest.
LONGEST, SHORTEST = 300.0, 1.0

REASONS = {
    "too_long": N_("This is longer than five minutes. Record or choose something shorter."),
    "too_large": N_("The picture of this file is too large. Save it with at most 1080 lines, or record it here."),
    "too_short": N_("This is shorter than a second."),
    "no_media": N_("This file has neither a picture nor sound."),
    "broken": N_("This file cannot be played, or it breaks off. Record it here, or choose another."),
}

WORK = leases.Work(
    Clip,
    free=lambda moment: sa.and_(
        sa.or_(Clip.state == ClipState.CHECKING, Clip.caption_state == CaptionState.WAITING),
        Clip.state != ClipState.REJECTED,
        sa.or_(Clip.lease_owner.is_(None), Clip.lease_until < moment),
    ),
    busy=Clip.state != ClipState.REJECTED,
)


def prepare(clip_id: str) -> None:
    """Check one clip and write its captions, unless that is done or somebody is at it."""
    owner = leases.new_owner()
    if not WORK.claim(clip_id, owner):
        return
    with leases.Heartbeat(WORK, clip_id, owner) as heartbeat:
        clip = db.session.get(Clip, clip_id, populate_existing=True)
        if clip is None:
            return
        if clip.state is ClipState.CHECKING:
            _check(clip)
            heartbeat.check()
            db.session.commit()
        if clip.state is ClipState.READY and clip.caption_state is CaptionState.WAITING:
            _write_captions(clip)
            heartbeat.check()
            db.session.commit()
    WORK.settle(clip_id, owner)


def _check(clip: Clip) -> None:
    if clip.attempts > current_app.config["MAX_ATTEMPTS"] or not storage.exists(clip.source_key):
        return _reject(clip, "broken")
    draft = storage.uploads.draft_path(clip.id)
    try:
        with storage.local_path(clip.source_key) as path:
            info, playable = sandbox.verify_and_copy(path, draft, sandbox.Bounds.of(LONGEST))
    except MediaError as error:
        return _reject(clip, error.code if error.code in REASONS else "broken")
    fault = _fault(info.seconds, has_media=info.has_video or info.has_audio, truncated=info.truncated)
    poster.path_beside(playable).unlink(missing_ok=True)
    if fault:
        storage.uploads.remove_draft(clip.id)
        return _reject(clip, fault)
    clip.suffix = playable.suffix.lstrip(".")
    storage.save(clip.key, playable, organisation_id=clip.organisation_id)
    storage.delete(clip.source_key)
    clip.seconds, clip.has_video, clip.state = info.seconds, info.has_video, ClipState.READY
    if (not info.has_audio or info.silent) and clip.caption_state is CaptionState.WAITING:
        clip.caption_state = CaptionState.MISSING
    return None


def _fault(seconds: float, *, has_media: bool, truncated: bool) -> str | None:
    if truncated:
        return "broken"
    if not has_media:
        return "no_media"
    return "too_short" if seconds < SHORTEST else "too_long" if seconds > LONGEST else None


def _reject(clip: Clip, code: str) -> None:
    clip.state, clip.reason = ClipState.REJECTED, REASONS[code]
    storage.delete(clip.source_key)


def _write_captions(clip: Clip) -> None:
    """Have what is said written down. What cannot be is missing, and its author is asked for it."""
    clip_id, key = clip.id, clip.key
    db.session.rollback()  # nothing is held open for as long as the recogniser listens
    try:
        with storage.local_path(key) as path:
            words = recogniser().transcribe(audio_blocks(str(path)))
    except (ModelMissing, MediaError) as error:
        current_app.logger.warning("Clip %s: no captions were written: %s", clip_id, error)
        words = None
    clip = db.session.get_one(Clip, clip_id, populate_existing=True)
    if clip.caption_state is not CaptionState.WAITING:  # a person was faster
        return
    found = words is not None and bool(words.words)
    clip.captions = words.to_json() if words is not None and found else None
    clip.caption_state = CaptionState.UNREAD if found else CaptionState.MISSING
