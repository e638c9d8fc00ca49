"""What open links hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.applying.models import Application, OpenLink, UsedChallenge
from webapp.core.personal_data import Holding, Kept, Scope, holds_nothing, register


def _applications(scope: Scope) -> sa.ColumnElement[bool]:
    invited = Application.invitation_id.in_(scope.invitations)
    return sa.or_(invited, Application.email == scope.email) if scope.email else invited


register(Holding(Application, Kept.RECORDS, _applications))
holds_nothing("a link that everybody may have", OpenLink)
holds_nothing("numbers that were worked out once", UsedChallenge)
