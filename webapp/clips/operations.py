"""What can be done with clips: take one in, correct its captions, let it go. Nothing here commits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO

import sqlalchemy as sa
from flask import current_app, url_for
from flask_babel import gettext as _
from itsdangerous import BadData

from ml.transcripts import captions
from ml.transcripts.correct import correct
from ml.transcripts.transcript import Transcript as Words
from webapp.accounts.models import User
from webapp.clips import tasks
from webapp.clips.models import CaptionState, Clip, ClipState
from webapp.clips.preparing import WORK
from webapp.core.database import after_commit, db
from webapp.core.keys import timed_signer
from webapp.core.scoping import ALL
from webapp.core.storage import storage

#: Bytes of one file, and seconds that an address of a clip holds.
LARGEST, ADDRESS_SECONDS = 30 * 1024 * 1024, 24 * 3600
#: Characters of a line of captions, and of all that is typed.
LONGEST_LINE, LONGEST_TEXT = 2_000, 10_000
_SALT = "viva.clips"


class ClipError(ValueError):
    """This cannot be done; the message is for a person."""


@dataclass(frozen=True)
class Addresses:
    """Where a page finds a clip for a day; ``captions`` is empty where nothing is spoken."""

    media: str
    captions: str
    language: str


@dataclass(frozen=True)
class Use:
    """Where a clip is shown: the page's name and address for those who edit it."""

    label: str
    url: str


Find = Callable[[Clip], Use | None]

_users: list[Find] = []


def used_by(find: Find) -> Find:
    """Decorate the function by which a feature that shows clips says where it shows one."""
    _users.append(find)
    return find


def use_of(clip: Clip) -> Use | None:
    """Where the clip is shown; None where it is nowhere."""
    return next((use for find in _users if (use := find(clip)) is not None), None)


def receive(stream: IO[bytes] | None, *, by: User) -> Clip:
    """Take in a file; a worker checks it and writes captions. Raises ClipError for none, or one that is too large."""
    content = stream.read(LARGEST + 1) if stream is not None else b""
    if not content:
        raise ClipError(_("Record something, or choose a file."))
    if len(content) > LARGEST:
        raise ClipError(_("This file is larger than %(size)s MB.", size=LARGEST // 1024 // 1024))
    if by.organisation_id is None:
        raise ClipError(_("Only people who work for an organisation can add this."))
    clip = Clip(organisation_id=by.organisation_id, created_by_id=by.id)
    db.session.add(clip)
    db.session.flush()
    storage.save(clip.source_key, content, organisation_id=clip.organisation_id)
    announce(clip.id)
    current_app.logger.info("Clip %s received from %s", clip.id, by.id)
    return clip


def announce(clip_id: str) -> None:
    """Tell a worker, once this is committed. A message that gets lost is made up for by ``requeue``."""
    after_commit(lambda: tasks.prepare.delay(clip_id))


def release(clip: Clip | None) -> None:
    """Delete a clip with its files, unless somebody still shows it: it was taken off a page."""
    if clip is None or use_of(clip) is not None:
        return
    for kind in ("clips", "clipsources"):
        after_commit(partial(storage.delete_of, kind, clip.id))
    db.session.delete(clip)
    db.session.flush()


def correct_captions(clip: Clip, lines: Sequence[str]) -> None:
    """Keep the author's lines, one for each that is there. Raises ClipError."""
    words = clip.words
    if words is None or any(len(line) > LONGEST_LINE for line in lines):
        raise ClipError(_("A line is too long. Keep to what is said there."))
    try:
        kept = correct(words, lines)
    except ValueError:
        raise ClipError(_("Some lines were missing. Reload the page and repeat your corrections.")) from None
    _keep(clip, kept)


def give_captions(clip: Clip, given: str | bytes, *, language: str) -> None:
    """Keep captions that were uploaded (WebVTT and others) or typed; typed words share the clip's time by their length.

    Raises ClipError, and CaptionsError for what are no captions of this clip.
    """
    if len(given) > LONGEST_TEXT * 10:
        raise ClipError(_("This file is too large to be captions of a short clip."))
    words = captions.parse(given, clip.seconds) if isinstance(given, bytes) else captions.plain(given[:LONGEST_TEXT])
    if not words.timed:
        texts = [word.text for word in words.words]
        words = Words(captions.spread(texts, 0.0, clip.seconds or 0.0), breaks=words.breaks)
    _keep(clip, Words(words.words, language or None, "", words.breaks))


def confirm_silent(clip: Clip) -> None:
    """Say that nothing is spoken in the clip, as in sign language: it needs no captions."""
    clip.captions, clip.caption_state = None, CaptionState.CHECKED
    db.session.flush()


def _keep(clip: Clip, words: Words) -> None:
    if not words.words:
        raise ClipError(_("Every line is empty. If nothing is spoken, say so below."))
    clip.captions, clip.caption_state = words.to_json(), CaptionState.CHECKED
    db.session.flush()


def addresses_of(clip: Clip) -> Addresses:
    """Where a page that may show the clip finds it: the address is the key, and good for a day."""
    token = timed_signer(_SALT).dumps(clip.id)
    words = clip.words
    track = url_for("clips_public.captions", token=token) if words is not None and words.timed else ""
    language = (words.language if words else None) or "en"
    return Addresses(url_for("clips_public.media", token=token), track, language)


def of_token(token: str) -> Clip | None:
    """The clip that an address was made for, whoever asks; None for any other token, and after a day."""
    try:
        clip_id = timed_signer(_SALT).loads(token, max_age=ADDRESS_SECONDS)
    except BadData:
        return None
    query = sa.select(Clip).where(Clip.id == str(clip_id), Clip.state == ClipState.READY)
    return db.session.scalar(query.execution_options(**{ALL: True}))


def requeue() -> int:
    """Announce again what waits with nobody working on it, and say how much that was. For the sweep."""
    waiting = WORK.left_alone()
    for clip in waiting:
        announce(clip.id)
    return len(waiting)
