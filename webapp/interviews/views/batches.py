"""Lists of people: what is in the file, which columns count, how far the inviting is, and what could not be done."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.core.database import db
from webapp.core.spreadsheets import write_csv
from webapp.interviews import batch_work, batches
from webapp.interviews.batch_models import BatchState, InvitationBatch
from webapp.interviews.forms import ColumnsForm, StartForm
from webapp.interviews.operations import InvitationError
from webapp.interviews.people_files import Kind
from webapp.interviews.views.inbox import blueprint, staff
from webapp.organisations.access import Right
from webapp.positions.access import load_position

#: Rows of the file, and problems or failures, that the page shows.
FIRST_ROWS, SHOWN = 5, 50


def _batch(batch_id: str) -> InvitationBatch:
    batch = db.session.get(InvitationBatch, batch_id) or abort(404)
    load_position(batch.position_id, Right.MANAGE)
    return batch


def _back(batch: InvitationBatch) -> Response:
    return redirect(url_for("interviews.batch", batch_id=batch.id))


@blueprint.get("/invitations/lists/<batch_id>")
@staff
def batch(batch_id: str) -> str:
    """A list: to be looked at and mapped, or how far it is."""
    row = _batch(batch_id)
    if row.state is BatchState.DRAFT:
        return _draft(row)
    counts = batches.counts(row)
    failed = batches.failed(row)
    return render_template(
        "interviews/list_progress.html", batch=row, counts=counts, failed=failed[:SHOWN], more=len(failed) - SHOWN,
        finished=row.state in (BatchState.DONE, BatchState.STOPPED),
    )  # fmt: skip


def _draft(row: InvitationBatch) -> str:
    sheet = batches.sheet_of(row)
    if sheet is None:
        return render_template("interviews/list_gone.html", batch=row)
    form = ColumnsForm.of(row, sheet)
    return render_template(
        "interviews/list_draft.html", batch=row, form=form, start=StartForm(), seen=batches.preview(row, sheet),
        first=sheet.rows[: FIRST_ROWS + row.has_header], is_cards=sheet.kind is Kind.VCARD, shown=SHOWN,
        headings=[name for _value, name in form.email.choices],
    )  # fmt: skip


@blueprint.post("/invitations/lists/<batch_id>/columns")
@staff
def map_list(batch_id: str) -> Response:
    """Say which columns hold the names and the addresses."""
    row = _batch(batch_id)
    sheet = batches.sheet_of(row) if row.state is BatchState.DRAFT else None
    if sheet is None:
        return _back(row)
    form = ColumnsForm.of(row, sheet)
    if form.validate_on_submit():
        try:
            batches.map_columns(row, form.names, form.email.data, form.has_header.data, by=current_user)
        except InvitationError as refused:
            flash(str(refused), "error")
        else:
            db.session.commit()
            flash(_("Saved. The next file with the same columns is read like this."), "success")
    else:
        flash(_("Choose columns of this file."), "error")
    return _back(row)


@blueprint.post("/invitations/lists/<batch_id>/start")
@staff
def start_list(batch_id: str) -> Response:
    """Invite everybody on the list."""
    row, form = _batch(batch_id), StartForm()
    try:
        batches.start(row, leave_out=bool(form.leave_out.data), by=current_user)
    except InvitationError as refused:
        db.session.rollback()
        flash(str(refused), "error")
    else:
        batch_work.announce(row)
        db.session.commit()
    return _back(row)


@blueprint.post("/invitations/lists/<batch_id>/stop")
@staff
def stop_list(batch_id: str) -> Response:
    """Invite nobody more for now."""
    row = _batch(batch_id)
    batches.stop(row, by=current_user)
    db.session.commit()
    return _back(row)


@blueprint.post("/invitations/lists/<batch_id>/continue")
@staff
def continue_list(batch_id: str) -> Response:
    """Go on with a list that was stopped, or try again what failed."""
    row = _batch(batch_id)
    batches.go_on(row, failed_too=row.state is BatchState.DONE, by=current_user)
    if row.state is BatchState.WAITING:
        batch_work.announce(row)
    db.session.commit()
    return _back(row)


@blueprint.post("/invitations/lists/<batch_id>/discard")
@staff
def discard_list(batch_id: str) -> Response:
    """Delete a list that was not started."""
    row = _batch(batch_id)
    position = row.position_id
    batches.discard(row)
    db.session.commit()
    return redirect(url_for("interviews.upload", position=position))


@blueprint.get("/invitations/lists/<batch_id>/progress")
@staff
def list_progress(batch_id: str) -> Response:
    """How far it is, for the page."""
    row = _batch(batch_id)
    facts: dict[str, Any] = {**batches.counts(row), "state": row.state.value}
    facts["finished"] = row.state in (BatchState.DONE, BatchState.STOPPED)
    return jsonify(facts)


@blueprint.get("/invitations/lists/<batch_id>/failed.csv")
@staff
def failed_lines(batch_id: str) -> Response:
    """The lines that could not be invited, with the reasons, as a file that can be mended and uploaded again."""
    rows = batches.failed(_batch(batch_id))
    body = write_csv(
        ("name", "email", "line", "reason"), ((row.name, row.email, str(row.line), row.reason) for row in rows)
    )
    response = Response(body, mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="viva-not-invited.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response
