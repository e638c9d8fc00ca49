"""Invitations: made, found, extended, revoked; files and requests of candidates."""

from __future__ import annotations

from typing import Any

from flask import Response, abort
from flask_babel import gettext as _

from webapp.api.framework import me, operation
from webapp.api.paging import page, page_of, whole
from webapp.api.schemas.invitations import (
    FileIn,
    FileOut,
    InvitationChange,
    InvitationIn,
    InvitationOut,
    InvitationQuery,
    ManyIn,
    ManyOut,
    RequestOut,
    file_shown,
    no_such,
    request_shown,
    shown_to,
)
from webapp.api.scopes import Scope
from webapp.core.database import db
from webapp.core.security_log import record
from webapp.interviews import attachments, operations
from webapp.interviews.access import load_invitation
from webapp.interviews.filters import Filters
from webapp.interviews.models import Attachment, Invitation
from webapp.interviews.operations import BatchError
from webapp.interviews.people_csv import Person, Problem
from webapp.interviews.person_fields import FieldError, clean_email, clean_name
from webapp.interviews.status import found
from webapp.organisations.access import Right
from webapp.positions.models import Position
from webapp.positions.operations import positions_of
from webapp.questions.models import QuestionSet
from webapp.questions.operations import visible_to
from webapp.reviews.access import files_of
from webapp.reviews.views.files import file as open_file

TAG = "Invitations"
READ, WRITE = Scope.INVITATIONS_READ, Scope.INVITATIONS_WRITE
_ONE = "/invitations/<id:invitation_id>"


def _shown(row: Invitation) -> dict[str, Any]:
    shown = shown_to(me(), [row])[0]
    if shown["link"]:
        record("link shown", invitation=row.id)
    return shown


def _many(rows: list[Invitation]) -> dict[str, Any]:
    return {"data": shown_to(me(), rows)}


INVITATION: Any = {"answers": InvitationOut, "show": _shown}


@operation("GET", "/invitations", TAG, scope=READ, query=InvitationQuery, answers=page_of(InvitationOut))
def list_invitations(query: dict[str, Any]) -> Any:
    """List invitations"""
    names = {"position_id": "position", "team_id": "team"}
    wanted = {names.get(name, name): value for name, value in query.items() if name not in ("limit", "cursor")}
    rows = found(me(), Filters(**wanted))
    return page(rows, Invitation.created_at, Invitation.id, query, lambda shown: shown_to(me(), shown))


def _chosen(body: dict[str, Any]) -> dict[str, Any]:
    """The position and the set that were named, as the pages offer them; 422 for others."""
    position = db.session.scalar(positions_of(me(), Right.MANAGE).where(Position.id == body.pop("position_id")))
    if position is None:
        abort(422, no_such(_("position")))
    question_set = db.session.scalar(visible_to(me()).where(QuestionSet.id == body.pop("question_set_id")))
    if question_set is None:
        abort(422, no_such(_("question set")))
    return {"position": position, "question_set": question_set, **body, "by": me()}


def _address(email: str) -> str:
    try:
        return clean_email(email) if email else ""
    except FieldError as refused:
        abort(422, str(refused))


@operation("POST", "/invitations", TAG, scope=WRITE, body=InvitationIn, status=201, **INVITATION)
def create_invitation(body: dict[str, Any]) -> Invitation:
    """Invite a candidate"""
    body["email"] = _address(body["email"])
    return operations.create_invitation(**_chosen(body))


@operation("POST", "/invitations/bulk", TAG, scope=WRITE, body=ManyIn, answers=ManyOut, show=_many, status=201)
def create_invitations(body: dict[str, Any]) -> list[Invitation]:
    """Invite up to 500 candidates at once

    All of them, or nobody: `errors` then says who is at fault, as `people.NUMBER.FIELD`, counted from 0."""
    people, problems = [], []
    for number, each in enumerate(body.pop("people")):
        try:
            email = clean_email(each["email"]) if each["email"] else ""
            people.append(Person(number, clean_name(each["name"]), email))
        except FieldError as refused:
            problems.append(Problem(number, str(refused), "email", each["email"]))
    if problems:
        raise BatchError(problems)
    return operations.create_invitations(people, **_chosen(body))


