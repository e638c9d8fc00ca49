"""What applicant tracking systems ask, each in its own form, by a key of one organisation. Cookies mean nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext as _

from webapp.ats import ashby, generic, greenhouse, orders
from webapp.ats.forms_of import BadOrder, text
from webapp.ats.models import Connection, System
from webapp.core.database import db
from webapp.core.extensions import csrf, limiter
from webapp.core.limits import network_of_client
from webapp.core.scoping import keep_to
from webapp.core.security_log import note_means

blueprint = Blueprint("ats_inbound", __name__, url_prefix="/ats")
#: No cookie is looked at, so that there is nothing to forge.
csrf.exempt(blueprint)
limiter.limit("600 per minute", key_func=lambda: f"ats from {network_of_client()}")(blueprint)
#: The longest body that is read, in bytes.
LONGEST = 64 * 1024


def _key() -> str:
    """The key that is shown, as the name of Basic or as Bearer; empty where there is none."""
    scheme, _space, shown = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return shown.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(shown.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _refused(system: System, why: str, status: int) -> Response:
    body = {"success": False, "errors": [why]} if system is System.ASHBY else {"errors": [{"message": why}]}
    answer = jsonify(body)
    answer.status_code = status
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer" if system is System.WEBHOOK else "Basic"
    return answer


def _by_key(system: System) -> Callable[[Callable[[Connection], Response]], Callable[[], Response]]:
    """Let in whoever shows a connection's key, keep them to its organisation, answer faults in its form."""

    def decorate(view: Callable[[Connection], Response]) -> Callable[[], Response]:
        @wraps(view)
        def guarded() -> Response:
            key = _key()
            connection = orders.connection_by_key(system, key) if key else None
            if connection is None:
                return _refused(system, _("This key opens nothing"), 401)
            keep_to(connection.organisation_id)
            note_means(ats=connection.id)
            try:
                answer = view(connection)
            except BadOrder as fault:
                db.session.rollback()
                missing = str(fault).startswith("there is no such")
                return _refused(system, str(fault), 404 if missing else 422)
            db.session.commit()
            return answer

        return guarded

    return decorate


def _body() -> Mapping[str, Any]:
    if (request.content_length or 0) > LONGEST:
        raise BadOrder("the body is too long")
    found = request.get_json(silent=True)
    if not isinstance(found, Mapping):
        raise BadOrder("the body must be a JSON object")
    return found


@blueprint.get("/greenhouse/list_tests")
@_by_key(System.GREENHOUSE)
def greenhouse_tests(connection: Connection) -> Response:
    """What can be sent to candidates."""
    return jsonify(greenhouse.tests(orders.offers(connection.organisation_id)))


@blueprint.post("/greenhouse/send_test")
@_by_key(System.GREENHOUSE)
def greenhouse_send(connection: Connection) -> Response:
    """Invite a candidate."""
    return jsonify({"partner_interview_id": orders.place(connection, greenhouse.order(_body())).id})


@blueprint.get("/greenhouse/test_status")
@_by_key(System.GREENHOUSE)
def greenhouse_status(connection: Connection) -> Response:
    """How far an interview is; asked every hour, and after each PATCH of ours."""
    row = orders.order_of(connection, text(request.args, "partner_interview_id"))
    interview = row.invitation.interview
    times = (interview.started_at, interview.submitted_at) if interview is not None else (None, None)
    started, submitted = (each.isoformat(timespec="seconds") if each else None for each in times)
    return jsonify(greenhouse.status(orders.news_of(row), started, submitted))


@blueprint.post("/greenhouse/response_error")
@_by_key(System.GREENHOUSE)
def greenhouse_error(connection: Connection) -> Response:
    """Keep what Greenhouse says of an answer that it could not use."""
    body = _body()
    errors = body.get("errors")
    if not isinstance(errors, list):
        raise BadOrder("errors must be an array")
    orders.complain(connection, text(body, "api_call"), [str(each) for each in errors])
    return jsonify({"status": 200})


@blueprint.post("/ashby/assessment.list")
@_by_key(System.ASHBY)
def ashby_tests(connection: Connection) -> Response:
    """What can be started."""
    return jsonify({"success": True, "results": ashby.tests(orders.offers(connection.organisation_id))})


@blueprint.post("/ashby/assessment.start")
@_by_key(System.ASHBY)
def ashby_start(connection: Connection) -> Response:
    """Invite a candidate."""
    row = orders.place(connection, ashby.order(_body()))
    return jsonify({"success": True, "results": {"assessment_id": row.id}})


@blueprint.post("/ashby/assessment.cancel")
@_by_key(System.ASHBY)
def ashby_cancel(connection: Connection) -> Response:
    """Close a candidate's link."""
    row = orders.order_of(connection, text(_body(), "assessment_id"))
    orders.cancel(row)
    return jsonify({"success": True, "results": {"assessment_id": row.id}})


@blueprint.get("/webhook/tests")
@_by_key(System.WEBHOOK)
def webhook_tests(connection: Connection) -> Response:
    """What can be ordered."""
    return jsonify({"tests": generic.tests(orders.offers(connection.organisation_id))})


@blueprint.post("/webhook/orders")
@_by_key(System.WEBHOOK)
def webhook_order(connection: Connection) -> Response:
    """Invite a candidate."""
    return jsonify(generic.status(orders.news_of(orders.place(connection, generic.order(_body())))))


@blueprint.get("/webhook/status")
@_by_key(System.WEBHOOK)
def webhook_status(connection: Connection) -> Response:
    """How far an order is."""
    row = orders.order_of(connection, text(request.args, "providerAssessmentId"))
    return jsonify(generic.status(orders.news_of(row)))


@blueprint.post("/webhook/cancel")
@_by_key(System.WEBHOOK)
def webhook_cancel(connection: Connection) -> Response:
    """Close a candidate's link."""
    row = orders.order_of(connection, text(_body(), "providerAssessmentId"))
    orders.cancel(row)
    return jsonify(generic.status(orders.news_of(row)))
