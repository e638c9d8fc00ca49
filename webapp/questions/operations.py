"""What can be done with question sets: draft, publish (which freezes), copy into a new version, archive.

Nothing here commits. Changing what is frozen raises ``ImmutableError``, here and again where rows are
written (immutability.py).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import current_app, url_for
from flask_babel import gettext as _

from webapp.accounts.models import Role, User
from webapp.clips import operations as clips
from webapp.clips.models import Clip
from webapp.core.database import db, now
from webapp.questions import follow_ups
from webapp.questions.guide import ScoringGuide
from webapp.questions.immutability import ImmutableError
from webapp.questions.models import Beforehand, Question, QuestionKind, QuestionSet, SetState

#: What the length of one interview, and of its page, allows.
MAX_QUESTIONS = 40
#: Characters of a sign language's name.
LONGEST_SIGN_LANGUAGE = 60

_COPIED = (
    "position", "kind", "prompt", "think_seconds", "limit_seconds", "takes_allowed", "rubric", "guide",
    "theme", "settings", "follow_ups", "clip_id", "sign_clip_id", "sign_language", "library_item_id",
)  # fmt: skip


class QuestionSetError(ValueError):
    """This cannot be done with this question set as it is; the message is for a person."""


def visible_to(user: User) -> sa.Select[QuestionSet]:
    """The sets that ``user`` may read: an admin all, other people who work here the published ones, others none."""
    if not user.role.is_staff:
        return sa.select(QuestionSet).where(sa.false())
    query = sa.select(QuestionSet).where(
        sa.or_(QuestionSet.organisation_id == user.organisation_id, QuestionSet.organisation_id.is_(None))
    )
    return query if user.role is Role.ADMIN else query.where(QuestionSet.state == SetState.PUBLISHED)


def create_set(
    *,
    title: str,
    introduction: str,
    by: User,
    beforehand: Beforehand = Beforehand.NOTHING,
    existing_files: bool = False,
) -> QuestionSet:
    """Begin a set: a draft of version 1 without questions."""
    row = QuestionSet(
        title=title.strip(),
        introduction=introduction.strip(),
        beforehand=beforehand,
        existing_files=existing_files,
        created_by_id=by.id,
        organisation_id=by.organisation_id,
    )
    db.session.add(row)
    db.session.flush()
    _log(row, "created", by)
    return row


def edit_set(
    row: QuestionSet,
    *,
    title: str,
    introduction: str,
    by: User,
    beforehand: Beforehand | None = None,
    existing_files: bool | None = None,
) -> None:
    """Change a draft's title, introduction, what is told beforehand, and whether files count. Raises ImmutableError."""
    _check_draft(row)
    row.title, row.introduction = title.strip(), introduction.strip()
    row.beforehand = row.beforehand if beforehand is None else beforehand
    row.existing_files = row.existing_files if existing_files is None else existing_files
    db.session.flush()
    _log(row, "edited", by)


def delete_draft(row: QuestionSet, *, by: User) -> None:
    """Remove a draft for good. Raises ImmutableError: what has been published is archived, never removed."""
    _check_draft(row)
    shown = [clip for question in row.questions for clip in (question.clip, question.sign_clip)]
    db.session.delete(row)
    db.session.flush()
    for clip in shown:
        clips.release(clip)
    _log(row, "deleted", by)


def add_question(
    row: QuestionSet,
    *,
    kind: QuestionKind,
    prompt: str,
    think_seconds: int,
    limit_seconds: int,
    takes_allowed: int,
    rubric: str = "",
    guide: ScoringGuide | None = None,
    library_item_id: str | None = None,
    theme: str = "",
    settings: dict[str, Any] | None = None,
    follow_up_lines: str = "",
    by: User,
) -> Question:
    """Add a question at the end of a draft; times in seconds. With a ``guide`` its points are the rubric.

    Raises ImmutableError, and QuestionSetError beyond MAX_QUESTIONS.
    """
    _check_draft(row)
    if len(row.questions) >= MAX_QUESTIONS:
        raise QuestionSetError(
            _(
                "A question set can have at most %(max_questions)s questions. Delete one, or create another set.",
                max_questions=MAX_QUESTIONS,
            )
        )
    question = Question(
        position=len(row.questions) + 1,
        kind=kind,
        prompt=prompt.strip(),
        think_seconds=think_seconds,
        limit_seconds=limit_seconds,
        takes_allowed=takes_allowed,
        library_item_id=library_item_id,
        theme=theme.strip(),
        settings=settings,
        follow_ups=follow_up_lines.strip(),
        **_guided(rubric, guide),
    )
    row.questions.append(question)
    db.session.flush()
    current_app.logger.info("Question %s added by %s", question.id, by.id)
    return question


