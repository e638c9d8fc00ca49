"""The inbox: who was invited, and how far everybody is."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_login import current_user

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.interviews.status import Status, inbox
from webapp.positions.models import Position
from webapp.positions.operations import positions_of

blueprint = Blueprint("interviews", __name__)

staff = require_role(Role.RECRUITER, Role.ADMIN)


@blueprint.get("/interviews", endpoint="inbox")
@staff
def show_inbox() -> str:
    """Interviews and invitations by status, job, name and email address; what needs doing comes first."""
    try:
        status = Status(request.args.get("status", ""))
    except ValueError:
        status = None
    jobs = list(db.session.scalars(positions_of(current_user).order_by(Position.title, Position.id)))
    job_id = request.args.get("job") or None
    if job_id not in {job.id for job in jobs}:
        job_id = None
    search = request.args.get("q", "")[:120]
    found = inbox(current_user, job_id=job_id, status=status, search=search, page=request.args.get("page", 1, type=int))
    return render_template(
        "interviews/inbox.html", inbox=found, jobs=jobs, job_id=job_id, status=status, search=search, Status=Status
    )
