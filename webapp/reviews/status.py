"""When an interview counts as decided: the list of interviews sorts by it and does not know decisions itself."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.interviews.models import Interview
from webapp.interviews.status import decided_when
from webapp.reviews.models import Decision


def init_app() -> None:
    """Tell the list of interviews."""
    decided_when(sa.exists().where(Decision.interview_id == Interview.id))