def edit_question(
    question: Question,
    *,
    kind: QuestionKind,
    prompt: str,
    think_seconds: int,
    limit_seconds: int,
    takes_allowed: int,
    rubric: str,
    guide: ScoringGuide | None = None,
    theme: str = "",
    settings: dict[str, Any] | None = None,
    follow_up_lines: str | None = None,
    by: User,
) -> None:
    """Change a question of a draft; times in seconds. With a ``guide`` its points are the rubric.

    Raises ImmutableError.
    """
    _check_draft(question.question_set)
    question.kind, question.prompt = kind, prompt.strip()
    for name, value in _guided(rubric, guide).items():
        setattr(question, name, value)
    question.think_seconds, question.limit_seconds = think_seconds, limit_seconds
    question.takes_allowed = takes_allowed
    question.theme, question.settings = theme.strip(), settings
    if follow_up_lines is not None:
        question.follow_ups = follow_up_lines.strip()
    db.session.flush()
    current_app.logger.info("Question %s edited by %s", question.id, by.id)


def _guided(rubric: str, guide: ScoringGuide | None) -> dict[str, Any]:
    return {"rubric": guide.rubric if guide else rubric.strip(), "guide": guide.to_json() if guide else None}


def delete_question(question: Question, *, by: User) -> None:
    """Take a question out of a draft; those after it move up. Raises ImmutableError."""
    row = question.question_set
    _check_draft(row)
    shown = question.clip, question.sign_clip
    row.questions.remove(question)
    _number(row)
    db.session.flush()
    for clip in shown:
        clips.release(clip)
    current_app.logger.info("Question %s deleted by %s", question.id, by.id)


def set_clip(question: Question, clip: Clip | None, *, by: User) -> None:
    """Ask a question of a draft in a clip too, or no longer; the earlier one goes where nobody shows it.

    Raises ImmutableError.
    """
    _check_draft(question.question_set)
    earlier, question.clip = question.clip, clip
    db.session.flush()
    if earlier is not clip:
        clips.release(earlier)
    current_app.logger.info("Question %s is asked in %s by %s", question.id, clip.id if clip else "words", by.id)


def set_sign_clip(question: Question, clip: Clip | None, language: str, *, by: User) -> None:
    """Show the words of a draft's question in a sign ``language`` too, or no longer; the earlier clip goes where nobody
    shows it. Its words are the question's, so that there are no captions to check.

    Raises ImmutableError, and ClipError where the language is not named.
    """
    _check_draft(question.question_set)
    question.sign_language = signed_in(clip, language)
    earlier, question.sign_clip = question.sign_clip, clip
    db.session.flush()
    if earlier is not clip:
        clips.release(earlier)
    current_app.logger.info("Question %s in sign language: %s by %s", question.id, clip.id if clip else "none", by.id)


def signed_in(clip: Clip | None, language: str) -> str:
    """The name of the sign ``language`` of ``clip``, which needs no captions from now on: its words stand beside it.

    Empty without a clip. Raises ClipError where the language is not named.
    """
    if clip is None:
        return ""
    if not language.strip():
        raise clips.ClipError(_("Say which sign language it is."))
    clips.confirm_silent(clip)
    return language.strip()[:LONGEST_SIGN_LANGUAGE]


@clips.used_by
def use_of_clip(clip: Clip) -> clips.Use | None:
    """Where a clip asks a question: the newest version of its set, for those who edit it."""
    question = db.session.scalar(
        sa.select(Question)
        .join(QuestionSet, QuestionSet.id == Question.question_set_id)
        .where(sa.or_(Question.clip_id == clip.id, Question.sign_clip_id == clip.id))
        .order_by(QuestionSet.version.desc())
    )
    if question is None:
        return None
    where = url_for("questions.show", set_id=question.question_set_id, _anchor=f"question-{question.id}")
    return clips.Use(_("Question %(number)s", number=question.position), where)


