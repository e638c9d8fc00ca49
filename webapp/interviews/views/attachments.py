"""Files of an invitation: adding and removing. They are shown where people review (webapp/reviews/views/files.py)."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.core.database import db
from webapp.interviews import attachments
from webapp.interviews.access import load_invitation
from webapp.interviews.attachments import AttachmentError
from webapp.interviews.models import Attachment
from webapp.interviews.views.inbox import blueprint, staff
from webapp.organisations.access import Right


@blueprint.post("/invitations/<invitation_id>/files")
@staff
def attach(invitation_id: str) -> Response:
    """Attach one or more files."""
    invitation = load_invitation(invitation_id, Right.MANAGE)
    files = [each for each in request.files.getlist("file") if each.filename]
    done = 0
    for each in files[: attachments.MOST]:
        content = each.stream.read(attachments.LARGEST + 1)
        try:
            attachments.attach(invitation, each.filename or "", content, by=current_user._get_current_object())
        except AttachmentError as refused:
            flash(_("%(name)s: %(why)s", name=(each.filename or "")[:80], why=str(refused)), "error")
        else:
            done += 1
    db.session.commit()
    if done:
        flash(ngettext("%(num)s file attached.", "%(num)s files attached.", done), "success")
    elif not files:
        flash(_("Choose a file first."), "warning")
    return redirect(url_for("interviews.invitation", invitation_id=invitation_id))


@blueprint.post("/attachments/<attachment_id>/remove")
@staff
def remove_attachment(attachment_id: str) -> Response:
    """Delete a file."""
    row = db.session.get(Attachment, attachment_id) or abort(404)
    invitation = load_invitation(row.invitation_id, Right.MANAGE)
    attachments.remove(row)
    db.session.commit()
    flash(_("The file has been deleted."), "success")
    return redirect(url_for("interviews.invitation", invitation_id=invitation.id))
