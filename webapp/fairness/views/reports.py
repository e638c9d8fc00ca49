"""Bias reports, as pages, tables and documents."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import sqlalchemy as sa
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from webapp.accounts.models import Organisation, Role
from webapp.core.database import db, now
from webapp.core.security import require_role
from webapp.exports import document
from webapp.fairness import operations, report, words
from webapp.fairness.categories import ETHNICITIES, Ethnicity
from webapp.fairness.models import BiasReport

blueprint = Blueprint("fairness", __name__, url_prefix="/policy/bias")


@blueprint.get("/")
@require_role(Role.ADMIN)
def index() -> str:
    """Which reports there are, and a form for another."""
    query = sa.select(BiasReport).order_by(BiasReport.made_at.desc()).limit(50)
    today = now().date()
    return render_template(
        "fairness/index.html", reports=db.session.scalars(query).all(), since=today - timedelta(days=364), until=today
    )


@blueprint.post("/")
@require_role(Role.ADMIN)
def make() -> AnyResponse:
    """Make one now."""
    try:
        since, until = (date.fromisoformat(request.form.get(name, "")) for name in ("since", "until"))
    except ValueError:
        since, until = date.max, date.min
    if since > until or until > now().date() or current_user.organisation_id is None:
        flash(_("Choose a first and a last day, the last no later than today."), "error")
        return redirect(url_for("fairness.index"))
    row = operations.make_report(current_user.organisation_id, since, until, by=current_user)
    db.session.commit()
    return redirect(url_for("fairness.show", report_id=row.id))


def _load(report_id: str) -> BiasReport:
    return db.session.get(BiasReport, report_id) or abort(404)


@blueprint.get("/<report_id>")
@require_role(Role.ADMIN)
def show(report_id: str) -> str:
    """One report."""
    return render_template("fairness/report.html", row=_load(report_id), words=words)


@blueprint.get("/<report_id>/report.csv")
@require_role(Role.ADMIN)
def table(report_id: str) -> Response:
    """One report as a table."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["section", "name", "group", *words.HEADINGS])
    for section in _load(report_id).body["sections"]:
        name = section["name"]
        for group, rows in section["groups"].items():
            for key, row in rows.items():
                values = [row.get(column) for column in words.HEADINGS[1:]]
                writer.writerow(
                    [section["kind"], f"'{name}" if name[:1] in "=+-@" and name else name, group, key, *values]
                )
    return _file(out.getvalue(), "bias-report.csv", "text/csv; charset=utf-8")


@blueprint.get("/<report_id>/report.pdf")
@require_role(Role.ADMIN)
def pdf(report_id: str) -> AnyResponse:
    """One report as a document."""
    row = _load(report_id)
    organisation = db.session.get(Organisation, row.organisation_id)
    try:
        made = document.pdf_of(
            render_template("fairness/document.html", row=row, words=words, organisation=organisation)
        )
    except document.PdfUnavailable:
        flash(_("This server cannot make PDFs: install %(packages)s.", packages=document.PACKAGES), "error")
        return redirect(url_for("fairness.show", report_id=row.id))
    return _file(made, "bias-report.pdf", "application/pdf")


@blueprint.get("/illinois.csv")
@require_role(Role.ADMIN)
def illinois() -> Response:
    """What Illinois asks employers to report of a year who rely on AI alone before an interview in person."""
    year = request.args.get("year", type=int) or now().year
    if not 2020 <= year <= now().year or current_user.organisation_id is None:
        abort(404)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["year", "race or ethnicity", "applicants", "advanced", "not advanced"])
    for key, *counts in report.illinois(current_user.organisation_id, year):
        writer.writerow([year, str(ETHNICITIES[Ethnicity(key)]), *counts])
    return _file(out.getvalue(), f"illinois-{year}.csv", "text/csv; charset=utf-8")


def _file(content: str | bytes, name: str, kind: str) -> Response:
    response = Response(content, content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
