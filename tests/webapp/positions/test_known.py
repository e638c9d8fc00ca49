"""Positions that are known in a request: few are named in a query, and what is changed meanwhile counts."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.core.database import db
from webapp.interviews.operations import invitations_of
from webapp.organisations.models import TeamRole
from webapp.positions import operations


def test_what_a_member_sees_is_the_same_whether_positions_are_named_or_not(app, make, monkeypatch):
    me = make.user()
    team, other = make.team((me, TeamRole.RECRUITER)), make.team()
    mine = [make.invitation(position=make.position(team=team)) for _ in range(3)]
    make.invitation(position=make.position(team=other))
    db.session.commit()

    def seen() -> tuple[set[str], bool]:
        query = invitations_of(me)
        return {row.id for row in db.session.scalars(query)}, "SELECT jobs" in str(query)

    wanted = {row.id for row in mine}
    with app.test_request_context():
        assert seen() == (wanted, True)
        operations.know_positions()
        assert seen() == (wanted, False)
        mine[0].position.team = other  # moved within this very request
        db.session.flush()
        assert seen() == (wanted - {mine[0].id}, True)
        operations.know_positions()
        assert seen() == (wanted - {mine[0].id}, False)
        monkeypatch.setattr(operations, "NAMED", 1)
        assert seen() == (wanted - {mine[0].id}, True)
    with app.test_request_context():
        monkeypatch.setattr(operations, "KNOWN", 3)
        operations.know_positions()
        assert seen() == (wanted - {mine[0].id}, True)


def test_blind_review_is_known(app, make):
    position = make.position()
    db.session.commit()
    with app.test_request_context():
        operations.know_positions()
        assert not operations.is_any_blind()
        position.blind_review = True
        db.session.flush()
        assert operations.is_any_blind()
        operations.know_positions()
        assert operations.is_any_blind()
    db.session.execute(sa.update(type(position)).values(blind_review=False))
    assert not operations.is_any_blind()
