"""What can be done with jobs. Nothing here commits."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from webapp.accounts.models import Role, User
from webapp.core.database import db, now
from webapp.positions.models import Job


class JobRefused(ValueError):
    """This cannot be done with this job; the message is for a person."""


def jobs_of(user: User) -> sa.Select[Job]:
    """The jobs that ``user`` may see: an admin all, a recruiter their own, others none."""
    query = sa.select(Job)
    if user.role is Role.ADMIN:
        return query
    return query.where(Job.created_by_id == user.id if user.role is Role.RECRUITER else sa.false())


def create_job(*, title: str, city: str, country: str, by: User) -> Job:
    """Make a job at a place; ``country`` is ISO 3166-1 alpha-2."""
    job = Job(title=title.strip(), city=city.strip(), country=country, created_by_id=by.id)
    db.session.add(job)
    db.session.flush()
    current_app.logger.info("Job %s created by %s", job.id, by.id)
    return job


def edit_job(job: Job, *, title: str, city: str, country: str, by: User) -> None:
    """Change a job.

    Raises JobRefused for another country once somebody was invited: candidates consented under the law of the place
    that they were told, and a move would change what may be analysed behind their backs.
    """
    if country != job.country and has_invitations(job):
        raise JobRefused(
            _(
                "Candidates were invited under the law of this country, so it cannot change. Create a new "
                "position for the other country."
            )
        )
    job.title, job.city, job.country = title.strip(), city.strip(), country
    db.session.flush()
    current_app.logger.info("Job %s edited by %s", job.id, by.id)


def has_invitations(job: Job) -> bool:
    """Whether anybody was ever invited for it."""
    from webapp.interviews.models import Invitation  # the interviews know jobs, not the other way round

    return bool(db.session.scalar(sa.select(sa.exists().where(Invitation.job_id == job.id))))


def archive(job: Job, *, by: User) -> None:
    """Take a job out of choice; open invitations go on working."""
    if job.archived_at is None:
        job.archived_at = now()
        db.session.flush()
        current_app.logger.info("Job %s archived by %s", job.id, by.id)


def restore(job: Job, *, by: User) -> None:
    """Bring a job back into choice."""
    if job.archived_at is not None:
        job.archived_at = None
        db.session.flush()
        current_app.logger.info("Job %s restored by %s", job.id, by.id)
