"""Objecting and erasing: each says what it does, asks once more, and leaves a receipt."""

from __future__ import annotations

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.candidate import withdrawal
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.governance import erasure
from webapp.governance.models import Erasure
from webapp.interviews import operations as invitations
from webapp.interviews.candidate_session import load_interview
from webapp.own_data import operations
from webapp.own_data.held import TABLES, scope_of
from webapp.own_data.views.base import blueprint
from webapp.policy import Mode, Purpose

receipts = Blueprint("data_receipts", __name__, url_prefix="/data-receipts")


@blueprint.route("/object", methods=["GET", "POST"])
@limiter.limit("20 per hour", methods=["POST"])
def objecting(interview_id: str) -> Response | str | tuple[str, int]:
    """Object: to analyses, which stop at once; or to something else, which a person answers."""
    interview = load_interview(interview_id, revoked_too=True)
    error = ""
    if request.method == "POST":
        try:
            if request.form.get("what") == "analyses":
                operations.object_to_analyses(interview)
                said = _("Analyses have been stopped, and their results deleted.")
            else:
                operations.object_to(interview, request.form.get("words", ""))
                said = _("Your objection is recorded. Its receipt and the date of the answer are below.")
        except invitations.InvitationError as refused:
            db.session.rollback()
            error = str(refused)
        else:
            db.session.commit()
            flash(said, "success")
            return redirect(url_for("own_data.show", interview_id=interview_id, _anchor="receipts"))
    page = render_template(
        "own_data/object.html",
        interview=interview,
        losses=withdrawal.losses(interview, {Purpose.RECORDING} & interview.consented),
        analysed=bool(interview.consented - {Purpose.RECORDING}),
        days=operations.ANSWER_WITHIN.days,
        error=error,
        words=request.form.get("words", ""),
    )
    return (page, 422) if error else page


@blueprint.route("/erase", methods=["GET", "POST"])
@limiter.limit("20 per hour", methods=["POST"])
def erasing(interview_id: str) -> Response | str | tuple[str, int]:
    """Erase everything, after a page that says what goes and what must stay."""
    interview = load_interview(interview_id, revoked_too=True)
    if interview.mode is Mode.PRACTICE:
        return redirect(url_for("practice.delete", interview_id=interview.id))
    error = ""
    if request.method == "POST":
        if request.form.get("confirmed") == "yes":
            row = operations.erase(interview)
            if isinstance(row, Erasure):
                token = operations.receipt_token(row)
                db.session.commit()
                return redirect(url_for("data_receipts.show", token=token))
            db.session.commit()
            flash(_("A legal hold keeps your data for now. Your request is recorded; a person answers it."), "info")
            return redirect(url_for("own_data.show", interview_id=interview_id, _anchor="receipts"))
        error = _("Tick the box to erase everything.")
    plan = erasure.plan(scope_of(interview))
    page = render_template(
        "own_data/erase.html", interview=interview, plan=plan, held=bool(plan.held), error=error,
        recordings=plan.tables.get("recordings", 0), analyses=plan.tables.get("analyses", 0),
        transcripts=plan.tables.get("transcripts", 0), days=operations.ANSWER_WITHIN.days,
    )  # fmt: skip
    return (page, 422) if error else page


def _erasure(token: str) -> Erasure:
    return operations.erasure_of_token(token) or abort(404, _("This receipt's link is not complete."))


@receipts.get("/<token>")
@limiter.limit("60 per minute")
def show(token: str) -> str:
    """What was erased and when: opens without the interview, of which nothing may be left."""
    row = _erasure(token)
    return render_template("own_data/receipt.html", row=row, token=token, tables=TABLES)


@receipts.get("/<token>/certificate.json")
@limiter.limit("60 per minute")
def certificate(token: str) -> Response:
    """The same as a file."""
    response = jsonify(erasure.certificate(_erasure(token)))
    response.headers.set("Content-Disposition", "attachment", filename="erasure-receipt.json")
    return response
