"""/healthz for monitors and load balancers, /health and the overview of all pages of administration for admins."""

from __future__ import annotations

import hmac
from typing import cast

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, render_template, request
from flask_login import current_user
from werkzeug.local import LocalProxy

from webapp.accounts.models import Role
from webapp.core import environment
from webapp.core.extensions import limiter
from webapp.core.security import require_role
from webapp.health import checks, installation, pages, readiness, storage_use
from webapp.health import metrics as told

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@limiter.exempt
def healthz() -> tuple[Response, int]:
    """200 while pages can be served. ``status`` is ok, degraded (``parts`` says which part does nothing), or failed
    with 503 when the database does not answer."""
    parts = checks.parts(current_app)
    works = all(part.state != "failed" for part in parts)
    status = "failed" if not works else "ok" if all(part.is_fine for part in parts) else "degraded"
    return jsonify(status=status, parts={part.name: part.state for part in parts}), 200 if works else 503


@blueprint.get("/readyz")
@limiter.exempt
def readyz() -> tuple[Response, int]:
    """200 where this server may be given requests, else 503; ``parts`` says what is wrong with which."""
    parts = readiness.checks(_app())
    ready = all(said == "ok" for said in parts.values())
    return jsonify(status="ready" if ready else "not ready", parts=parts), 200 if ready else 503


@blueprint.get("/metrics")
@limiter.exempt
def metrics() -> Response:
    """What Prometheus asks for, for whoever has the token; for all others there is no such page."""
    token = current_app.config["METRICS_TOKEN"]
    said = request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(said.encode(), f"Bearer {token}".encode()):
        abort(404)
    return Response(told.text(current_app), content_type="text/plain; version=0.0.4; charset=utf-8")


@blueprint.get("/health")
@require_role(Role.ADMIN)
def health() -> str:
    """Every part, and what to do about it; work that waits; versions."""
    found = installation.look(_app())
    queues = [queue.check for queue in found.work]
    return render_template("health/index.html", found=found, wrong=_wrong([*found.checks, *queues]))


@blueprint.get("/admin")
@require_role(Role.ADMIN)
def administration() -> str:
    """Every page of administration, each with a sentence on what it does, and how the installation is."""
    found = installation.look(_app())
    broken = [check for check in _wrong([*found.checks, *[queue.check for queue in found.work]]) if not check.is_fine]
    return render_template("health/administration.html", sections=pages.SECTIONS, wrong=broken)


def _app() -> Flask:
    return cast("LocalProxy[Flask]", current_app)._get_current_object()


def _wrong(found: list[checks.Check]) -> list[checks.Check]:
    """What is not as it should be, the worst first."""
    return sorted((check for check in found if check.rank), key=lambda check: -check.rank)


@blueprint.get("/admin/storage")
@require_role(Role.ADMIN)
def storage() -> str:
    """What files take up by kind: of one's own organisation, and of the whole installation."""
    return render_template(
        "health/storage.html",
        uses=storage_use.used(current_user.organisation_id),
        database=storage_use.database_bytes(),
        free=installation.disk(_app()),
    )


@blueprint.get("/admin/settings")
@require_role(Role.ADMIN)
def settings() -> str:
    """Every setting of the installation with a sentence on it, and which are set; never what to."""
    listed = [one for one in environment.SETTINGS if one.table != "developers"]
    return render_template(
        "health/settings.html",
        settings=listed,
        given={one.variable for one in listed if environment.given(one.variable).strip()},
    )
