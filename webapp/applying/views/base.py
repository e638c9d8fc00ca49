"""The blueprint of the pages about open links."""

from __future__ import annotations

from flask import Blueprint

from webapp.accounts.models import Role
from webapp.core.security import require_role

blueprint = Blueprint("applying", __name__)
staff = require_role(Role.RECRUITER, Role.ADMIN)
