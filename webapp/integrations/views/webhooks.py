"""Webhooks, for admins: endpoints, their secrets, what was told to them, and sending it again."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.confirming import confirmed
from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.core.security_log import record
from webapp.integrations import operations, signing
from webapp.integrations.forms import TYPE_NAMES, EndpointForm
from webapp.integrations.models import Endpoint
from webapp.messages import outbox
from webapp.messages.models import Message

blueprint = Blueprint("integrations", __name__, url_prefix="/webhooks")
admins = require_role(Role.ADMIN)


def _endpoint(endpoint_id: str) -> Endpoint:
    return db.session.get(Endpoint, endpoint_id) or abort(404)


@blueprint.get("")
@admins
def index() -> str:
    """All endpoints."""
    rows = db.session.scalars(db.select(Endpoint).order_by(Endpoint.created_at, Endpoint.id)).all()
    return render_template("integrations/index.html", endpoints=rows, names=TYPE_NAMES)


@blueprint.route("/new", methods=["GET", "POST"])
@admins
@confirmed
def new() -> Response | tuple[str, int]:
    """Add an endpoint."""
    form = EndpointForm()
    if form.validate_on_submit():
        try:
            endpoint = operations.add_endpoint(
                title=form.title.data or "", url=form.url.data or "", types=_chosen(form), by=current_user
            )
        except operations.EndpointError as error:
            form.url.errors = [str(error)]
        else:
            db.session.commit()
            flash(_("Added. Copy its secret to the receiver."), "success")
            return redirect(url_for("integrations.show", endpoint_id=endpoint.id))
    page = render_template("integrations/edit.html", form=form, endpoint=None)
    return page, 422 if form.errors else 200


def _chosen(form: EndpointForm) -> list[str]:
    """The types that were ticked; none means all."""
    ticked = form.types.data or []
    return [] if len(ticked) == len(TYPE_NAMES) else ticked


@blueprint.get("/<endpoint_id>")
@admins
def show(endpoint_id: str) -> str:
    """One endpoint and what was told to it."""
    endpoint = _endpoint(endpoint_id)
    return render_template(
        "integrations/show.html",
        endpoint=endpoint,
        deliveries=operations.deliveries(endpoint),
        names=TYPE_NAMES,
        secret="",
    )


@blueprint.post("/<endpoint_id>/secret")
@admins
@confirmed
def secret(endpoint_id: str) -> str:
    """Show the secret; that is noted."""
    endpoint = _endpoint(endpoint_id)
    record("webhook secret shown", endpoint=endpoint.id)
    return render_template(
        "integrations/show.html",
        endpoint=endpoint, deliveries=operations.deliveries(endpoint), names=TYPE_NAMES,
        secret=signing.secret_of(endpoint),
    )  # fmt: skip


@blueprint.post("/<endpoint_id>/rotate")
@admins
@confirmed
def rotate(endpoint_id: str) -> Response:
    """Give a new secret."""
    operations.rotate(_endpoint(endpoint_id), by=current_user)
    db.session.commit()
    flash(_("There is a new secret. For a day, messages are signed with both."), "success")
    return redirect(url_for("integrations.show", endpoint_id=endpoint_id))


@blueprint.route("/<endpoint_id>/edit", methods=["GET", "POST"])
@admins
@confirmed
def edit(endpoint_id: str) -> Response | tuple[str, int]:
    """Change an endpoint."""
    endpoint = _endpoint(endpoint_id)
    form = EndpointForm(
        title=endpoint.title, url=endpoint.url, active=endpoint.active,
        types=endpoint.types or [each.value for each in TYPE_NAMES],
    )  # fmt: skip
    if form.validate_on_submit():
        try:
            operations.change_endpoint(
                endpoint, title=form.title.data or "", url=form.url.data or "", types=_chosen(form),
                active=form.active.data, by=current_user,
            )  # fmt: skip
        except operations.EndpointError as error:
            db.session.rollback()
            form.url.errors = [str(error)]
        else:
            db.session.commit()
            flash(_("Saved."), "success")
            return redirect(url_for("integrations.show", endpoint_id=endpoint_id))
    page = render_template("integrations/edit.html", form=form, endpoint=endpoint)
    return page, 422 if form.errors else 200


@blueprint.post("/<endpoint_id>/delete")
@admins
@confirmed
def delete(endpoint_id: str) -> Response:
    """Remove an endpoint."""
    operations.remove(_endpoint(endpoint_id), by=current_user)
    db.session.commit()
    flash(_("The webhook has been removed."), "success")
    return redirect(url_for("integrations.index"))


@blueprint.post("/<endpoint_id>/test")
@admins
def test(endpoint_id: str) -> Response:
    """Send a test."""
    operations.test(_endpoint(endpoint_id))
    db.session.commit()
    flash(_("A test is on its way. Reload the page to see how it went."), "info")
    return redirect(url_for("integrations.show", endpoint_id=endpoint_id))


@blueprint.post("/<endpoint_id>/replay")
@admins
def replay(endpoint_id: str) -> Response:
    """Send all that failed again."""
    number = operations.replay_failed(_endpoint(endpoint_id))
    db.session.commit()
    flash(ngettext("%(num)s message goes out again.", "%(num)s messages go out again.", number), "success")
    return redirect(url_for("integrations.show", endpoint_id=endpoint_id))


@blueprint.post("/<endpoint_id>/messages/<message_id>/replay")
@admins
def replay_one(endpoint_id: str, message_id: str) -> Response:
    """Send one message again, under the same id."""
    message = db.session.get(Message, message_id)
    if message is None or message.recipient != _endpoint(endpoint_id).id:
        abort(404)
    outbox.send_again(message)
    db.session.commit()
    flash(_("It goes out again, under the same id."), "success")
    return redirect(url_for("integrations.show", endpoint_id=endpoint_id))
