"""Invitations, and files and requests of candidates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from flask_smorest.fields import Upload
from marshmallow import fields, validate

from webapp.api.fields import Choice, Id, Moment, Text
from webapp.api.paging import Paged
from webapp.core.translation import languages
from webapp.interviews import operations
from webapp.interviews.access import has_right
from webapp.interviews.forms import zones
from webapp.interviews.models import Attachment, CandidateRequest, Invitation, Outcome, RequestKind
from webapp.interviews.status import Status, entries_of
from webapp.organisations.access import Right
from webapp.reviews.access import are_files_hidden


class InvitationOut(ma.Schema):
    """Somebody who was invited. In blind review name and address are null for those who are not to know them yet."""

    id = fields.String(required=True)
    position_id = fields.String(required=True)
    question_set_id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    status = Choice(Status, required=True)
    deadline = fields.DateTime(required=True)
    time_zone = fields.String(required=True)
    language = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    created_by_id = fields.String(required=True)
    revoked_at = fields.DateTime(required=True, allow_none=True)
    withdrawn_at = fields.DateTime(required=True, allow_none=True)
    interview_id = fields.String(required=True, allow_none=True)
    submitted_at = fields.DateTime(required=True, allow_none=True)
    link = fields.String(
        required=True, allow_none=True,
        metadata={"description": "The candidate's secret link, while it is open, for those who may invite."},
    )  # fmt: skip


def _known_language(value: str) -> None:
    if value not in languages():
        raise ma.ValidationError(_("There is no such language here."))


class _Deadline(ma.Schema):
    position_id = Id(required=True)
    question_set_id = Id(required=True)
    deadline = Moment(required=True, metadata={"example": "2027-01-31T23:59:00+01:00"})
    time_zone = fields.String(validate=validate.OneOf(zones()), load_default="UTC")


class Candidate(ma.Schema):
    """Somebody to invite."""

    name = Text(120, shortest=1, required=True, metadata={"example": "Kim Tremblay"})
    email = Text(254, load_default="", metadata={"example": "kim@example.org"})


class InvitationIn(_Deadline):
    """Somebody to invite. With an address and a mail server the link is sent; else it is in the answer."""

    name = Text(120, shortest=1, required=True, metadata={"example": "Kim Tremblay"})
    email = Text(254, load_default="", metadata={"example": "kim@example.org"})
    language = fields.String(validate=_known_language, load_default="en", metadata={"example": "en"})


class ManyIn(_Deadline):
    """People to invite: all of them, or nobody."""

    people = fields.List(fields.Nested(Candidate), required=True, validate=validate.Length(min=1, max=500))


class ManyOut(ma.Schema):
    """Those who were invited, in the order in which they were sent."""

    data = fields.List(fields.Nested(InvitationOut), required=True)


class InvitationChange(ma.Schema):
    """A later or earlier deadline, or the right address; what is left out stays."""

    deadline = Moment()
    email = Text(254, shortest=1)


class InvitationQuery(Paged):
    """Which invitations."""

    position_id = Id()
    team_id = Id()
    status = Choice(Status)
    outcome = Choice(Outcome)
    q = Text(120, metadata={"description": "Part of a name or an address."})


class FileOut(ma.Schema):
    """A file of a candidate, such as a résumé."""

    id = fields.String(required=True)
    invitation_id = fields.String(required=True)
    name = fields.String(required=True)
    media_type = fields.String(required=True)
    bytes = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    created_at = fields.DateTime(required=True)


class FileIn(ma.Schema):
    """A file to attach: PDF, Word (.docx) or a picture, of 10 MB at most."""

    file = Upload(required=True)


class RequestOut(ma.Schema):
    """What a candidate asked for."""

    id = fields.String(required=True)
    kind = Choice(RequestKind, required=True)
    text = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    settled_at = fields.DateTime(required=True, allow_none=True)


def shown_to(user: Any, rows: Sequence[Invitation]) -> list[dict[str, Any]]:
    """Invitations as they are answered."""
    entries = {entry.invitation.id: entry for entry in entries_of(user, [row.id for row in rows])}
    found = []
    for row in rows:
        entry = entries[row.id]
        hidden = are_files_hidden(user, row)  # in blind review, as the name is
        is_open = has_right(user, row, Right.MANAGE) and operations.is_open(row)
        names = (
            "id", "position_id", "question_set_id", "deadline", "time_zone", "language", "created_at", "created_by_id",
            "revoked_at", "withdrawn_at",
        )  # fmt: skip
        found.append(
            {
                **{name: getattr(row, name) for name in names},
                "name": None if hidden else row.name,
                "email": None if hidden else row.email,
                "status": entry.status,
                "interview_id": entry.interview_id,
                "submitted_at": entry.submitted_at,
                "link": operations.invitation_url(row) if is_open else None,
            }
        )
    return found


def file_shown(row: Attachment) -> dict[str, Any]:
    """A file as it is answered."""
    return {name: getattr(row, name) for name in FileOut._declared_fields}


def request_shown(row: CandidateRequest) -> dict[str, Any]:
    """A request as it is answered."""
    return {name: getattr(row, name) for name in RequestOut._declared_fields}


def no_such(what: str) -> str:
    """Why an id that was sent leads to nothing."""
    return _("There is no such %(what)s, or it is not this person's to use.", what=what)
