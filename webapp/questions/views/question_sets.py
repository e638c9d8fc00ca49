"""Question sets as a whole: list, draft, read, preview, publish, new version, archive."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.exceptions import Conflict
from werkzeug.wrappers import Response

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.questions import operations
from webapp.questions.forms import SetForm
from webapp.questions.immutability import ImmutableError
from webapp.questions.models import Beforehand, QuestionSet, SetState

blueprint = Blueprint("questions", __name__, url_prefix="/questions")

_NOBODY_S = _l("This question set does not exist or is not published.")


def load_set(set_id: str) -> QuestionSet:
    """The set, if this person may read it; 404 otherwise."""
    row = db.session.scalar(operations.visible_to(current_user).where(QuestionSet.id == set_id))
    return row or abort(404, _NOBODY_S)


def show(row: QuestionSet) -> Response:
    """Go to a question set's page."""
    return redirect(url_for("questions.show", set_id=row.id))


@blueprint.errorhandler(ImmutableError)
def immutable(error: ImmutableError) -> ResponseReturnValue:
    """Somebody's page was older than the publication."""
    db.session.rollback()
    return current_app.handle_http_exception(Conflict(str(error)))


@blueprint.errorhandler(operations.QuestionSetError)
def refused(error: operations.QuestionSetError) -> Response:
    """What cannot be done with a set is said on its page."""
    db.session.rollback()
    flash(str(error), "error")
    return redirect(url_for("questions.show", set_id=(request.view_args or {})["set_id"]))


@blueprint.get("/")
@require_role(Role.RECRUITER, Role.ADMIN)
def index() -> str:
    """All sets by state; recruiters see those that they can choose."""
    query = operations.visible_to(current_user).order_by(
        sa.func.lower(QuestionSet.title), QuestionSet.lineage, QuestionSet.version.desc()
    )
    rows = db.session.scalars(query).all()
    by_state = {state: [row for row in rows if row.state is state] for state in SetState}
    return render_template("questions/index.html", by_state=by_state, SetState=SetState)


@blueprint.route("/new", methods=["GET", "POST"])
@require_role(Role.ADMIN)
def new() -> Response | tuple[str, int]:
    """Begin a set."""
    form = SetForm()
    if form.validate_on_submit():
        row = operations.create_set(
            title=form.title.data,
            introduction=form.introduction.data or "",
            by=current_user,
            beforehand=Beforehand(form.beforehand.data),
            existing_files=form.existing_files.data,
        )
        db.session.commit()
        flash(_("The draft has been created. Now add questions."), "success")
        return show(row)
    return render_template("questions/edit_set.html", form=form, question_set=None), 422 if form.is_submitted() else 200


@blueprint.get("/<set_id>", endpoint="show")
@require_role(Role.RECRUITER, Role.ADMIN)
def show_set(set_id: str) -> str:
    """One version: a draft's editor, or what was published."""
    row = load_set(set_id)
    versions = operations.versions(row) if current_user.role is Role.ADMIN else [row]
    return render_template("questions/show.html", question_set=row, versions=versions, SetState=SetState)


@blueprint.get("/<set_id>/preview")
@require_role(Role.RECRUITER, Role.ADMIN)
def preview(set_id: str) -> str:
    """What a candidate will read; nothing is recorded."""
    return render_template("questions/preview.html", question_set=load_set(set_id))


@blueprint.route("/<set_id>/edit", methods=["GET", "POST"])
@require_role(Role.ADMIN)
def edit(set_id: str) -> Response | tuple[str, int]:
    """A draft's title and introduction."""
    row = load_set(set_id)
    if row.state is not SetState.DRAFT:
        raise ImmutableError
    form = SetForm(obj=row)
    if form.validate_on_submit():
        operations.edit_set(
            row,
            title=form.title.data,
            introduction=form.introduction.data or "",
            by=current_user,
            beforehand=Beforehand(form.beforehand.data),
            existing_files=form.existing_files.data,
        )
        db.session.commit()
        flash(_("Saved."), "success")
        return show(row)
    return render_template("questions/edit_set.html", form=form, question_set=row), 422 if form.is_submitted() else 200


@blueprint.post("/<set_id>/publish")
@require_role(Role.ADMIN)
def publish(set_id: str) -> Response:
    """Freeze a draft."""
    row = load_set(set_id)
    operations.publish(row, by=current_user)
    db.session.commit()
    flash(_("Version %(version)s is published. Recruiters can now use it.", version=row.version), "success")
    return show(row)


@blueprint.post("/<set_id>/new-version")
@require_role(Role.ADMIN)
def new_version(set_id: str) -> Response:
    """Copy into a draft."""
    row = load_set(set_id)
    copy = operations.new_version(row, by=current_user)
    db.session.commit()
    flash(
        _(
            "This is a draft of version %(version)s. Version %(version2)s does not change.",
            version=copy.version,
            version2=row.version,
        ),
        "success",
    )
    return show(copy)


@blueprint.post("/<set_id>/archive")
@require_role(Role.ADMIN)
def archive(set_id: str) -> Response:
    """Take a version out of choice."""
    row = load_set(set_id)
    operations.archive(row, by=current_user)
    db.session.commit()
    flash(_("Version %(version)s is archived. Existing invitations keep working.", version=row.version), "success")
    return show(row)


@blueprint.post("/<set_id>/delete")
@require_role(Role.ADMIN)
def delete(set_id: str) -> Response:
    """Remove a draft."""
    operations.delete_draft(load_set(set_id), by=current_user)
    db.session.commit()
    flash(_("The draft has been deleted."), "success")
    return redirect(url_for("questions.index"))
