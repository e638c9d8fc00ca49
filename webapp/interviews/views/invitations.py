"""Invitations: one by one and from a CSV, their links, extending and revoking."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.core import mail
from webapp.core.database import db, now
from webapp.core.security_log import record
from webapp.core.spreadsheets import write_csv
from webapp.core.zones import reader_zone
from webapp.interviews import attachments, batches, operations
from webapp.interviews.access import has_right, load_invitation
from webapp.interviews.answering import is_past, saved_answers, uploads_until
from webapp.interviews.forms import AddressForm, DeadlineForm, InvitationForm, UploadForm
from webapp.interviews.models import Interview, InterviewState, Invitation
from webapp.interviews.people_csv import MAX_BYTES, MAX_ROWS, UnreadableFileError
from webapp.interviews.status import Entry, Status, entry_of
from webapp.interviews.views.inbox import blueprint, staff
from webapp.organisations.access import Right, may_anywhere
from webapp.positions.access import load_position
from webapp.positions.models import Position
from webapp.positions.places import rules


def _entry(invitation_id: str, right: Right = Right.VIEW) -> Entry:
    """How far an invitation is, where the present user has ``right`` over it."""
    load_invitation(invitation_id, right)
    return entry_of(current_user, invitation_id) or abort(404)


def _check_may_invite() -> None:
    """403 for those who may invite nobody in any team."""
    if not may_anywhere(current_user, Right.MANAGE):
        abort(403)


def _chosen_before() -> dict[str, str]:
    """The position and the set that the page we come from was about."""
    return {name: request.args[name] for name in ("position", "question_set") if name in request.args}


@blueprint.route("/invitations/new", methods=["GET", "POST"])
@staff
def new() -> Response | tuple[str, int]:
    """Invite one person."""
    _check_may_invite()
    form = InvitationForm(**_chosen_before())
    if form.validate_on_submit():
        try:
            invitation = operations.create_invitation(
                name=form.name.data, email=form.email.data or "", by=current_user, **form.chosen
            )
            if form.resume.data:
                content = form.resume.data.stream.read(attachments.LARGEST + 1)
                name = form.resume.data.filename or ""
                attachments.attach(invitation, name, content, by=current_user._get_current_object())
        except attachments.AttachmentError as error:
            db.session.rollback()
            form.resume.errors = [str(error)]
        except operations.InvitationError as error:
            db.session.rollback()
            form.date.errors = [str(error)]
        else:
            db.session.commit()
            flash(_created(1, [invitation]), "success")
            return redirect(url_for("interviews.invitation", invitation_id=invitation.id))
    page = render_template("interviews/new.html", form=form, rules=rules, has_mail=mail.is_configured())
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/invitations/upload", methods=["GET", "POST"])
@staff
def upload() -> Response | tuple[str, int]:
    """Upload a list of people. Nobody is invited before it was looked at: views/batches.py."""
    _check_may_invite()
    form = UploadForm(**_chosen_before())
    if form.validate_on_submit():
        data = form.file.data.stream.read(MAX_BYTES + 1)
        try:
            batch = batches.receive(data, form.file.data.filename or "", by=current_user, **form.chosen)
        except UnreadableFileError as error:
            form.file.errors = [str(error)]
        except operations.InvitationError as error:
            form.date.errors = [str(error)]
        else:
            db.session.commit()
            return redirect(url_for("interviews.batch", batch_id=batch.id))
    page = render_template(
        "interviews/upload.html", form=form, rules=rules, max_rows=MAX_ROWS, recent=batches.recent(current_user),
        has_mail=mail.is_configured(),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


def _created(number: int, rows: list[Invitation]) -> str:
    """What happens next: the invitations are on their way, or the links are to be passed on."""
    if mail.is_configured() and all(row.email for row in rows):
        return ngettext(
            "The invitation has been created and is on its way to %(email)s.",
            "%(num)s invitations have been created and are on their way.",
            number,
            email=rows[0].email,
        )
    return ngettext(
        "The invitation has been created. Copy the link and send it.",
        "%(num)s invitations have been created. Copy the links and send them.",
        number,
    )


def _open_invitations() -> tuple[Position, list[Invitation]]:
    """The open invitations of the position in the address, or of the one batch whose moment is there too."""
    position = load_position(request.args.get("position", ""), Right.MANAGE)
    query = (
        operations.invitations_of(current_user, Right.MANAGE)
        .outerjoin(Interview, Interview.invitation_id == Invitation.id)
        .where(
            Invitation.position_id == position.id,
            Invitation.revoked_at.is_(None),
            Invitation.deadline > now(),
            sa.or_(Interview.id.is_(None), Interview.state != InterviewState.SUBMITTED),
        )
    )
    if "at" in request.args:
        try:
            moment = datetime.fromisoformat(request.args["at"])
            if moment.tzinfo is None:
                abort(404)
            moment = moment.astimezone(UTC)
        except (ValueError, OverflowError):  # no moment, or one beyond the calendar's ends
            abort(404)
        query = query.where(Invitation.created_at == moment)
    return position, list(db.session.scalars(query.order_by(sa.func.lower(Invitation.name), Invitation.id)))


@blueprint.get("/invitations/links")
@staff
def links() -> str:
    """Links to pass on."""
    position, rows = _open_invitations()
    pairs = [(row, operations.invitation_url(row)) for row in rows]
    return render_template("interviews/links.html", position=position, pairs=pairs, batch=request.args.get("at"))


@blueprint.get("/invitations/links.csv")
@staff
def links_csv() -> Response:
    """The same links as a file, for a mail merge."""
    position, rows = _open_invitations()
    zone = reader_zone()
    body = write_csv(
        ("name", "email", "link", "deadline", "position"),
        (
            (
                row.name,
                row.email,
                operations.invitation_url(row),
                f"{row.deadline.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}",
                position.title,
            )
            for row in rows
        ),
    )
    response = Response(body, mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="viva-links.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/invitations/<invitation_id>")
@staff
def invitation(invitation_id: str) -> str:
    """One invitation: its link, its deadline, how far it is."""
    return _invitation_page(_entry(invitation_id), DeadlineForm())


def _invitation_page(entry: Entry, form: DeadlineForm) -> str:
    manages = has_right(current_user, entry.invitation, Right.MANAGE)
    is_open = manages and operations.is_open(entry.invitation)
    link = operations.invitation_url(entry.invitation) if is_open else None
    if link:
        record("link shown", invitation=entry.invitation.id)
    interview = entry.invitation.interview
    return render_template(
        "interviews/invitation.html",
        entry=entry,
        invitation=entry.invitation,
        link=link,
        manages=manages,
        form=form,
        saved=len(saved_answers(interview)) if interview is not None else 0,
        in_grace=entry.status is Status.IN_PROGRESS and is_past(entry.invitation.deadline),
        until=uploads_until(interview) if interview is not None else None,
    )


@blueprint.post("/invitations/<invitation_id>/extend")
@staff
def extend(invitation_id: str) -> Response | tuple[str, int]:
    """Move the deadline."""
    entry = _entry(invitation_id, Right.MANAGE)
    form = DeadlineForm()
    if form.validate_on_submit():
        try:
            operations.extend(entry.invitation, form.deadline, by=current_user)
        except operations.InvitationError as error:
            if entry.has_report or entry.invitation.revoked_at:  # a page from before, whose form is gone now
                flash(str(error), "error")
                return redirect(url_for("interviews.invitation", invitation_id=invitation_id))
            form.date.errors = [str(error)]
        else:
            db.session.commit()
            flash(_("The deadline has been changed. The link stays the same."), "success")
            return redirect(url_for("interviews.invitation", invitation_id=invitation_id))
    return _invitation_page(entry, form), 422


@blueprint.post("/invitations/<invitation_id>/release")
@staff
def release(invitation_id: str) -> Response:
    """Let the candidate go on in another browser."""
    entry = _entry(invitation_id, Right.MANAGE)
    operations.release(entry.invitation, by=current_user)
    db.session.commit()
    flash(
        _("The link has been released. It will belong to the next browser in which the interview is started."),
        "success",
    )
    return redirect(url_for("interviews.invitation", invitation_id=invitation_id))


@blueprint.post("/invitations/<invitation_id>/revoke")
@staff
def revoke(invitation_id: str) -> Response:
    """Close the link."""
    entry = _entry(invitation_id, Right.MANAGE)
    try:
        operations.revoke(entry.invitation, by=current_user)
    except operations.InvitationError as error:
        flash(str(error), "error")
    else:
        db.session.commit()
        flash(_("The invitation has been revoked. Its link no longer works."), "success")
    return redirect(url_for("interviews.invitation", invitation_id=invitation_id))


@blueprint.post("/invitations/<invitation_id>/address")
@staff
def correct_address(invitation_id: str) -> Response:
    """Put right an address to which mail did not arrive."""
    entry, form = _entry(invitation_id, Right.MANAGE), AddressForm()
    if form.validate_on_submit():
        try:
            operations.correct_email(entry.invitation, form.email.data or "", by=current_user)
        except operations.InvitationError as error:
            flash(str(error), "error")
        else:
            db.session.commit()
            flash(_("The address has been changed. The invitation goes there now."), "success")
    else:
        flash(" ".join(str(error) for error in form.email.errors), "error")
    return redirect(url_for("interviews.invitation", invitation_id=invitation_id))


@blueprint.post("/invitations/<invitation_id>/requests/<request_id>/settle")
@staff
def settle_request(invitation_id: str, request_id: str) -> Response:
    """Note that what a candidate asked for is settled."""
    entry = _entry(invitation_id, Right.MANAGE)
    asked = next((each for each in operations.requests_of(entry.invitation) if each.id == request_id), None)
    if asked is None:
        abort(404)
    operations.settle(asked, by=current_user, answer=request.form.get("answer", ""))
    db.session.commit()
    return redirect(url_for("interviews.invitation", invitation_id=invitation_id))
