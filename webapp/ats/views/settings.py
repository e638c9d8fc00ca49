"""Applicant tracking systems, for admins: switched on, their keys, what they may order, and what went wrong."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.confirming import confirmed
from webapp.accounts.models import Role
from webapp.ats import orders
from webapp.ats.forms import ConnectionForm, OfferForm
from webapp.ats.models import Offer, System
from webapp.core.database import db
from webapp.core.hosts import base_url
from webapp.core.security import require_role
from webapp.positions.models import Position
from webapp.positions.operations import positions_of
from webapp.questions.models import QuestionSet, SetState
from webapp.questions.operations import visible_to

blueprint = Blueprint("ats", __name__, url_prefix="/ats-settings")
admins = require_role(Role.ADMIN)
NAMES = {System.GREENHOUSE: "Greenhouse", System.ASHBY: "Ashby", System.WEBHOOK: ""}
#: What is asked of us, for whoever sets the other side up.
PATHS = {
    System.GREENHOUSE: ("list_tests", "send_test", "test_status", "response_error"),
    System.ASHBY: ("assessment.list", "assessment.start", "assessment.cancel"),
    System.WEBHOOK: ("tests", "orders", "status", "cancel"),
}


def _system(name: str) -> System:
    return System(name) if name in set(System) else abort(404)


def name_of(system: System) -> str:
    """What a system is called."""
    return NAMES[system] or _("Another system")


def _form() -> OfferForm:
    form = OfferForm()
    positions = db.session.scalars(
        positions_of(current_user).where(Position.archived_at.is_(None)).order_by(sa.func.lower(Position.title))
    ).all()
    sets = db.session.scalars(visible_to(current_user).where(QuestionSet.state == SetState.PUBLISHED)).all()
    form.position.choices = [(each.id, each.title) for each in positions]
    form.question_set.choices = [(each.id, f"{each.title}, {each.version}") for each in sets]
    return form


def _page(form: OfferForm) -> str:
    rows = [(system, name_of(system), orders.connection_of(system, current_user)) for system in System]
    return render_template(
        "ats/index.html", rows=rows, offers=orders.offers(current_user.organisation_id or ""), form=form
    )


@blueprint.get("")
@admins
def index() -> str:
    """All systems, and what they may order."""
    return _page(_form())


@blueprint.post("/offers")
@admins
def add_offer() -> Response | tuple[str, int]:
    """Let systems order interviews for a position."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 422
    orders.offer(
        title=form.title.data or "", position=db.session.get_one(Position, form.position.data),
        question_set=db.session.get_one(QuestionSet, form.question_set.data), days=form.days.data or 7,
        by=current_user,
    )  # fmt: skip
    db.session.commit()
    return redirect(url_for("ats.index"))


@blueprint.post("/offers/<offer_id>/remove")
@admins
def remove_offer(offer_id: str) -> Response:
    """Let nobody order this any more."""
    orders.withdraw(db.session.get(Offer, offer_id) or abort(404), by=current_user)
    db.session.commit()
    return redirect(url_for("ats.index"))


def _shown(system: System, form: ConnectionForm, key: str = "") -> str:
    row = orders.connection_of(system, current_user)
    paths: list[Any] = [f"{base_url()}/ats/{system.value}/{path}" for path in PATHS[system]]
    return render_template(
        "ats/system.html", system=system, name=name_of(system), connection=row, form=form, key=key, paths=paths,
        complaints=orders.complaints(row) if row else [], failures=orders.failures(row) if row else [],
    )  # fmt: skip


@blueprint.get("/<system>")
@admins
def show(system: str) -> str:
    """One system."""
    found = _system(system)
    row = orders.connection_of(found, current_user)
    return _shown(found, ConnectionForm(address=row.address if row else "", active=row.active if row else True))


@blueprint.post("/<system>/key")
@admins
@confirmed
def make_key(system: str) -> str:
    """Switch it on, or give it a new key, which is shown once."""
    found = _system(system)
    row, key = orders.connect(found, by=current_user)
    db.session.commit()
    return _shown(found, ConnectionForm(formdata=None, address=row.address, active=True), key)


@blueprint.post("/<system>")
@admins
@confirmed
def save(system: str) -> Response | tuple[str, int]:
    """Say by which key and where it is called, and whether at all."""
    found, form = _system(system), ConnectionForm()
    row = orders.connection_of(found, current_user) or abort(404)
    if form.validate_on_submit():
        try:
            orders.change(
                row, their_key=form.their_key.data or "", address=form.address.data or "",
                active=form.active.data, by=current_user,
            )  # fmt: skip
        except orders.SettingError as refused:
            db.session.rollback()
            form.address.errors = [str(refused)]
        else:
            db.session.commit()
            flash(_("Saved."), "success")
            return redirect(url_for("ats.show", system=found.value))
    return _shown(found, form), 422
