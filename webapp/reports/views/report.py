"""The report's page, its charts and its export."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from flask_login import current_user, login_required
from werkzeug.wrappers import Response as AnyResponse

from webapp.analysis import waiting
from webapp.analysis.models import Analysis
from webapp.analysis.versions import versions_of
from webapp.core.database import db
from webapp.interviews.access import load_interview
from webapp.interviews.anonymity import is_identity_hidden, refuse_hidden
from webapp.interviews.answering import load_answers
from webapp.interviews.models import Interview, InterviewState
from webapp.policy import Mode
from webapp.reports import export as exports
from webapp.reports import figures as charts
from webapp.reports.formatting import bins
from webapp.reports.view import ReportView, view_of
from webapp.reviews.access import may_see_readings, review_of

blueprint = Blueprint("reports", __name__, url_prefix="/reports")


def _view(interview: Interview) -> ReportView:
    """The report as the present user may see it: readings only once their own scorecard is in."""
    return view_of(interview, machine=may_see_readings(current_user._get_current_object(), interview))


def report_of(interview: Interview) -> dict[str, Any]:
    """The whole report as the present user may see it, for programs."""
    return exports.to_json(_view(interview), review_of(interview))


@blueprint.get("/<interview_id>")
@login_required
def show(interview_id: str) -> str | AnyResponse:
    """The recordings and words of an interview, and what the models read in them.

    Where the candidate stays hidden, on to the overview, which knows how to show an interview without them.
    """
    interview = load_interview(interview_id)
    if is_identity_hidden(interview):
        return redirect(url_for("workspace.overview", interview_id=interview.id))
    load_answers(interview)
    report = _view(interview)
    return render_template(
        "reports/show.html",
        report=report,
        left="" if report.finished else waiting.in_words(interview),
        review=review_of(interview),
        interview=interview,
        practice=interview.mode is Mode.PRACTICE,
        bins=bins,
    )


@blueprint.get("/<interview_id>/figures.json")
@login_required
def figures(interview_id: str) -> Response:
    """The charts of one answer (``?answer=ID``), or of the interview as a whole."""
    interview = load_interview(interview_id)
    refuse_hidden(interview)
    report = _view(interview)
    answer_id = request.args.get("answer")
    if answer_id is None:
        return jsonify(figures=charts.of_interview(report))
    answer = next((view for view in report.answers if view.answer and view.answer.id == answer_id), None)
    if answer is None:
        abort(404)
    return jsonify(figures=charts.of_answer(answer))


@blueprint.get("/<interview_id>/versions/<analysis_id>")
@login_required
def versions(interview_id: str, analysis_id: str) -> str | AnyResponse:
    """What each version of a model read in one answer, side by side; the one that counts is marked.

    Where nothing may be seen yet, or nothing was read, on to the report, which says why.
    """
    interview = load_interview(interview_id)
    refuse_hidden(interview)
    analysis = db.session.get(Analysis, analysis_id)
    if analysis is None or analysis.interview_id != interview.id:
        abort(404)
    may = may_see_readings(current_user._get_current_object(), interview)
    found = versions_of(analysis) if may and interview.state is InterviewState.SUBMITTED else []
    if not found:
        return redirect(url_for("reports.show", interview_id=interview.id))
    estimates = [getattr(each.reading, "traits", None) or getattr(each.reading, "distribution", {}) for each in found]
    return render_template(
        "reports/versions.html",
        interview=interview,
        analysis=analysis,
        versions=found,
        estimates=estimates,
        labels=sorted({label for each in estimates for label in each}),
    )


@blueprint.get("/<interview_id>/report.json")
@login_required
def export(interview_id: str) -> Response:
    """The whole report as a JSON file to keep."""
    interview = load_interview(interview_id)
    refuse_hidden(interview)
    response = jsonify(report_of(interview))
    response.headers["Content-Disposition"] = f'attachment; filename="viva-report-{interview.id[:8]}.json"'
    return response
