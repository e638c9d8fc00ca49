"""Guests of a position: whom interviews are shared with, their links and codes, what they did, and how it ends."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from webapp.accounts.models import Role
from webapp.core.database import db, now
from webapp.core.security import require_role
from webapp.interviews.models import Interview, InterviewState
from webapp.interviews.operations import interviews_of
from webapp.organisations.access import Right
from webapp.positions.access import load_position
from webapp.positions.models import Position
from webapp.questions.models import Question
from webapp.sharing import operations
from webapp.sharing.forms import ShareForm
from webapp.sharing.models import Share
from webapp.sharing.operations import MOST_INTERVIEWS, ShareError

blueprint = Blueprint("sharing", __name__)

_staff = require_role(Role.RECRUITER, Role.ADMIN)


def _shareable(position: Position) -> list[Interview]:
    """The submitted interviews of a position that the present user may share, those that wait longest first."""
    query = interviews_of(current_user, Right.SHARE).where(
        Interview.position_id == position.id, Interview.state == InterviewState.SUBMITTED
    )
    return list(
        db.session.scalars(
            query.order_by(Interview.submitted_at, Interview.id).limit(200).options(joinedload(Interview.question_set))
        )
    )


def _questions(interviews: list[Interview]) -> list[Question]:
    """Every question that is asked in some of ``interviews``."""
    sets = {each.question_set_id: each.question_set for each in interviews}
    return [question for each in sets.values() for question in each.questions]


def load_share(share_id: str) -> Share:
    """The link, if the present user may share what it shows: 404 where they may not see it, else 403."""
    share = db.session.get(Share, share_id) or abort(404)
    load_position(share.position_id, Right.SHARE)
    return share


@blueprint.get("/positions/<position_id>/guests")
@_staff
def index(position_id: str) -> str:
    """The guests of a position."""
    position = load_position(position_id, Right.SHARE)
    return render_template("sharing/index.html", position=position, shares=operations.shares_of(position))


@blueprint.route("/positions/<position_id>/guests/new", methods=["GET", "POST"])
@_staff
def new(position_id: str) -> Response | str | tuple[str, int]:
    """Share some interviews with a guest. The code is shown once."""
    position = load_position(position_id, Right.SHARE)
    interviews = _shareable(position)
    ticked = set(request.values.getlist("id"))  # of invitations, as lists tick them
    form = ShareForm()
    error = ""
    if form.validate_on_submit():
        wanted = [each for each in interviews if each.invitation_id in ticked]
        try:
            share, code = operations.share(
                position,
                wanted,
                name=form.name.data,
                email=form.email.data,
                until=now() + form.length,
                with_analyses=bool(form.with_analyses.data),
                by=current_user._get_current_object(),
                hidden_questions={
                    question.id for question in _questions(wanted) if question.id in request.form.getlist("hide")
                },
            )
        except ShareError as refused:
            db.session.rollback()
            error = str(refused)
        else:
            db.session.commit()
            return _code_page(share, code)
    page = render_template(
        "sharing/new.html",
        position=position,
        form=form,
        interviews=interviews,
        ticked=ticked,
        questions=_questions(interviews),
        hidden=set(request.form.getlist("hide")),
        most=MOST_INTERVIEWS,
        error=error,
    )
    return page, 422 if form.is_submitted() else 200


def _code_page(share: Share, code: str) -> str:
    return render_template(
        "sharing/code.html", share=share, link=operations.share_url(share), code=f"{code[:4]} {code[4:]}"
    )


@blueprint.get("/guests/<share_id>")
@_staff
def show(share_id: str) -> str:
    """One guest's link, what it shows, and what the guest has done."""
    share = load_share(share_id)
    link = operations.share_url(share) if share.is_open else None
    return render_template("sharing/show.html", share=share, position=share.position, link=link)


@blueprint.post("/guests/<share_id>/code")
@_staff
def code(share_id: str) -> Response | str:
    """A new code; the old one, and the browser that was bound, are out."""
    share = load_share(share_id)
    try:
        fresh = operations.new_code(share, by=current_user._get_current_object())
    except ShareError as refused:
        db.session.rollback()
        flash(str(refused), "warning")
        return redirect(url_for("sharing.show", share_id=share_id))
    db.session.commit()
    return _code_page(share, fresh)


@blueprint.post("/guests/<share_id>/revoke")
@_staff
def revoke(share_id: str) -> Response:
    """Close the link."""
    share = load_share(share_id)
    operations.revoke(share, by=current_user._get_current_object())
    db.session.commit()
    flash(_("The link has been closed. What %(name)s wrote is kept.", name=share.guest.name), "success")
    return redirect(url_for("sharing.index", position_id=share.position_id))
