"""The hiring side: make an open link for a position, pass it on, close it."""

from __future__ import annotations

import segno
from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.applying import operations
from webapp.applying.forms import OpenLinkForm
from webapp.applying.models import OpenLink
from webapp.applying.views.base import blueprint, staff
from webapp.core import mail
from webapp.core.database import db
from webapp.organisations.access import Right
from webapp.positions.access import load_position


@blueprint.route("/positions/<position_id>/open-links", methods=["GET", "POST"])
@staff
def links(position_id: str) -> Response | tuple[str, int]:
    """The open links of a position, and a form for another one."""
    position, form = load_position(position_id, Right.MANAGE), OpenLinkForm()
    if form.validate_on_submit():
        try:
            link = operations.make_link(
                position=position, question_set=form.chosen_set, cap=form.cap.data or 0, days=form.days.data or 0,
                ends_at=form.deadline, origins=(form.origins.data or "").split(), by=current_user,
            )  # fmt: skip
        except operations.ApplyError as error:
            db.session.rollback()
            form[error.field or "date"].errors = [str(error)]
        else:
            db.session.commit()
            flash(_("The link is open."), "success")
            return redirect(url_for("applying.link", position_id=position_id, link_id=link.id))
    page = render_template(
        "applying/links.html",
        position=position, form=form, links=operations.links_of(position), mailing=mail.is_configured(),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _link(position_id: str, link_id: str) -> OpenLink:
    position = load_position(position_id, Right.MANAGE)
    return next((each for each in operations.links_of(position) if each.id == link_id), None) or abort(404)


@blueprint.get("/positions/<position_id>/open-links/<link_id>")
@staff
def link(position_id: str, link_id: str) -> str:
    """One link: its address, its QR code, and what to put into a careers page."""
    found = _link(position_id, link_id)
    url, frame = operations.url_of(found), operations.url_of(found, embedded=True)
    return render_template(
        "applying/link.html", link=found, position=found.position, url=url, frame=frame, code=_qr_code(url)
    )


def _qr_code(url: str) -> str:
    """The QR code of an address, as an address of data."""
    return str(segno.make(url, error="m").svg_data_uri(border=2, scale=4))


@blueprint.post("/positions/<position_id>/open-links/<link_id>/close")
@staff
def close(position_id: str, link_id: str) -> Response:
    """Let nobody more come by it."""
    operations.close(_link(position_id, link_id), by=current_user)
    db.session.commit()
    flash(_("The link is closed. Who has an interview keeps it."), "success")
    return redirect(url_for("applying.links", position_id=position_id))
