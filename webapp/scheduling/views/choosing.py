"""The candidate's side: choose a time, move it, cancel it, put it into a calendar, join."""

from __future__ import annotations

from flask import Response as Page
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.candidate.status import invitation_of_status_token
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.interviews.models import Invitation
from webapp.live.operations import url_of
from webapp.scheduling import blocks, operations
from webapp.scheduling.views.base import blueprint, calendar_file


def _invitation(token: str) -> Invitation:
    found = invitation_of_status_token(token)
    return found or abort(404, _("This link is not complete. Open it again from the message that you were sent."))


@blueprint.get("/schedule/<token>")
@limiter.limit("60 per minute")
def choose(token: str) -> str:
    """The times to choose from, and the one that was chosen."""
    invitation = _invitation(token)
    appointment = blocks.appointment_of(invitation)
    return render_template(
        "scheduling/choose.html",
        token=token, invitation=invitation, appointment=appointment, slots=operations.open_slots(invitation),
        link=url_of(appointment.room, candidate=True) if appointment and appointment.room else "",
    )  # fmt: skip


@blueprint.post("/schedule/<token>")
@limiter.limit("30 per minute")
def book(token: str) -> Response:
    """Choose (form field ``slot``)."""
    try:
        operations.book(_invitation(token), request.form.get("slot", ""))
    except operations.SchedulingError as error:
        db.session.rollback()
        flash(str(error), "error")
    else:
        db.session.commit()
        flash(_("This time is yours."), "success")
    return redirect(url_for("scheduling.choose", token=token))


@blueprint.post("/schedule/<token>/cancel")
@limiter.limit("30 per minute")
def cancel(token: str) -> Response:
    """Cancel; another time can be chosen."""
    appointment = blocks.appointment_of(_invitation(token))
    if appointment is not None and operations.cancel(appointment):
        db.session.commit()
        flash(_("The conversation is cancelled."), "info")
    return redirect(url_for("scheduling.choose", token=token))


@blueprint.get("/schedule/<token>/calendar.ics")
@limiter.limit("60 per minute")
def calendar(token: str) -> Page:
    """The calendar file for the candidate."""
    appointment = operations.appointment_of(_invitation(token)) or abort(404)
    url = url_of(appointment.room, candidate=True) if appointment.room else ""
    return calendar_file(operations.entry_of(appointment, url))
