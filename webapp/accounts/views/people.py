"""People, for admins: who is here, what they may do, and the link by which they set a password."""

from __future__ import annotations

import sqlalchemy as sa
from flask import abort, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts import operations, second_step
from webapp.accounts.confirming import confirmed
from webapp.accounts.forms import NewPersonForm, RoleForm, RulesForm
from webapp.accounts.models import Organisation, Role, User
from webapp.accounts.views.base import blueprint
from webapp.core.database import db
from webapp.core.hosts import base_url
from webapp.core.security import require_role
from webapp.core.security_log import record


def _person(user_id: str) -> User:
    user = db.session.get(User, user_id)
    if user is None or user.organisation_id != current_user.organisation_id:
        abort(404)
    return user


def _refused(error: operations.AccountError, user_id: str) -> Response:
    db.session.rollback()
    flash(str(error), "error")
    return redirect(url_for("accounts.person", user_id=user_id))


@blueprint.get("/people")
@require_role(Role.ADMIN)
def people() -> str:
    """Everybody with an account."""
    rows = db.session.scalars(
        sa.select(User).where(User.role != Role.GUEST).order_by(User.active.desc(), sa.func.lower(User.name), User.id)
    ).all()
    return render_template("accounts/people.html", people=rows)


@blueprint.route("/people/new", methods=["GET", "POST"])
@require_role(Role.ADMIN)
@confirmed
def new_person() -> Response | tuple[str, int]:
    """Add somebody."""
    form = NewPersonForm()
    if form.validate_on_submit():
        try:
            user = operations.add_person(
                name=form.name.data, email=form.email.data, role=Role(form.role.data), by=current_user
            )
        except operations.AddressTakenError as error:
            form.email.errors = [str(error)]
        else:
            db.session.commit()
            flash(
                _("%(name)s has been added. Send them the link below so that they can set a password.", name=user.name),
                "success",
            )
            return redirect(url_for("accounts.password_link", user_id=user.id))
    return render_template("accounts/new_person.html", form=form), 422 if form.is_submitted() else 200


@blueprint.route("/people/<user_id>", methods=["GET", "POST"])
@require_role(Role.ADMIN)
@confirmed
def person(user_id: str) -> Response | tuple[str, int]:
    """One person: role, link, access."""
    user = _person(user_id)
    form = RoleForm(role=user.role.value)
    if form.validate_on_submit():
        try:
            operations.change_role(user, Role(form.role.data), by=current_user)
        except operations.AccountError as error:
            return _refused(error, user_id)
        db.session.commit()
        record("role changed", person=user.id, role=user.role.value)
        flash(f"{user.name} is {_with_article(user.role)} now.", "success")
        return redirect(url_for("accounts.people"))
    page = render_template("accounts/person.html", form=form, person=user, factors=second_step.of(user))
    return page, 422 if form.is_submitted() else 200


def _with_article(role: Role) -> str:
    return f"an {role}" if role is Role.ADMIN else f"a {role}"


@blueprint.get("/people/<user_id>/password-link")
@require_role(Role.ADMIN)
@confirmed
def password_link(user_id: str) -> str:
    """The link by which somebody sets a password. It is shown, not stored; made anew each time."""
    user = _person(user_id)
    if not user.active:
        abort(404)
    link = base_url() + url_for("accounts.set_password", token=operations.password_token(user), _external=False)
    record("password link shown", person=user.id)
    days = current_app.config["PASSWORD_LINK_SECONDS"] // 86400
    return render_template("accounts/password_link.html", person=user, link=link, days=days)


@blueprint.post("/people/<user_id>/second-step/remove")
@require_role(Role.ADMIN)
@confirmed
def remove_second_step(user_id: str) -> Response:
    """Remove somebody's second step, because they lost what they had."""
    user = _person(user_id)
    try:
        second_step.take_away(user, by=current_user)
    except operations.AccountError as error:
        return _refused(error, user_id)
    db.session.commit()
    flash(_("%(name)s signs in without a second step until they set up a new one.", name=user.name), "success")
    return redirect(url_for("accounts.person", user_id=user_id))


@blueprint.route("/people/security", methods=["GET", "POST"])
@require_role(Role.ADMIN)
@confirmed
def rules() -> Response | tuple[str, int]:
    """How people of this organisation sign in (form field ``required``)."""
    organisation = db.session.get(Organisation, current_user.organisation_id) or abort(404)
    form = RulesForm(required=organisation.second_step_required)
    if form.validate_on_submit():
        second_step.require(organisation, form.required.data, by=current_user)
        db.session.commit()
        flash(_("Saved."), "success")
        return redirect(url_for("accounts.rules"))
    return render_template(
        "accounts/rules.html", form=form, without=second_step.without(organisation.id)
    ), 422 if form.is_submitted() else 200


@blueprint.post("/people/<user_id>/deactivate")
@require_role(Role.ADMIN)
@confirmed
def deactivate(user_id: str) -> Response:
    """End somebody's access."""
    user = _person(user_id)
    try:
        operations.deactivate(user, by=current_user)
    except operations.AccountError as error:
        return _refused(error, user_id)
    db.session.commit()
    record("deactivated", person=user.id)
    flash(_("%(name)s can no longer sign in. What they created is kept.", name=user.name), "success")
    return redirect(url_for("accounts.people"))


@blueprint.post("/people/<user_id>/reactivate")
@require_role(Role.ADMIN)
@confirmed
def reactivate(user_id: str) -> Response:
    """Let somebody in again."""
    user = _person(user_id)
    operations.reactivate(user, by=current_user)
    db.session.commit()
    record("reactivated", person=user.id)
    flash(
        _("%(name)s is active again. Send them the link below so that they can set a password.", name=user.name),
        "success",
    )
    return redirect(url_for("accounts.password_link", user_id=user_id))
