"""The blueprint of the pages about times."""

from __future__ import annotations

from flask import Blueprint, Response

from webapp.accounts.models import Role
from webapp.core.calendars import MEDIA_TYPE, NAME, Entry, file_of
from webapp.core.security import require_role

blueprint = Blueprint("scheduling", __name__)
staff = require_role(Role.RECRUITER, Role.ADMIN)


def calendar_file(entry: Entry) -> Response:
    """A calendar file to download."""
    response = Response(file_of(entry), mimetype=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{NAME}"'
    response.headers["Cache-Control"] = "no-store"
    return response
