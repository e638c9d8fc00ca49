"""What can be done with the library: write, change (a new version), lock, take out, use in a set. Nothing commits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Role, User
from webapp.clips import operations as clips
from webapp.clips.models import Clip
from webapp.core.database import db, now
from webapp.questions import follow_ups, given, operations
from webapp.questions.guide import ScoringGuide, guide_of
from webapp.questions.library_models import LibraryItem
from webapp.questions.models import Question, QuestionKind, QuestionSet

MOST_TAGS, LONGEST_TAG, LONGEST_PROMPT = 12, 40, 2_000
_CLIPS = ("clip_id", "clip_sha256", "sign_clip_id", "sign_clip_sha256", "sign_language")


class LibraryError(ValueError):
    """This cannot be done with the library as it is; the message is for a person."""


@dataclass(frozen=True)
class Draft:
    """What a version says. Times are in seconds; ``rubric`` counts where there is no ``guide``."""

    title: str
    prompt: str = ""
    kind: QuestionKind = QuestionKind.VIDEO
    think_seconds: int = 30
    limit_seconds: int = 120
    takes_allowed: int = 3
    rubric: str = ""
    guide: ScoringGuide | None = None
    settings: dict[str, Any] | None = None
    follow_ups: str = ""
    tags: tuple[str, ...] = field(default=())
    is_template: bool = False
    clip_id: str | None = None
    clip_sha256: str | None = None
    sign_clip_id: str | None = None
    sign_clip_sha256: str | None = None
    sign_language: str = ""


def tags_of(text: str | Iterable[str]) -> tuple[str, ...]:
    """Tags as they are kept: lower case, without the sign #, each once, in alphabetical order. Raises LibraryError."""
    parts = re.split(r"[,;\n]", text) if isinstance(text, str) else text
    found = sorted({" ".join(part.lower().lstrip("# ").split()) for part in parts} - {""})
    if len(found) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in found):
        raise LibraryError(
            _("At most %(number)s tags, each of %(length)s characters at most.", number=MOST_TAGS, length=LONGEST_TAG)
        )
    return tuple(found)


def newest() -> sa.Select[LibraryItem]:
    """The newest version of everything that is in the library."""
    last = (
        sa.select(LibraryItem.lineage, sa.func.max(LibraryItem.version).label("version"))
        .group_by(LibraryItem.lineage)
        .subquery()
    )
    return (
        sa.select(LibraryItem)
        .join(last, sa.and_(LibraryItem.lineage == last.c.lineage, LibraryItem.version == last.c.version))
        .where(LibraryItem.archived_at.is_(None))
        .options(joinedload(LibraryItem.created_by), joinedload(LibraryItem.locked_by))
        .order_by(sa.func.lower(LibraryItem.title), LibraryItem.id)
    )


def search(text: str = "", tag: str = "", *, templates: bool | None = None) -> list[LibraryItem]:
    """What is in the library with every word of ``text`` in its title, question or tags, and with ``tag``."""
    query = newest()
    if templates is not None:
        query = query.where(LibraryItem.is_template.is_(templates))
    words = text.casefold().split()
    rows = db.session.scalars(query)
    return [
        row
        for row in rows
        if (not tag or tag in row.tags)
        and all(word in f"{row.title} {row.prompt} {' '.join(row.tags)}".casefold() for word in words)
    ]


def all_tags() -> list[str]:
    """Every tag in use, in alphabetical order."""
    return sorted({tag for row in db.session.scalars(newest()) for tag in row.tags})


def versions_of(row: LibraryItem) -> list[LibraryItem]:
    """All versions of an item, the newest first."""
    query = sa.select(LibraryItem).where(LibraryItem.lineage == row.lineage)
    return list(db.session.scalars(query.order_by(LibraryItem.version.desc())))


def save(draft: Draft, *, by: User, earlier: LibraryItem | None = None) -> LibraryItem:
    """Write a new item, or the next version of ``earlier``, which must be the newest. Without a change it stays.

    Raises LibraryError for a locked item, one that somebody else has changed meanwhile, and for values that no
    question can have.
    """
    check(draft)
    if earlier is not None:
        last = versions_of(earlier)[0]
        _check_open(last)
        if last.id != earlier.id:
            raise LibraryError(_("Someone else has changed this in the meantime. Open it again to see their version."))
        if draft_of(earlier) == draft:
            return earlier
    row = LibraryItem(
        **{key: value for key, value in vars(draft).items() if key not in ("guide", "tags", "rubric")},
        guide=draft.guide.to_json() if draft.guide else None,
        rubric=draft.guide.rubric if draft.guide else draft.rubric,
        tags=list(draft.tags),
        created_by_id=by.id,
        organisation_id=by.organisation_id,
        version=earlier.version + 1 if earlier else 1,
    )
    if earlier is not None:
        row.lineage = earlier.lineage
    db.session.add(row)
    try:
        db.session.flush()
    except sa.exc.IntegrityError:
        db.session.rollback()
        raise LibraryError(_("Someone else has changed this in the meantime. Open it again.")) from None
    current_app.logger.info("Library item %s version %s written by %s", row.lineage, row.version, by.id)
    return row


def draft_of(row: LibraryItem) -> Draft:
    """What a stored version says."""
    guide = ScoringGuide.from_json(row.guide) if row.guide else None
    return Draft(
        title=row.title,
        prompt=row.prompt,
        kind=row.kind,
        think_seconds=row.think_seconds,
        limit_seconds=row.limit_seconds,
        takes_allowed=row.takes_allowed,
        rubric="" if guide else row.rubric,
        guide=guide,
        settings=row.settings,
        follow_ups=row.follow_ups,
        tags=tuple(row.tags),
        is_template=row.is_template,
        **clips_of(row),
    )


