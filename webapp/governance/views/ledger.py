"""The consent ledger as a page, and as a file."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, request

from webapp.accounts.models import Role
from webapp.core.security import require_role
from webapp.core.zones import day_said
from webapp.governance import ledger
from webapp.governance.ledger import Filters

blueprint = Blueprint("ledger", __name__, url_prefix="/policy/consents")


@blueprint.get("/")
@require_role(Role.ADMIN)
def show() -> str:
    """What candidates were told, agreed to and signed; the newest first."""
    filters = _filters()
    rows, more = ledger.page(filters, _before())
    return render_template(
        "governance/ledger.html",
        rows=rows,
        more=f"{rows[-1].at.isoformat()} {rows[-1].id}" if more else "",
        filters=filters,
        what=ledger.WHAT,
        said=ledger.SAID,
        chosen={name: value for name, value in request.args.items() if value and name != "before"},
    )


@blueprint.get("/export.csv")
@require_role(Role.ADMIN)
def export() -> Response:
    """What fits, as a table."""
    response = Response(ledger.export(_filters()), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename="consents.csv")
    return response


def _filters() -> Filters:
    given = request.args
    return Filters(
        person=given.get("person", "").strip()[:120],
        what=given.get("what", "")[:40],
        said=given.get("said", "")[:40],
        about=given.get("about", "").strip()[:32],
        since=day_said(given.get("since", "")),
        until=day_said(given.get("until", "")),
    )


def _before() -> tuple[datetime, str] | None:
    moment, _space, key = request.args.get("before", "").rpartition(" ")
    try:
        found = datetime.fromisoformat(moment)
        return (found.astimezone(UTC), key[:32]) if found.tzinfo else None
    except (ValueError, OverflowError):  # no moment, or one beyond the calendar's ends
        return None
