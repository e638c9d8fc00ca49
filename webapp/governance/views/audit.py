"""The audit log as a page, and as a file; and to each candidate their own part."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from webapp.accounts.models import Role, User
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.core.zones import day_said
from webapp.governance import chain, entries
from webapp.governance.entries import Filters
from webapp.governance.recorder import head_file
from webapp.interviews.candidate_session import load_interview

blueprint = Blueprint("governance", __name__)

_MIME = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


@blueprint.get("/audit")
@require_role(Role.ADMIN)
def audit() -> str:
    """Who saw, changed, exported and decided what; the newest first."""
    filters = _filters()
    lines, more = entries.page(filters, request.args.get("before", type=int))
    people = db.session.execute(
        sa.select(User.id, User.name).where(User.role != Role.CANDIDATE).order_by(User.name, User.id)
    ).all()
    return render_template(
        "governance/audit.html",
        lines=lines,
        more=more,
        people=people,
        actions=entries.actions_there(),
        filters=filters,
        chosen={name: value for name, value in request.args.items() if value and name != "before"},
    )


@blueprint.get("/audit/export.csv")
@require_role(Role.ADMIN)
def export_csv() -> Response:
    """What fits, as a table."""
    return _export("csv")


@blueprint.get("/audit/export.jsonl")
@require_role(Role.ADMIN)
def export_json() -> Response:
    """What fits, as one JSON object a line."""
    return _export("jsonl")


def _export(form: str) -> Response:
    response = Response(entries.export(_filters(), form, db.engine), content_type=_MIME[form])
    response.headers.set("Content-Disposition", "attachment", filename=f"audit-log.{form}")
    return response


@blueprint.post("/audit/verify")
@require_role(Role.ADMIN)
def verify() -> AnyResponse:
    """Check that the log hangs together, and say so."""
    kept = chain.kept_head(head_file())
    with db.engine.connect() as connection:
        found = chain.verify(connection, kept)
    if found.broken:
        flash(
            _(
                "The log is broken: %(broken)s of %(rows)s entries do not fit the one before. The first is number "
                "%(first)s. Somebody has changed the database by another way than Viva; compare it with a backup.",
                broken=found.broken,
                rows=found.rows,
                first=found.first_broken,
            ),
            "error",
        )
    else:
        flash(
            ngettext(
                "%(num)s entry was checked: none was changed, removed or inserted.",
                "%(num)s entries were checked: none was changed, removed or inserted.",
                found.rows,
            ),
            "success",
        )
    return redirect(url_for("governance.audit"))


@blueprint.get("/interview/<interview_id>/activity")
def activity(interview_id: str) -> str:
    """To a candidate: who did what with their interview, by role and not by name."""
    interview = load_interview(interview_id, revoked_too=True)
    return render_template("governance/activity.html", interview=interview, rows=entries.of_candidate(interview.id))


def _filters() -> Filters:
    given = request.args
    return Filters(
        who=given.get("who", "")[:32],
        action=given.get("action", "")[:60],
        about=given.get("about", "").strip()[:32],
        since=day_said(given.get("since", "")),
        until=day_said(given.get("until", "")),
    )
