"""The views of this feature."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.positions import operations
from webapp.positions.forms import JobForm
from webapp.positions.models import Job
from webapp.positions.places import country_name, rules

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")

_staff = require_role(Role.RECRUITER, Role.ADMIN)


@blueprint.app_template_filter("country")
def country_filter(code: str) -> str:
    """The name of a country by its ISO 3166-1 alpha-2 code."""
    return country_name(code)


def load_job(job_id: str) -> Job:
    """The job, if this person may see it; 404 otherwise."""
    return db.session.scalar(operations.jobs_of(current_user).where(Job.id == job_id)) or abort(404)


@blueprint.get("/")
@_staff
def index() -> str:
    """Jobs, the newest first, archived ones last."""
    rows = db.session.scalars(operations.jobs_of(current_user).order_by(Job.created_at.desc(), Job.id)).all()
    return render_template(
        "jobs/index.html",
        jobs=[job for job in rows if job.archived_at is None],
        archived=[job for job in rows if job.archived_at is not None],
    )


@blueprint.route("/new", methods=["GET", "POST"])
@_staff
def new() -> Response | tuple[str, int]:
    """Make a job."""
    form = JobForm()
    if form.validate_on_submit():
        job = operations.create_job(
            title=form.title.data, city=form.city.data, country=form.country.data, by=current_user
        )
        db.session.commit()
        flash(
            _("The position has been created. Below is what may be analysed there. Next, invite candidates."), "success"
        )
        return redirect(url_for("jobs.show", job_id=job.id))
    return render_template("jobs/edit.html", form=form, job=None), 422 if form.is_submitted() else 200


@blueprint.get("/<job_id>")
@_staff
def show(job_id: str) -> str:
    """One job, its place and what the law allows there."""
    job = load_job(job_id)
    return render_template("jobs/show.html", job=job, rules=rules(job.country))


@blueprint.route("/<job_id>/edit", methods=["GET", "POST"])
@_staff
def edit(job_id: str) -> Response | tuple[str, int]:
    """Change a job."""
    job = load_job(job_id)
    form = JobForm(obj=job)
    if form.validate_on_submit():
        try:
            operations.edit_job(
                job, title=form.title.data, city=form.city.data, country=form.country.data, by=current_user
            )
        except operations.JobRefused as error:
            form.country.errors = [str(error)]
        else:
            db.session.commit()
            flash(_("Saved."), "success")
            return redirect(url_for("jobs.show", job_id=job.id))
    return render_template("jobs/edit.html", form=form, job=job), 422 if form.is_submitted() else 200


@blueprint.post("/<job_id>/archive")
@_staff
def archive(job_id: str) -> Response:
    """Take a job out of choice."""
    job = load_job(job_id)
    operations.archive(job, by=current_user)
    db.session.commit()
    flash(_("“%(title)s” is archived. Open links keep working.", title=job.title), "success")
    return redirect(url_for("jobs.index"))


@blueprint.post("/<job_id>/restore")
@_staff
def restore(job_id: str) -> Response:
    """Bring a job back."""
    job = load_job(job_id)
    operations.restore(job, by=current_user)
    db.session.commit()
    flash(_("“%(title)s” has been restored.", title=job.title), "success")
    return redirect(url_for("jobs.show", job_id=job.id))