def move_question(question: Question, places: int, *, by: User) -> None:
    """Move a question of a draft ``places`` down (negative: up), as far as there is room. Raises ImmutableError."""
    row = question.question_set
    _check_draft(row)
    order = list(row.questions)
    old = order.index(question)
    order.insert(max(0, min(len(order) - 1, old + places)), order.pop(old))
    for position, each in enumerate(order, 1):
        each.position = position
    db.session.flush()
    row.questions.sort(key=lambda each: each.position)
    current_app.logger.info("Question %s moved by %s", question.id, by.id)


def _number(row: QuestionSet) -> None:
    for position, question in enumerate(row.questions, 1):
        question.position = position


def publish(row: QuestionSet, *, by: User) -> None:
    """Freeze a draft and let it be chosen for invitations. Raises ImmutableError, and QuestionSetError
    without a question."""
    _check_draft(row)
    if not row.questions:
        raise QuestionSetError(_("There are no questions in this set yet. Add at least one, then publish."))
    for question in row.questions:
        if question.clip is not None and not question.clip.is_shown:
            raise QuestionSetError(
                _(
                    "The video or sound of question %(number)s is not ready: check its captions, or take it off.",
                    number=question.position,
                )
            )
        if question.sign_clip is not None and question.signed is None:
            raise QuestionSetError(
                _(
                    "The sign-language video of question %(number)s is not ready, or has no picture. Wait a moment, "
                    "or take it off.",
                    number=question.position,
                )
            )
    db.session.flush()
    follow_ups.make_rows(row)
    row.state, row.published_at = SetState.PUBLISHED, now()
    db.session.flush()
    _log(row, "published", by)


def new_version(row: QuestionSet, *, by: User) -> QuestionSet:
    """Copy a published or archived version into a draft of the next one; the old one stays what it is.

    Raises QuestionSetError where ``row`` is a draft, or where its lineage has a draft already.
    """
    if row.state is SetState.DRAFT:
        raise QuestionSetError(_("This is a draft. Edit it directly; it does not need a new version."))
    siblings = versions(row)
    if draft := next((each for each in siblings if each.state is SetState.DRAFT), None):
        raise QuestionSetError(
            _("Version %(version)s is already a draft. Edit or delete that one.", version=draft.version)
        )
    copy = QuestionSet(
        lineage=row.lineage,
        version=max(each.version for each in siblings) + 1,
        title=row.title,
        introduction=row.introduction,
        beforehand=row.beforehand,
        existing_files=row.existing_files,
        created_by_id=by.id,
        organisation_id=by.organisation_id,
    )
    copy.questions = [Question(**{name: getattr(each, name) for name in _COPIED}) for each in row.questions]
    db.session.add(copy)
    try:
        db.session.flush()
    except sa.exc.IntegrityError:  # somebody else, or a second click, was faster
        db.session.rollback()
        raise QuestionSetError(
            _("The next version has just been created. Find the draft in the list of question sets.")
        ) from None
    _log(copy, "created", by)
    return copy


def archive(row: QuestionSet, *, by: User) -> None:
    """Take a published version out of choice; links that were made with it go on working. Raises QuestionSetError."""
    if row.state is not SetState.PUBLISHED:
        raise QuestionSetError(_("Only a published version can be archived."))
    row.state, row.archived_at = SetState.ARCHIVED, now()
    db.session.flush()
    _log(row, "archived", by)


def versions(row: QuestionSet) -> list[QuestionSet]:
    """All versions of a set, the newest first."""
    query = sa.select(QuestionSet).where(QuestionSet.lineage == row.lineage).order_by(QuestionSet.version.desc())
    return list(db.session.scalars(query))


def _check_draft(row: QuestionSet) -> None:
    if row.state is not SetState.DRAFT:
        raise ImmutableError


def _log(row: QuestionSet, verb: str, by: User) -> None:
    current_app.logger.info("Question set %s %s by %s", row.id, verb, by.id)
