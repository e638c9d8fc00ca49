"""What live rooms hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.core.personal_data import Holding, Kept, Scope, holds_nothing, register
from webapp.live.models import LiveConsent, LiveNote, LiveService, Member, Room, Track

holds_nothing("which live services there are, and when each was last heard of", LiveService)


def _rooms(scope: Scope) -> sa.ScalarSelect[str]:
    """Rooms about an interview of the scope, and practice rooms of its accounts."""
    recorded = sa.select(Member.room_id).where(Member.interview_id.in_(scope.interviews))
    return (
        sa.select(Room.id)
        .where(
            sa.or_(
                Room.interview_id.in_(scope.interviews),
                Room.scored_id.in_(scope.interviews),
                Room.id.in_(recorded),
                Room.owner_id.in_(scope.accounts),
            )
        )
        .scalar_subquery()
    )


def _members(scope: Scope) -> sa.ScalarSelect[str]:
    wanted = sa.or_(Member.room_id.in_(_rooms(scope)), Member.user_id.in_(scope.accounts))
    return sa.select(Member.id).where(wanted).scalar_subquery()


register(
    Holding(Track, Kept.READINGS, lambda scope: Track.member_id.in_(_members(scope))),
    Holding(LiveConsent, Kept.RECORDS, lambda scope: LiveConsent.member_id.in_(_members(scope))),
    Holding(LiveNote, Kept.RECORDS, lambda scope: LiveNote.room_id.in_(_rooms(scope))),
    Holding(Member, Kept.RECORDS, lambda scope: Member.id.in_(_members(scope))),
    Holding(Room, Kept.RECORDS, lambda scope: Room.id.in_(_rooms(scope))),
)
