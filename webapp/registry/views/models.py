"""The registry as pages, and the technical file."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response, abort, render_template
from flask_login import current_user

from webapp.accounts.models import Organisation, Role
from webapp.analysis.models import Analysis
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.registry import dependencies, drift, operations, technical_file
from webapp.registry.cards import cards

blueprint = Blueprint("registry", __name__, url_prefix="/models")


@blueprint.get("/")
@require_role(Role.ADMIN)
def index() -> str:
    """Every model that serves, and drift."""
    return render_template("registry/index.html", cards=cards(), drifts=drift.drifts(), limits=drift)


@blueprint.get("/<name>")
@require_role(Role.ADMIN)
def show(name: str) -> str:
    """One model: version, hashes, data, licence, figures, uses, and what it has read here."""
    card = next((each for each in cards() if each.name == name), None) or abort(404)
    counts = db.session.execute(
        sa.select(
            Analysis.model_version,
            sa.func.count(),
            sa.func.min(Analysis.finished_at),
            sa.func.max(Analysis.finished_at),
        )
        .where(Analysis.model_name == name, Analysis.model_version.is_not(None))
        .group_by(Analysis.model_version)
    ).all()  # fmt: skip
    return render_template(
        "registry/model.html", card=card, damaged=card.damaged(), earlier=operations.earlier(name), counts=counts
    )


@blueprint.get("/licences")
@require_role(Role.RECRUITER, Role.ADMIN)
def licences() -> str:
    """Every package that Viva is made of, with its licence."""
    return render_template("registry/licences.html", packages=dependencies.packages())


@blueprint.get("/technical-file.md")
@require_role(Role.ADMIN)
def technical() -> Response:
    """The technical file, made now."""
    organisation = db.session.get(Organisation, current_user.organisation_id or "") or abort(404)
    response = Response(technical_file.text(organisation), content_type="text/markdown; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename="technical-file.md")
    return response
