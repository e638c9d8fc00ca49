"""What is held, who opened it, what programs read in it; and everything as one file."""

from __future__ import annotations

from flask import Response, current_app, render_template, stream_with_context
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.candidate import status
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.core.limits import client_key
from webapp.core.security_log import record
from webapp.governance.entries import of_candidate
from webapp.interviews import operations as invitations
from webapp.interviews.candidate_session import load_interview
from webapp.interviews.models import InterviewState, RequestKind
from webapp.own_data import archive, explaining, held, operations
from webapp.own_data.views.base import blueprint
from webapp.policy import Modality, Mode, Purpose
from webapp.saliency.access import analysis_of, reading_in
from webapp.saliency.views.moments import at_time
from webapp.transcripts import store

#: So many of the last entries of the audit log are on the page; the rest is one click away.
_ENTRIES = 5


@blueprint.get("")
def show(interview_id: str) -> str:
    """The one page: what, why, until when, who, which programs, and what can be done."""
    interview = load_interview(interview_id, revoked_too=True)
    entries = of_candidate(interview.id)
    submitted = interview.state is InterviewState.SUBMITTED
    return render_template(
        "own_data/show.html",
        interview=interview,
        practice=interview.mode is Mode.PRACTICE,
        groups=held.groups(interview),
        until=held.until,
        opened=[row for row in entries if row.actor_kind == "person"],
        shown=_ENTRIES,
        explained=explaining.explained(interview) if submitted else [],
        correctable=[answer for answer in interview.answers if submitted and store.visible(answer) is not None],
        analyses_allowed=bool(interview.consented - {Purpose.RECORDING}),
        receipts=operations.receipts_of(interview),
        status_url=status.status_url(interview.invitation) if interview.invitation else None,
    )


@blueprint.get("/moments/<analysis_id>.json")
@limiter.limit(
    lambda: current_app.config.get("MOMENTS_RATE", "40 per minute; 400 per hour"), key_func=client_key,
    error_message=_l("You have asked for many moments. Wait a minute, then continue."),
)  # fmt: skip
def moment(interview_id: str, analysis_id: str) -> Response | tuple[Response, int]:
    """What the face model saw at ``?time=`` seconds of an own answer, as the report shows it to reviewers."""
    interview = load_interview(interview_id, revoked_too=True)
    analysis = analysis_of(analysis_id, Modality.FACE)
    return at_time(analysis, reading_in(interview, analysis))


@blueprint.get("/archive.zip")
@limiter.limit("10 per hour")
def download(interview_id: str) -> Response:
    """Everything as one zip, made while it is sent."""
    interview = load_interview(interview_id, revoked_too=True)
    parts = archive.stream(interview)
    if interview.invitation is not None:
        invitations.note_done(interview.invitation, RequestKind.COPY, _("You downloaded everything that is held."))
    record("data downloaded by candidate", interview=interview.id)
    db.session.commit()
    response = Response(stream_with_context(parts), mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename="my-interview.zip")
    response.headers["Cache-Control"] = "private, no-store"
    return response
