"""API keys, for admins: who has which, until when, and when it was used last; making and revoking."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.confirming import confirmed
from webapp.accounts.models import Role, User
from webapp.api import operations
from webapp.api.forms import KeyForm
from webapp.api.models import ApiKey
from webapp.api.operations import ApiKeyError
from webapp.api.scopes import NAMES, Scope
from webapp.core.database import db, now
from webapp.core.security import require_role

blueprint = Blueprint("api_keys", __name__, url_prefix="/api-keys")
admins = require_role(Role.ADMIN)


def _rows() -> list[ApiKey]:
    return list(db.session.scalars(operations.keys().order_by(ApiKey.created_at.desc(), ApiKey.id)))


@blueprint.get("")
@admins
def index() -> str:
    """All keys, the newest first."""
    names = {each.value: name for each, name in NAMES.items()}
    return render_template("api/keys.html", keys=_rows(), names=names)


@blueprint.route("/new", methods=["GET", "POST"])
@admins
@confirmed
def new() -> str | tuple[str, int]:
    """Make a key, and show it this once."""
    query = sa.select(User).where(User.role.in_((Role.ADMIN, Role.RECRUITER)), User.active)
    people = list(db.session.scalars(query.order_by(sa.func.lower(User.name), User.id)))
    form = KeyForm(people=people, person=current_user.id)
    if form.validate_on_submit():
        try:
            key, secret = operations.make_key(
                title=form.title.data or "",
                person=next(each for each in people if each.id == form.person.data),
                scopes=[Scope(each) for each in form.scopes.data or []],
                expires_at=now() + timedelta(days=int(form.days.data)),
                by=current_user._get_current_object(),
            )
        except ApiKeyError as refused:
            db.session.rollback()
            form.scopes.errors = [str(refused)]
        else:
            db.session.commit()
            return render_template("api/made.html", key=key, secret=secret)
    return render_template("api/new_key.html", form=form), 422 if form.is_submitted() else 200


@blueprint.post("/<key_id>/revoke")
@admins
@confirmed
def revoke(key_id: str) -> Response:
    """Have a key open nothing any more."""
    key = db.session.scalar(operations.keys().where(ApiKey.id == key_id)) or abort(404)
    operations.revoke_key(key, by=current_user._get_current_object())
    db.session.commit()
    flash(_("“%(title)s” is revoked. It opens nothing any more.", title=key.title), "success")
    return redirect(url_for("api_keys.index"))