@operation("GET", _ONE, TAG, scope=READ, **INVITATION)
def get_invitation(invitation_id: str) -> Invitation:
    """Read an invitation"""
    return load_invitation(invitation_id)


@operation("PATCH", _ONE, TAG, scope=WRITE, body=InvitationChange, **INVITATION)
def change_invitation(body: dict[str, Any], invitation_id: str) -> Invitation:
    """Move the deadline of an invitation, or correct its address"""
    row = load_invitation(invitation_id, Right.MANAGE)
    if "deadline" in body:
        operations.extend(row, body["deadline"], by=me())
    if "email" in body:
        operations.correct_email(row, body["email"], by=me())
    return row


@operation("POST", f"{_ONE}/revoke", TAG, scope=WRITE, **INVITATION)
def revoke_invitation(invitation_id: str) -> Invitation:
    """Close an invitation's link for good"""
    row = load_invitation(invitation_id, Right.MANAGE)
    operations.revoke(row, by=me())
    return row


@operation("POST", f"{_ONE}/release", TAG, scope=WRITE, **INVITATION)
def release_invitation(invitation_id: str) -> Invitation:
    """Let a candidate go on in another browser"""
    row = load_invitation(invitation_id, Right.MANAGE)
    operations.release(row, by=me())
    return row


@operation("GET", f"{_ONE}/files", TAG, scope=READ, answers=page_of(FileOut))
def list_files(invitation_id: str) -> Any:
    """List a candidate's files

    None in blind review, while names are hidden."""
    return whole([file_shown(each) for each in files_of(load_invitation(invitation_id))])


@operation("POST", f"{_ONE}/files", TAG, scope=WRITE, files=FileIn, answers=FileOut, show=file_shown, status=201)
def attach_file(files: dict[str, Any], invitation_id: str) -> Attachment:
    """Attach a file, such as a résumé"""
    row = load_invitation(invitation_id, Right.MANAGE)
    content = files["file"].stream.read(attachments.LARGEST + 1)
    return attachments.attach(row, files["file"].filename or "", content, by=me())


@operation(
    "GET", "/files/<id:attachment_id>", TAG, scope=READ,
    content={200: tuple(attachments.ENDINGS), 206: tuple(attachments.ENDINGS)},
)  # fmt: skip
def get_file(attachment_id: str) -> Response:
    """Download a candidate's file"""
    return open_file(attachment_id=attachment_id)


@operation("DELETE", "/files/<id:attachment_id>", TAG, scope=WRITE, status=204)
def delete_file(attachment_id: str) -> None:
    """Delete a candidate's file"""
    row = db.session.get(Attachment, attachment_id) or abort(404)
    load_invitation(row.invitation_id, Right.MANAGE)
    attachments.remove(row)


@operation("GET", f"{_ONE}/requests", TAG, scope=READ, answers=page_of(RequestOut))
def list_requests(invitation_id: str) -> Any:
    """List what a candidate asked for

    Another format, another time, a person."""
    rows = operations.requests_of(load_invitation(invitation_id, Right.MANAGE))
    return whole([request_shown(row) for row in rows])


@operation("POST", f"{_ONE}/requests/<id:request_id>/settle", TAG, scope=WRITE, answers=RequestOut, show=request_shown)
def settle_request(invitation_id: str, request_id: str) -> Any:
    """Note that what a candidate asked for is settled"""
    rows = operations.requests_of(load_invitation(invitation_id, Right.MANAGE))
    row = next((each for each in rows if each.id == request_id), None) or abort(404)
    operations.settle(row, by=me())
    return row
