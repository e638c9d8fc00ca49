"""The files of a candidate, beside the answers: never while blind review hides whose they are."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, abort
from flask_babel import gettext as _
from flask_login import current_user, login_required

from webapp.core.database import db
from webapp.core.storage import storage
from webapp.core.virus_scan import Scan
from webapp.interviews import previews
from webapp.interviews.access import load_invitation
from webapp.interviews.attachments import DOCX, PDF
from webapp.interviews.models import Attachment
from webapp.reviews.access import are_files_hidden
from webapp.reviews.views.scorecard import blueprint

#: What a browser shows by itself; a Word document is downloaded.
_SHOWN = {PDF: "object-src 'self'; style-src 'unsafe-inline'"}


@blueprint.get("/files/<attachment_id>")
@login_required
def file(attachment_id: str) -> Response:
    """One file, for those who may open the interview; 404 for everybody else, and in blind review."""
    row = _load(attachment_id)
    disposition = "attachment" if row.media_type == DOCX else "inline"
    # Nothing in a file may run, load or send anything. Browsers show a PDF by a plug-in, which a sandbox would refuse.
    response = _send(row.key, row.media_type, _SHOWN.get(row.media_type, "sandbox"))
    response.headers["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{quote(row.name, safe='')}"
    return response


@blueprint.get("/files/<attachment_id>/pages/<int:number>")
@login_required
def page(attachment_id: str, number: int) -> Response:
    """The picture of one page of a file's preview, for those who may open the file."""
    preview = previews.of(_load(attachment_id)) or abort(404)
    if not 0 < number <= len(preview.texts or ()):
        abort(404)
    return _send(preview.key(number), "image/webp", "sandbox")


def _load(attachment_id: str) -> Attachment:
    row = db.session.get(Attachment, attachment_id) or abort(404)
    invitation = load_invitation(row.invitation_id)
    if row.scan is Scan.QUARANTINED:
        abort(423, _("The virus scanner has not answered yet, so this file cannot be opened. Try again later."))
    if are_files_hidden(current_user._get_current_object(), invitation):
        abort(404)
    return row


def _send(key: str, media_type: str, policy: str) -> Response:
    try:
        response = storage.send(key, mimetype=media_type, max_age=0)
    except FileNotFoundError:
        abort(404)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = f"default-src 'none'; {policy}; frame-ancestors 'self'"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
