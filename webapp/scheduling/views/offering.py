"""The host's side: offer times, see what was chosen, cancel, ask a candidate to choose."""

from __future__ import annotations

from flask import Response as Page
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.core.database import db
from webapp.core.hosts import link_to
from webapp.interviews.access import Right
from webapp.interviews.models import Invitation
from webapp.interviews.operations import invitations_of
from webapp.scheduling import operations
from webapp.scheduling.forms import OfferForm
from webapp.scheduling.models import Appointment, Slot
from webapp.scheduling.views.base import blueprint, calendar_file, staff


@blueprint.route("/times", methods=["GET", "POST"])
@staff
def times() -> Response | tuple[str, int]:
    """The times that one offers, and a form for more."""
    form = OfferForm(**({"position": request.args["position"]} if "position" in request.args else {}))
    if form.validate_on_submit():
        try:
            made = operations.offer(current_user, form.chosen_position, form.starts, form.minutes.data or 0)
        except operations.SchedulingError as error:
            db.session.rollback()
            form.begins.errors = [str(error)]
        else:
            db.session.commit()
            flash(ngettext("%(num)s time is offered.", "%(num)s times are offered.", len(made)), "success")
            return redirect(url_for("scheduling.times"))
    page = render_template("scheduling/times.html", form=form, slots=operations.slots_of(current_user))
    return page, 422 if form.errors else 200


@blueprint.post("/times/<slot_id>/withdraw")
@staff
def withdraw_slot(slot_id: str) -> Response:
    """Offer a time no longer."""
    slot = db.session.get(Slot, slot_id)
    if slot is None or slot.host_id != current_user.id:
        abort(404)
    try:
        operations.withdraw(slot)
    except operations.SchedulingError as error:
        flash(str(error), "error")
    else:
        db.session.commit()
    return redirect(url_for("scheduling.times"))


def _appointment(appointment_id: str) -> Appointment:
    found = db.session.get(Appointment, appointment_id)
    if found is None or not operations.may_cancel(current_user, found):
        abort(404)
    return found


@blueprint.post("/appointments/<appointment_id>/cancel")
@staff
def cancel_appointment(appointment_id: str) -> Response:
    """Cancel a live interview; the candidate is told."""
    appointment = _appointment(appointment_id)
    invitation_id = appointment.invitation_id
    operations.cancel(appointment)
    db.session.commit()
    flash(_("The conversation is cancelled, and %(name)s is told.", name=appointment.invitation.name), "success")
    return redirect(url_for("interviews.invitation", invitation_id=invitation_id))


@blueprint.get("/appointments/<appointment_id>.ics")
@staff
def host_calendar(appointment_id: str) -> Page:
    """The calendar file for the host."""
    appointment = _appointment(appointment_id)
    url = link_to("live.manage", room_id=appointment.room_id) if appointment.room_id else ""
    return calendar_file(operations.entry_of(appointment, url))


@blueprint.post("/invitations/<invitation_id>/ask-for-time")
@staff
def ask_for_time(invitation_id: str) -> Response:
    """Ask a candidate to choose a time."""
    invitation = db.session.scalar(
        invitations_of(current_user, Right.MANAGE).where(Invitation.id == invitation_id)
    ) or abort(404)
    try:
        operations.ask_to_choose(invitation, by=current_user)
    except operations.SchedulingError as error:
        flash(str(error), "error")
        return redirect(url_for("scheduling.times", position=invitation.position_id))
    db.session.commit()
    flash(_("%(name)s is asked to choose a time.", name=invitation.name), "success")
    return redirect(url_for("interviews.invitation", invitation_id=invitation_id))
