"""The registry as pages, which versions count, drift as charts, and the technical file."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from webapp.accounts.models import Organisation, Role
from webapp.analysis import kept_weights, versions
from webapp.analysis.models import Analysis
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.policy import Modality
from webapp.policy.models import NEWEST, OFF
from webapp.policy.switches import history, switch, switched_on
from webapp.registry import dependencies, drift, groups, operations, technical_file
from webapp.registry.cards import Card, cards
from webapp.registry.forms import SwitchForm

blueprint = Blueprint("registry", __name__, url_prefix="/models")


@blueprint.get("/")
@require_role(Role.ADMIN)
def index() -> str:
    """Every model that serves, and drift."""
    found = drift.drifts()
    return render_template(
        "registry/index.html",
        cards=cards(),
        drifts=found,
        charted=[each for each in Modality if any(one.months for one in found if one.modality is each)],
    )


@blueprint.get("/figures.json")
@require_role(Role.ADMIN)
def figures() -> Response:
    """Drift of each modality over the months, as Plotly draws it."""
    from ml.figures.drift import drift as figure  # Plotly takes a while to import: only for those who ask for charts

    drawn: dict[str, Any] = {}
    found = drift.drifts()
    for modality in Modality:
        sides = {"input": _("input"), "output": _("output")}
        lines = [
            (f"{sides[each.side]}: {each.name}", each.months)
            for each in found
            if each.modality is modality and each.months
        ]
        if lines:
            drawn[modality.value] = json.loads(figure(lines, drift.NOTICED, drift.ALARMING).to_json())
    return jsonify(figures=drawn)


def _card(name: str) -> Card:
    return next((each for each in cards() if each.name == name), None) or abort(404)


def _switchable(name: str) -> Modality:
    """The modality whose readings a model makes by itself; 404 for others."""
    return next((each for each in Modality if each.value == name), None) or abort(404)


@blueprint.get("/<name>")
@require_role(Role.ADMIN)
def show(name: str) -> str:
    """One model: version, hashes, data, licence, figures, uses, what it has read here, and which version counts."""
    return _page(_card(name))


def _page(card: Card, form: SwitchForm | None = None) -> str:
    counts = db.session.execute(
        sa.select(
            Analysis.model_version,
            sa.func.count(),
            sa.func.min(Analysis.finished_at),
            sa.func.max(Analysis.finished_at),
        )
        .where(Analysis.model_name == card.name, Analysis.model_version.is_not(None))
        .group_by(Analysis.model_version)
    ).all()  # fmt: skip
    return render_template(
        "registry/model.html",
        card=card,
        damaged=card.damaged(),
        earlier=operations.earlier(card.name),
        counts=counts,
        groups=groups.by_group(card),
        names_sex=groups.names_sex(card),
        **_switching(card, form),
    )


def _switching(card: Card, form: SwitchForm | None) -> dict[str, Any]:
    """What the page says about switching; nothing for a model that makes no reading by itself."""
    modality = next((each for each in Modality if each.value == card.name), None)
    mine = current_user.organisation_id
    if modality is None or mine is None:
        return {"form": None}
    on = switched_on(mine, modality)
    shown = form or SwitchForm(formdata=None, version=SwitchForm.named(on)).offer(*_versions(modality))
    reads = kept_weights.reading_version(mine, modality)
    return {
        "form": shown,
        "on": on,
        "reads": reads,
        "not_kept": on if on not in (NEWEST, OFF, reads) else "",
        "history": history(mine, modality),
        "to_read": versions.read_by_others(mine, modality, reads),
    }


def _versions(modality: Modality) -> tuple[list[str], set[str]]:
    """The versions to choose from, the newest first, and those of them that can read."""
    there = [version for version, _count in versions.read_here(current_user.organisation_id or "", modality)]
    reading = set(kept_weights.kept(modality))
    installed = _card(modality.value).version
    return sorted({*there, *(reading - {installed})}, reverse=True), {*reading, installed}


@blueprint.post("/<name>/switch")
@require_role(Role.ADMIN)
def switching(name: str) -> AnyResponse | tuple[str, int]:
    """Let another version count in one's organisation, or none."""
    card, modality = _card(name), _switchable(name)
    form = SwitchForm().offer(*_versions(modality))
    if not form.validate_on_submit():
        return _page(card, form), 422
    mine = current_user.organisation_id or abort(404)
    if switch(modality, form.chosen, organisation_id=mine, by=current_user._get_current_object()):
        db.session.commit()
        flash(_("Saved. Reports show it from now on; no reading was deleted."), "success")
    return redirect(url_for("registry.show", name=name))


@blueprint.post("/<name>/read-again")
@require_role(Role.ADMIN)
def read_again(name: str) -> AnyResponse:
    """Have the version that reads now read what others have read; what they read stays beside it."""
    modality = _switchable(name)
    mine = current_user.organisation_id or abort(404)
    reads = kept_weights.reading_version(mine, modality)
    count = versions.read_again(mine, modality, reads, by=current_user._get_current_object())
    db.session.commit()
    flash(
        ngettext(
            "%(num)s answer is read again. Its earlier reading stays.",
            "%(num)s answers are read again. Their earlier readings stay.",
            count,
        ),
        "success",
    )
    return redirect(url_for("registry.show", name=name))


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