def clips_of(row: LibraryItem | None) -> dict[str, Any]:
    """What a draft says of the clips of a stored version: nothing of none."""
    return {name: getattr(row, name) for name in _CLIPS} if row is not None else {}


def draft_of_question(question: Question) -> Draft:
    """A question of a set as the beginning of an item."""
    return Draft(
        title=question.prompt[:160],
        prompt=question.prompt,
        kind=question.kind,
        think_seconds=question.think_seconds,
        limit_seconds=question.limit_seconds,
        takes_allowed=question.takes_allowed,
        rubric="" if question.guide else question.rubric,
        guide=guide_of(question) if question.guide else None,
        settings=question.settings,
        follow_ups=question.follow_ups,
        clip_id=question.clip_id,
        sign_clip_id=question.sign_clip_id,
        sign_language=question.sign_language,
    )


def check(draft: Draft) -> None:
    """Raises LibraryError for values that no question can have."""
    try:
        follow_ups.read(draft.follow_ups)
        if draft.kind is not QuestionKind.CODE and not draft.is_template:
            given.check_stored(draft.kind, draft.settings)
    except (follow_ups.FollowUpError, given.GivenError) as fault:
        raise LibraryError(str(fault)) from None
    if not draft.title.strip() or len(draft.title) > 160:
        raise LibraryError(_("Enter a title of at most 160 characters."))
    if draft.is_template and draft.guide is None:
        raise LibraryError(_("A template needs at least one competency."))
    if not draft.is_template and not draft.prompt.strip():
        raise LibraryError(_("Enter the question."))
    if len(draft.prompt) > LONGEST_PROMPT or len(draft.rubric) > 5_000:
        raise LibraryError(_("The question is too long. Shorten it."))
    times = (0 <= draft.think_seconds <= 600, 10 <= draft.limit_seconds <= 3600, 1 <= draft.takes_allowed <= 20)
    if not all(times):
        raise LibraryError(
            _("Up to 600 seconds to think, 10 to 3600 seconds to answer, and 1 to 20 takes are possible.")
        )


def lock(row: LibraryItem, *, by: User, locked: bool = True) -> None:
    """Lock an item against changes, or unlock it. Raises LibraryError for all but admins."""
    if by.role is not Role.ADMIN:
        raise LibraryError(_("Only admins lock and unlock what is in the library."))
    row.locked_at, row.locked_by_id = (now(), by.id) if locked else (None, None)
    db.session.flush()


def archive(row: LibraryItem, *, by: User) -> None:
    """Take an item out of the library; sets keep what they took. Raises LibraryError where it is locked, and for all
    but its author and admins."""
    _check_open(row)
    if by.role is not Role.ADMIN and row.created_by_id != by.id:
        raise LibraryError(_("Only its author and admins can take something out of the library."))
    row.archived_at = now()
    db.session.flush()


def use(row: LibraryItem, question_set: QuestionSet, *, by: User) -> Question:
    """Add a question of the library to a draft. Raises what operations.add_question raises, and LibraryError for a
    template, which is no question."""
    if row.is_template:
        raise LibraryError(_("That is a scoring guide without a question."))
    draft = asdict(draft_of(row))
    values = {name: draft[name] for name in ("kind", "prompt", "think_seconds", "limit_seconds", "takes_allowed")}
    guide = draft_of(row).guide
    question = operations.add_question(
        question_set,
        **values,
        rubric=row.rubric,
        guide=guide,
        library_item_id=row.id,
        by=by,
        settings=row.settings,
        follow_up_lines=row.follow_ups,
    )
    if row.clip is not None:
        operations.set_clip(question, row.clip, by=by)
    if row.sign_clip is not None:
        operations.set_sign_clip(question, row.sign_clip, row.sign_language, by=by)
    return question


def set_clip(row: LibraryItem, clip: Clip | None, *, by: User) -> LibraryItem:
    """Write the version of an item that is asked in ``clip`` too, or in words alone. Raises what `save` raises.

    Earlier versions keep theirs.
    """
    return save(replace(draft_of(row), clip_id=clip.id if clip else None, clip_sha256=None), by=by, earlier=row)


def set_sign_clip(row: LibraryItem, clip: Clip | None, language: str, *, by: User) -> LibraryItem:
    """Write the version of an item whose words ``clip`` signs in ``language``, or that has no such clip.

    Raises what `save` raises, and ClipError where the language is not named.
    """
    language, clip_id = operations.signed_in(clip, language), clip.id if clip else None
    draft = replace(draft_of(row), sign_clip_id=clip_id, sign_clip_sha256=None, sign_language=language)
    return save(draft, by=by, earlier=row)


@clips.used_by
def use_of_clip(clip: Clip) -> clips.Use | None:
    """Where a clip asks a question of the library, or signs it: the newest version that it is of."""
    shows = sa.or_(LibraryItem.clip_id == clip.id, LibraryItem.sign_clip_id == clip.id)
    row = db.session.scalar(sa.select(LibraryItem).where(shows).order_by(LibraryItem.version.desc()))
    return clips.Use(row.title, url_for("library.item", item_id=row.id)) if row is not None else None


def _check_open(row: LibraryItem) -> None:
    if row.locked_at is not None:
        raise LibraryError(_("This is locked. An admin can unlock it."))
