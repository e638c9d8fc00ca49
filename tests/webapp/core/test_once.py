"""What is asked several times is asked once, and never answered from before a change."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from webapp.accounts.models import Organisation, User
from webapp.core.database import db
from webapp.core.once import asked_once, commit_and_go_on, peek

asked: list[str] = []


@asked_once(User)
def names(organisation_id: str) -> list[str]:
    """The names of everybody."""
    asked.append(organisation_id)
    return list(db.session.scalars(sa.select(User.name).filter_by(organisation_id=organisation_id)))


@asked_once(User, rows=True)
def people(organisation_id: str) -> list[User]:
    """Everybody."""
    asked.append(organisation_id)
    return list(db.session.scalars(sa.select(User).filter_by(organisation_id=organisation_id)))


@pytest.fixture
def user(make) -> User:
    row = make.user(name="Kim")
    asked.clear()
    return row


def test_it_is_asked_once_in_a_transaction(user):
    mine = user.organisation_id
    assert peek(names, mine) is None
    assert names(mine) == names(mine) == peek(names, mine) == ["Kim"]
    assert names("another") == [] and asked == [mine, "another"]
    db.session.commit()
    assert peek(names, mine) is None


def test_what_is_written_is_seen(user, make):
    mine = user.organisation_id
    assert names(mine) == ["Kim"] and [row.name for row in people(mine)] == ["Kim"]
    user.name = "Lou"  # not flushed yet
    assert names(mine) == ["Lou"]
    assert [row.name for row in people(mine)] == ["Lou"] and asked == [mine] * 3  # a changed row is the same row
    db.session.execute(sa.update(User).values(name="Max"))
    assert names(mine) == ["Max"]
    db.session.get_one(Organisation, mine).name = "Something else"
    assert names(mine) == ["Max"] and len(asked) == 4
    make.user(name="Noor")
    assert sorted(names(mine)) == ["Max", "Noor"] and len(people(mine)) == 2
    with db.session.begin_nested() as savepoint:
        user.name = "Olga"
        assert sorted(names(mine)) == ["Noor", "Olga"]
        savepoint.rollback()
    assert sorted(names(mine)) == ["Max", "Noor"]
    db.session.delete(user)
    assert names(mine) == ["Noor"] and len(people(mine)) == 1


def test_a_page_goes_on_after_its_commit(user):
    mine = user.organisation_id
    assert names(mine) == ["Kim"]
    db.session.get_one(Organisation, mine).name = "Something else"
    db.session.flush()
    assert names(mine) == ["Kim"]
    count = len(asked)
    commit_and_go_on()
    assert not sa.inspect(user).expired and names(mine) == ["Kim"] and len(asked) == count
    db.session.execute(sa.select(1))
    db.session.commit()
    assert peek(names, mine) is None
