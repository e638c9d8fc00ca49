"""An interview as a document."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response as AnyResponse

from webapp.core.extensions import limiter
from webapp.core.security_log import record
from webapp.exports.document import PACKAGES, PdfUnavailable, html_of, pdf_of
from webapp.exports.redaction import PARTS, Redaction
from webapp.exports.views.base import as_file, blueprint
from webapp.interviews.access import load_interview
from webapp.interviews.models import Interview, InterviewState
from webapp.reports.view import view_of
from webapp.reviews.access import is_identity_hidden, may_see_readings, review_of


def _load(interview_id: str) -> tuple[Interview, Redaction]:
    interview = load_interview(interview_id)
    if interview.state is not InterviewState.SUBMITTED:
        abort(404)
    without = request.args.getlist("without")
    if is_identity_hidden(current_user._get_current_object(), interview):
        without.append("name")
    return interview, Redaction.of(interview, without)


def _html(interview: Interview, redaction: Redaction, *, screen: bool) -> str:
    me = current_user._get_current_object()
    machine = may_see_readings(me, interview) and not redaction.leaves_out("analyses")
    return html_of(view_of(interview, machine=machine), review_of(interview), redaction, by=me.name, screen=screen)


@blueprint.get("/reports/<interview_id>/download")
@login_required
def choose(interview_id: str) -> str:
    """In which form, and what to leave out."""
    interview, redaction = _load(interview_id)
    return render_template(
        "exports/choose.html",
        interview=interview,
        candidate=redaction.candidate,
        parts=PARTS,
        without=redaction.without,
    )


@blueprint.get("/reports/<interview_id>/document.html")
@login_required
def page(interview_id: str) -> str:
    """The document for the browser's own print (``?without=PART`` for each part to leave out)."""
    interview, redaction = _load(interview_id)
    return _html(interview, redaction, screen=True)


@blueprint.get("/reports/<interview_id>/report.pdf")
@login_required
@limiter.limit("20 per minute")
def pdf(interview_id: str) -> Response | AnyResponse:
    """The same as a tagged PDF. Where this server cannot make one it says so, and gives the page to print."""
    interview, redaction = _load(interview_id)
    try:
        body = pdf_of(_html(interview, redaction, screen=False))
    except PdfUnavailable:
        flash(
            _(
                "This server cannot make PDF files: %(packages)s are not installed. Print this page instead, and "
                "choose “Save as PDF” there.",
                packages=PACKAGES,
            ),
            "warning",
        )
        return redirect(url_for("exports.page", interview_id=interview.id, without=sorted(redaction.without)))
    record("exported", interview=interview.id, by=current_user.id)
    return as_file(body, "application/pdf", f"viva-report-{interview.id[:8]}.pdf")
