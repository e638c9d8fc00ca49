"""The outbox, for admins: what goes out, what does not and why; send again, suppress, copy a link, test."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Response as Page
from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from ml.core.messages import N_
from webapp.accounts.confirming import confirmed
from webapp.core import mail
from webapp.core.database import db, new_id, now
from webapp.core.security_log import record
from webapp.messages import outbox
from webapp.messages.composing import Composed, compose, kind_of
from webapp.messages.formatting import STATE_NAMES
from webapp.messages.models import Channel, Message, Refusal, State
from webapp.messages.views.base import admins, blueprint, load_message, shown
from webapp.messages.wordings import WordingError

PAGE_SIZE = 50
BY_HAND = N_("An admin suppressed it.")


@blueprint.get("")
@admins
def index() -> str:
    """What is in the outbox, what needs somebody first."""
    try:
        state = State(request.args.get("state", ""))
    except ValueError:
        state = None
    search = request.args.get("q", "").strip()[:120]
    query = shown().where(Message.channel != Channel.APP)
    if search:
        columns = (Message.recipient, Message.name, Message.id)
        query = query.where(sa.or_(*(column.icontains(search, autoescape=True) for column in columns)))
    counted = query.with_only_columns(Message.state, sa.func.count()).group_by(Message.state)
    counts = {each: 0 for each in State} | {State(value): number for value, number in db.session.execute(counted)}
    if state:
        query = query.where(Message.state == state)
    total = counts[state] if state else sum(counts.values())
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    query = query.order_by(Message.created_at.desc(), Message.id).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    refused = db.session.scalars(sa.select(Refusal).order_by(Refusal.created_at.desc()).limit(200)).all()
    return render_template(
        "messages/index.html",
        messages=list(db.session.scalars(query)), counts=counts, state=state, search=search, page=page, pages=pages,
        names=STATE_NAMES, mailing=mail.is_configured(), sender=mail.sender_header(), refusals=refused,
        host=current_app.config["SMTP_HOST"],
    )  # fmt: skip


@blueprint.get("/<message_id>")
@admins
def show(message_id: str) -> str:
    """One message: where it is, what it says, and its link to copy."""
    message = load_message(message_id)
    kind, composed, fault = kind_of(message), None, ""
    if kind is not None and message.channel is Channel.MAIL:
        try:
            composed = compose(kind, message)
        except WordingError as error:
            fault = str(error)
    return render_template("messages/show.html", message=message, kind=kind, composed=composed, fault=fault)


@blueprint.post("/<message_id>/link")
@admins
@confirmed
def link(message_id: str) -> Response | str:
    """Show the link of a message, to copy it; that is noted."""
    message = load_message(message_id)
    kind = kind_of(message)
    if kind is None or message.channel is not Channel.MAIL:
        return redirect(url_for("messages.show", message_id=message_id))
    record("message link shown", message=message.id, kind=message.kind)
    composed: Composed = compose(kind, message)
    return render_template("messages/show.html", message=message, kind=kind, composed=composed, fault="", shown=True)


@blueprint.get("/<message_id>/mail.html")
@admins
def as_mail(message_id: str) -> Page:
    """The HTML of a message as mail programs get it, its link left out where it lets somebody in."""
    message = load_message(message_id)
    kind = kind_of(message)
    if kind is None or kind.secret:
        abort(404, _("This message is not shown here."))
    return Page(compose(kind, message).html, mimetype="text/html", headers={"Content-Security-Policy": SANDBOX})


#: A mail loads nothing, runs nothing, and its styles are in its tags.
SANDBOX = "default-src 'none'; style-src-attr 'unsafe-inline'; sandbox"


@blueprint.post("/<message_id>/again")
@admins
def again(message_id: str) -> Response:
    """Send a message once more, under the same id."""
    message = load_message(message_id)
    if message.channel is Channel.MAIL and not mail.is_configured():
        flash(_("There is no mail server to send it by. Copy its link instead."), "error")
    elif message.state is State.SENDING:
        flash(_("It is being sent just now."), "info")
    else:
        outbox.send_again(message)
        db.session.commit()
        record("message sent again", message=message.id)
        flash(_("It goes out again, under the same id."), "success")
    return redirect(url_for("messages.show", message_id=message_id))


@blueprint.post("/<message_id>/suppress")
@admins
def suppress(message_id: str) -> Response:
    """Keep a message from being sent."""
    message = load_message(message_id)
    outbox.suppress(message, "by_hand", BY_HAND)
    db.session.commit()
    record("message suppressed", message=message.id)
    flash(_("It will not be sent."), "success")
    return redirect(url_for("messages.show", message_id=message_id))


@blueprint.post("/again")
@admins
def all_again() -> Response:
    """Send all that failed, or (form field ``state``) all that was held, once more."""
    state = State.HELD if request.form.get("state") == "held" else State.FAILED
    if not mail.is_configured():
        flash(_("There is no mail server to send by. Copy the links instead."), "error")
        return redirect(url_for("messages.index", state=state.value))
    rows = db.session.scalars(
        shown().where(Message.state == state, Message.expires_at > now() - outbox.TRIED).limit(5000)
    ).all()
    for message in rows:
        outbox.send_again(message)
    db.session.commit()
    flash(ngettext("%(num)s message goes out again.", "%(num)s messages go out again.", len(rows)), "success")
    return redirect(url_for("messages.index"))


@blueprint.post("/refusals/<refusal_id>/lift")
@admins
def lift(refusal_id: str) -> Response:
    """Let an address get mail again."""
    refusal = db.session.get(Refusal, refusal_id) or abort(404)
    db.session.delete(refusal)
    db.session.commit()
    flash(_("%(address)s gets mail again.", address=refusal.address), "success")
    return redirect(url_for("messages.index"))


@blueprint.post("/test")
@admins
def test() -> Response:
    """Send a message to oneself."""
    if not mail.is_configured():
        flash(_("There is no mail server. Set VIVA_SMTP_HOST and start Viva again."), "error")
        return redirect(url_for("messages.index"))
    message_id = outbox.put(
        kind="test", cause=f"test:{new_id()}", recipient=current_user.email, name=current_user.name,
        priority=0, zone=current_user.time_zone,
    )  # fmt: skip
    db.session.commit()
    flash(_("A test message to %(email)s is on its way. This page says how it went.", email=current_user.email), "info")
    return redirect(url_for("messages.show", message_id=message_id))
