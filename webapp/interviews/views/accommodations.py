"""Help for a candidate, on the invitation's page: granted, declined, or given without being asked in writing."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.core.database import db
from webapp.interviews import accommodations
from webapp.interviews.access import Right, load_invitation
from webapp.interviews.accommodation_models import Help
from webapp.interviews.views.invitations import blueprint, staff


@blueprint.post("/invitations/<invitation_id>/help")
@staff
def give_help(invitation_id: str) -> Response:
    """Grant what was asked for, or something else; or decline it."""
    invitation = load_invitation(invitation_id, Right.MANAGE)
    kind, then = request.form.get("kind", ""), request.form.get("then", "grant")
    if kind not in set(Help):
        abort(400)
    row = next((each for each in accommodations.of_invitation(invitation) if each.kind == kind), None)
    amount = request.form.get("amount", type=int)
    if then == "decline":
        accommodations.decline(row or abort(404), by=current_user)
        flash(_("Noted. Answer the candidate, so that they know why."), "info")
    elif row is None or row.declined_at is not None:
        accommodations.give(invitation, Help(kind), amount, by=current_user)
        flash(_("Granted. %(name)s has been told.", name=invitation.name), "success")
    else:
        accommodations.grant(row, by=current_user, amount=amount)
        flash(_("Granted. %(name)s has been told.", name=invitation.name), "success")
    db.session.commit()
    return redirect(url_for("interviews.invitation", invitation_id=invitation_id))
