"""Sessions end on the server: copies of cookies end with them, and what people do to others asks for the password."""

from __future__ import annotations

from datetime import timedelta

import flask_migrate
import pytest
import sqlalchemy as sa

from tests.webapp.conftest import PASSWORD
from webapp.accounts.models import Role, UserSession
from webapp.core.database import db, now


def enter(app, user, **more: str):
    """Another browser in which ``user`` signs in."""
    browser = app.test_client()
    answer = browser.post("/sign-in", data={"email": user.email, "password": PASSWORD, **more})
    assert answer.status_code == 302, answer.text
    return browser


def copy_of(app, browser):
    """Whoever has copied a browser's cookies."""
    thief = app.test_client()
    for name in ("viva_session", "remember_token"):
        if cookie := browser.get_cookie(name, domain="viva.test"):
            thief.set_cookie(name, cookie.value, domain="viva.test")
    return thief


def is_in(browser) -> bool:
    return browser.get("/profile").status_code == 200


@pytest.mark.parametrize("how", ["session", "remember"])
def test_signing_out_ends_copied_cookies(app, make, how):
    browser = enter(app, make.user(), **({"remember": "y"} if how == "remember" else {}))
    thief = copy_of(app, browser)
    if how == "remember":
        thief.delete_cookie("viva_session", domain="viva.test")
    assert is_in(thief)
    thief = copy_of(app, browser)
    browser.post("/sign-out")
    assert not is_in(thief)
    assert not is_in(browser)


def test_deactivation_ends_every_session(app, make):
    user, admin = make.user(), make.user(Role.ADMIN)
    browsers = [enter(app, user), enter(app, user, remember="y")]
    answer = enter(app, admin).post(f"/people/{user.id}/deactivate")
    assert answer.status_code == 302
    assert not any(is_in(browser) for browser in browsers)
    assert db.session.scalar(sa.select(sa.func.count(UserSession.id)).where(UserSession.ended_at.is_(None))) == 1


def test_reactivation_does_not_bring_sessions_back(app, make):
    user, admin = make.user(), make.user(Role.ADMIN)
    browser, desk = enter(app, user), enter(app, admin)
    desk.post(f"/people/{user.id}/deactivate")
    desk.post(f"/people/{user.id}/reactivate")
    assert not is_in(browser)


def test_people_see_their_sessions_and_end_them(app, make):
    user = make.user()
    here, there = enter(app, user), enter(app, user)
    page = here.get("/profile").text
    assert page.count('name="session"') == 2
    other = db.session.scalars(sa.select(UserSession).order_by(UserSession.created_at.desc())).first()
    here.post("/profile/sessions/end", data={"session": other.id})
    assert is_in(here) and not is_in(there)


def test_everywhere_else_at_once(app, make):
    user = make.user()
    here, others = enter(app, user), [enter(app, user) for _ in range(3)]
    assert "3 other sessions have been ended" in here.post("/profile/sessions/end", follow_redirects=True).text
    assert is_in(here) and not any(is_in(other) for other in others)


def test_nobody_ends_anybody_elses(app, make):
    mine, theirs = make.user(), make.user()
    me, they = enter(app, mine), enter(app, theirs)
    row = db.session.scalars(sa.select(UserSession).where(UserSession.user_id == theirs.id)).one()
    me.post("/profile/sessions/end", data={"session": row.id})
    assert is_in(they)


@pytest.mark.parametrize(
    ("values", "left"),
    [
        ({"seen_at": timedelta(hours=11)}, True),
        ({"seen_at": timedelta(hours=13)}, False),
        ({"ends_at": timedelta(minutes=1)}, False),
    ],
)
def test_inactivity_and_the_end(app, make, values, left):
    browser = enter(app, make.user())
    row = db.session.scalars(sa.select(UserSession)).one()
    for name, ago in values.items():
        setattr(row, name, now() - ago)
    db.session.commit()
    assert is_in(browser) is left


def test_use_is_noted(app, make):
    browser = enter(app, make.user())
    row = db.session.scalars(sa.select(UserSession)).one()
    row.seen_at = now() - timedelta(hours=6)
    db.session.commit()
    assert is_in(browser)
    db.session.expire_all()
    assert now() - row.seen_at < timedelta(minutes=1)


class TestConfirming:
    @pytest.fixture
    def admin(self, app, make):
        """An admin whose password was asked an hour ago."""
        browser = enter(app, make.user(Role.ADMIN))
        row = db.session.scalars(sa.select(UserSession)).one()
        row.confirmed_at = now() - timedelta(hours=1)
        db.session.commit()
        return browser

    @pytest.mark.parametrize("what", ["", "/deactivate"])
    def test_what_is_done_to_others_asks_again(self, admin, make, what):
        user = make.user()
        answer = admin.post(f"/people/{user.id}{what}", data={"role": "admin"})
        assert "/confirm?" in answer.location
        db.session.refresh(user)
        assert user.active and user.role is Role.RECRUITER

    def test_a_link_is_not_shown_before(self, admin, make):
        user = make.user()
        answer = admin.get(f"/people/{user.id}/password-link")
        assert "/set-password/" not in answer.text
        confirm = answer.location
        assert admin.post(confirm, data={"password": "wrong"}).status_code == 422
        answer = admin.post(confirm, data={"password": PASSWORD})
        assert answer.location.endswith(f"/people/{user.id}/password-link")
        assert "/set-password/" in admin.get(answer.location).text


def test_the_migration_goes_up_and_down(app):
    db.session.remove()
    db.drop_all()
    flask_migrate.upgrade(revision="c2a9e4d7105b")
    assert "user_sessions" in sa.inspect(db.engine).get_table_names()
    flask_migrate.downgrade(revision="bfc41ba78b6e")
    assert "user_sessions" not in sa.inspect(db.engine).get_table_names()
