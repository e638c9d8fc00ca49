"""Erasing a candidate, legal holds, and how long what is kept, as pages."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.personal_data import Kept, Scope, holdings
from webapp.core.security import require_role
from webapp.governance import clocks, erasure, retention
from webapp.governance.forms import PlaceRetentionForm, RetentionForm
from webapp.governance.models import Erasure
from webapp.interviews.access import Right, load_invitation
from webapp.interviews.candidate_session import load_interview
from webapp.interviews.models import Invitation

blueprint = Blueprint("erasing", __name__)

_staff = require_role(Role.RECRUITER, Role.ADMIN)


def load_scope(invitation_id: str) -> tuple[Invitation, Scope]:
    """An invitation that this person manages, and all that is held about its candidate here; 404 for one that they may
    not see, 403 for one that they may only look at or review."""
    found = load_invitation(invitation_id, Right.MANAGE)
    interview = found.interview
    return found, Scope((interview.id,) if interview else (), (found.id,))


@blueprint.route("/invitations/<invitation_id>/erase", methods=["GET", "POST"])
@_staff
def candidate(invitation_id: str) -> AnyResponse | tuple[str, int]:
    """Say what goes; erase once somebody has typed the candidate's name."""
    invitation, scope = load_scope(invitation_id)
    error = ""
    if request.method == "POST":
        if request.form.get("name", "").strip().casefold() != invitation.name.casefold():
            error = _("Type the candidate's name as it is above, so that nobody is erased by mistake.")
        else:
            try:
                row = erasure.request_erasure(scope, by=current_user)
            except erasure.ErasureError as failure:
                error = str(failure)
            else:
                db.session.commit()
                done = row.done_at is not None
                flash(
                    _("Erased. The certificate says what went.")
                    if done
                    else _("Your request is on record. It is carried out once another admin has agreed."),
                    "success",
                )
                return redirect(url_for("erasing.certificate_page", erasure_id=row.id))
    plan = erasure.plan(scope)
    page = render_template("governance/erase.html", invitation=invitation, plan=plan, error=error, held=bool(plan.held))
    return page, 422 if error else 200


@blueprint.post("/invitations/<invitation_id>/hold")
@_staff
def hold(invitation_id: str) -> AnyResponse:
    """Keep everything of a candidate, or end that."""
    invitation, scope = load_scope(invitation_id)
    if not scope.interviews:
        flash(_("The candidate has not begun yet: there is nothing to keep."), "error")
    elif request.form.get("end"):
        if current_user.role is not Role.ADMIN:
            abort(403)
        retention.end_holds(scope.interviews[0], by=current_user)
        flash(_("The legal hold has ended."), "success")
    elif request.form.get("reason", "").strip():
        retention.hold(scope.interviews[0], request.form["reason"][:2000], by=current_user)
        flash(_("A legal hold keeps everything of this interview until an admin ends it."), "success")
    else:
        flash(_("Say why this must be kept."), "error")
    db.session.commit()
    return redirect(url_for("erasing.candidate", invitation_id=invitation.id))


def load_erasure(erasure_id: str) -> Erasure:
    """An erasure, for admins and whoever asked for it; 404 for others."""
    row = next((each for each in erasure.newest(erasure_id)), None) or abort(404)
    if current_user.role is not Role.ADMIN and row.by_id != current_user.id:
        abort(404)
    return row


@blueprint.get("/erasures/<erasure_id>")
@_staff
def certificate_page(erasure_id: str) -> str:
    """What went, when and on whose word; to admins and to whoever asked for it."""
    row = load_erasure(erasure_id)
    return render_template("governance/certificate.html", row=row, certificate=erasure.certificate(row))


@blueprint.get("/erasures/<erasure_id>/certificate.json")
@_staff
def certificate(erasure_id: str) -> Response:
    """The same as a file."""
    response = jsonify(erasure.certificate(load_erasure(erasure_id)))
    response.headers.set("Content-Disposition", "attachment", filename=f"erasure-{erasure_id}.json")
    return response


@blueprint.post("/erasures/<erasure_id>/approve")
@require_role(Role.ADMIN)
def approve(erasure_id: str) -> AnyResponse:
    """Agree to an erasure that somebody else asked for."""
    row = load_erasure(erasure_id)
    try:
        erasure.approve(row, by=current_user)
    except erasure.ErasureError as failure:
        flash(str(failure), "error")
    else:
        db.session.commit()
        flash(_("Erased. The certificate says what went."), "success")
    return redirect(url_for("erasing.certificate_page", erasure_id=row.id))


@blueprint.route("/retention", methods=["GET", "POST"])
@require_role(Role.ADMIN)
def keeping() -> AnyResponse | tuple[str, int]:
    """How long what is kept, what waits for a second pair of eyes, and what was erased."""
    rules = retention.rules(current_user.organisation_id)
    form = RetentionForm(data={each.value: rules.get(each) for each in Kept})
    if form.validate_on_submit():
        for each in Kept:
            if (days := form[each.value].data) != rules.get(each):
                retention.set_rule(each, days, by=current_user)
        db.session.commit()
        flash(_("Saved. What is older goes within the next hours."), "success")
        return redirect(url_for("erasing.keeping"))
    return _keeping_page(form, PlaceRetentionForm(formdata=None)), 422 if form.is_submitted() else 200


@blueprint.post("/retention/places")
@require_role(Role.ADMIN)
def keeping_at_place() -> AnyResponse | tuple[str, int]:
    """Keep what belongs to one place for a time of its own."""
    form = PlaceRetentionForm()
    if form.validate_on_submit():
        for each in Kept:
            retention.set_rule(each, form[each.value].data, place=form.place.data, by=current_user)
        db.session.commit()
        flash(_("Saved. What is older goes within the next hours."), "success")
        return redirect(url_for("erasing.keeping"))
    everywhere = RetentionForm(formdata=None, data=_days(""))
    return _keeping_page(everywhere, form), 422


@blueprint.post("/retention/places/<place>/remove")
@require_role(Role.ADMIN)
def forget_place(place: str) -> AnyResponse:
    """Let a place have no rule of its own: what is kept everywhere counts there again."""
    for each in retention.rules(current_user.organisation_id, place):
        retention.set_rule(each, None, place=place, by=current_user)
    db.session.commit()
    flash(_("The place has no rule of its own any more."), "success")
    return redirect(url_for("erasing.keeping"))


def _days(place: str) -> dict[str, int | None]:
    rules = retention.rules(current_user.organisation_id, place)
    return {each.value: rules.get(each) for each in Kept}


def _keeping_page(form: RetentionForm, at_place: PlaceRetentionForm) -> str:
    mine = current_user.organisation_id
    return render_template(
        "governance/retention.html",
        form=form,
        at_place=at_place,
        places={place: _days(place) for place in retention.places_with_rules(mine)},
        due=clocks.due_counts(mine) if mine else {},
        held=retention.held(mine) if mine else [],
        erasures=erasure.newest(),
    )


@blueprint.get("/interview/<interview_id>/data.json")
def own_data(interview_id: str) -> Response:
    """To a candidate: everything that is held about them in this interview, table by table."""
    interview = load_interview(interview_id, revoked_too=True)
    scope = Scope((interview.id,), (interview.invitation_id,) if interview.invitation_id else ())
    held = {each.table.name: rows for each in holdings() if (rows := each.exported(scope))}
    response = jsonify({"interview": interview.id, "holdings": held})
    response.headers.set("Content-Disposition", "attachment", filename="my-interview.json")
    return response
