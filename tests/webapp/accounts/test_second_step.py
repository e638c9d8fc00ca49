"""Two-step verification: codes that count once, recovery codes, what an organisation asks of everybody, no way round."""

from __future__ import annotations

import re
import time

import flask_migrate
import pyotp
import pytest
import sqlalchemy as sa

from tests.webapp.conftest import PASSWORD
from webapp.accounts import operations, pending, second_step
from webapp.accounts.factor_models import AuthenticatorApp, PendingStep, RecoveryCode
from webapp.accounts.models import Organisation, Role, UserSession
from webapp.core.database import db, now

SECRET = pyotp.random_base32()


def code(periods: int = 0, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * periods)


@pytest.fixture
def clock(monkeypatch):
    """A clock in the middle of a period, that tests move; never before now, where cookies would be of the future."""
    start = [(time.time() // 30 + 1) * 30 + 15]
    monkeypatch.setattr(time, "time", lambda: start[0])
    return start


@pytest.fixture
def person(make, clock):
    """Somebody with an app, and their recovery codes in ``codes``."""
    user = make.user()
    with db.session.no_autoflush:
        second_step.set_up_app(user, SECRET, code(-1))
    user.codes = second_step.new_codes(user)
    db.session.commit()
    return user


def enter(client, user, **query):
    return client.post("/sign-in", query_string=query, data={"email": user.email, "password": PASSWORD})


def step(client, entered: str):
    return client.post("/sign-in/second-step", data={"code": entered})


def is_in(client) -> bool:
    return client.get("/profile").status_code == 200


def test_a_password_alone_opens_nothing(client, person):
    answer = enter(client, person, next="/positions/?x=1")
    assert answer.location == "/sign-in/second-step" and not is_in(client)
    assert step(client, "000000").status_code == 422 and not is_in(client)
    answer = step(client, code())
    assert answer.location == "/positions/?x=1" and is_in(client)
    assert db.session.scalar(sa.select(UserSession.second_step)) is True


def test_a_code_counts_once_and_only_about_now(client, person, clock, app):
    for wrong in (code(-2), code(2), code(-1), "", "12345", "１２３４５６"):  # the one of before was used to set it up
        enter(client, person)
        assert step(client, wrong).status_code == 422, wrong
    right = code()
    assert step(client, right).status_code == 302
    other = app.test_client()
    enter(other, person)
    assert step(other, right).status_code == 422
    clock[0] += 30
    assert step(other, f"{code()[:3]} {code()[3:]}").status_code == 302


def test_the_secret_is_not_in_the_database(person):
    row = db.session.get(AuthenticatorApp, person.id)
    assert SECRET not in row.secret


def test_another_secret_key_opens_nothing_and_an_old_one_does(app, client, person):
    app.config["SECRET_KEY"] = "another"
    enter(client, person)
    assert step(client, code()).status_code == 422
    app.config["SECRET_KEY_FALLBACKS"] = ["test"]
    enter(client, person)
    assert step(client, code()).status_code == 302
    app.config["SECRET_KEY_FALLBACKS"] = []
    assert second_step.unseal(db.session.get(AuthenticatorApp, person.id).secret, "authenticator app") == SECRET


def test_a_recovery_code_counts_once_however_it_is_written(client, person):
    enter(client, person)
    assert step(client, person.codes[0].lower().replace("-", " ")).status_code == 302
    assert "9 left" in client.get("/", follow_redirects=True).text
    client.post("/sign-out")
    enter(client, person)
    assert step(client, person.codes[0]).status_code == 422
    assert step(client, person.codes[1]).status_code == 302


def test_one_persons_recovery_codes_are_not_anothers(client, person, make):
    other = make.user()
    db.session.add(AuthenticatorApp(user_id=other.id, secret="x"))
    db.session.commit()
    enter(client, other)
    assert step(client, person.codes[2]).status_code == 422


def test_the_step_has_to_follow_its_password_soon_and_in_the_same_browser(app, client, person):
    stranger = app.test_client()
    enter(client, person)
    assert step(stranger, code()).location == "/sign-in"
    row = db.session.scalar(sa.select(PendingStep))
    row.ends_at = now()
    db.session.commit()
    assert step(client, code()).location == "/sign-in" and not is_in(client)
    pending.forget_old()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PendingStep)) == 0


def test_a_new_password_ends_a_step_of_the_old_one(client, person):
    enter(client, person)
    operations.change_password(person, "entirely different words here")
    db.session.commit()
    assert step(client, code()).location == "/sign-in"


def test_a_stolen_step_is_worth_nothing_once_it_was_taken(app, client, person, clock):
    enter(client, person)
    thief = app.test_client()
    thief.set_cookie("viva_session", client.get_cookie("viva_session", domain="viva.test").value, domain="viva.test")
    assert step(client, code()).status_code == 302
    clock[0] += 30
    assert step(thief, code()).location == "/sign-in" and not is_in(thief)


@pytest.mark.parametrize("kind", [operations.password_token, operations.reset_token])
def test_a_password_reset_does_not_skip_it(client, person, kind):
    new = "entirely different words here"
    answer = client.post(f"/set-password/{kind(person)}", data={"password": new, "again": new})
    assert answer.location == "/sign-in/second-step" and not is_in(client)
    answer = step(client, code())
    assert answer.status_code == 302 and is_in(client)


def test_a_reactivated_person_still_has_it(client, person, make):
    admin = make.user(Role.ADMIN)
    operations.deactivate(person, by=admin)
    operations.reactivate(person, by=admin)
    person.set_password(PASSWORD)
    db.session.commit()
    assert enter(client, person).location == "/sign-in/second-step"


def test_guessing_codes_is_throttled_by_account(app, client, person, limits):
    for network in range(5):
        enter(client, person)
        answer = client.post(
            "/sign-in/second-step", data={"code": "000000"}, environ_overrides={"REMOTE_ADDR": f"10.0.{network}.1"}
        )
        assert answer.status_code == 422
    enter(client, person)
    assert step(client, code()).status_code == 429


class TestSettingUp:
    def test_an_app_with_the_secret_of_the_page(self, app, client, make, sign_in, clock):
        user = sign_in(make.user())
        elsewhere = app.test_client()
        enter(elsewhere, user)
        page = client.get("/profile/two-step/app").text
        secret = re.search(r'secret-key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
        assert "data:image/svg+xml" in page
        assert client.post("/profile/two-step/app", data={"code": code(secret=SECRET)}).status_code == 422
        page = client.post("/profile/two-step/app", data={"code": code(secret=secret)}).text
        codes = re.findall(r"<code>([A-Z2-9]{4}(?:-[A-Z2-9]{4}){3})</code>", page)
        assert len(set(codes)) == 10
        assert is_in(client) and not is_in(elsewhere)  # sessions by password alone are over
        client.post("/sign-out")
        enter(client, user)
        assert step(client, codes[9]).status_code == 302

    def test_new_codes_replace_those_of_before(self, client, person):
        enter(client, person)
        step(client, code())
        client.post("/profile/two-step/codes")
        assert second_step.check(person, person.codes[3]) is None
        assert second_step.of(person).codes == 10

    def test_removing_the_last_one_removes_its_recovery_codes(self, client, person):
        enter(client, person)
        step(client, code())
        client.post("/profile/two-step/app/remove")
        assert not second_step.of(person) and db.session.scalar(sa.select(RecoveryCode)) is None

    def test_it_asks_for_the_password_again_after_a_while(self, client, person):
        enter(client, person)
        step(client, code())
        db.session.execute(
            sa.update(UserSession).values(confirmed_at=now() - client.application.config["CONFIRMED_FOR"])
        )
        for path in ("app/remove", "codes", "passkeys/options", "passkeys"):
            answer = client.post(f"/profile/two-step/{path}")
            assert answer.location == "/confirm?next=/profile/two-step", path
        assert second_step.of(person).app


class TestRequired:
    @pytest.fixture
    def admin(self, client, make, sign_in):
        return sign_in(make.user(Role.ADMIN))

    def test_staff_set_one_up_before_they_see_anything(self, app, client, admin, make, clock):
        colleague, candidate = app.test_client(), app.test_client()
        user = make.user()
        enter(colleague, user)
        enter(candidate, make.user(Role.CANDIDATE))
        assert client.post("/people/security", data={"required": "y"}).status_code == 302
        for browser, path in ((client, "/people"), (colleague, "/interviews"), (colleague, "/profile")):
            answer = browser.get(path)
            assert answer.location == "/profile/two-step", path
        assert colleague.post("/positions/new", data={"title": "X"}).status_code == 403
        assert candidate.get("/profile").status_code == 200
        page = colleague.get("/profile/two-step/app").text
        secret = re.search(r'secret-key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
        colleague.post("/profile/two-step/app", data={"code": code(secret=secret)})
        assert colleague.get("/interviews").status_code == 200
        answer = colleague.post("/profile/two-step/app/remove", follow_redirects=True)
        assert "Set up another one before" in answer.text and second_step.of(user)

    def test_another_session_by_password_alone_is_over_once_there_is_one(self, app, client, person):
        enter(client, person)
        step(client, code())
        db.session.execute(sa.update(UserSession).values(second_step=False))
        db.session.execute(sa.update(Organisation).values(second_step_required=True))
        assert client.get("/interviews").location == "/sign-in"
        assert not is_in(client)

    def test_another_organisation_is_not_asked(self, app, make, admin, client):
        other = make.organisation()
        client.post("/people/security", data={"required": "y"})
        browser = app.test_client()
        enter(browser, make.user(organisation_id=other.id))
        assert browser.get("/interviews").status_code == 200


def test_an_admin_removes_it_from_whoever_lost_it(app, client, make, person):
    browser = app.test_client()
    enter(browser, person)
    step(browser, code())
    enter(client, make.user(Role.ADMIN))
    assert "Remove the second step" in client.get(f"/people/{person.id}").text
    client.post(f"/people/{person.id}/second-step/remove")
    assert not is_in(browser)
    assert enter(browser, person).location == "/"


def test_nobody_removes_their_own_that_way(client, make, clock):
    admin = make.user(Role.ADMIN)
    second_step.set_up_app(admin, SECRET, code(-1))
    db.session.commit()
    enter(client, admin)
    step(client, code())
    client.post(f"/people/{admin.id}/second-step/remove")
    assert second_step.of(admin)


def test_the_command_line_lets_the_only_admin_in_again(app, person):
    answer = app.test_cli_runner().invoke(args=["admin", "remove-second-step", "--email", person.email.upper()])
    assert answer.exit_code == 0, answer.output
    db.session.expire_all()
    assert not second_step.of(person)


def test_the_migration_goes_up_and_down(app):
    db.session.remove()
    db.drop_all()
    flask_migrate.upgrade(revision="3f7d51c09ae4")
    with db.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO organisations (id, name, created_at) VALUES ('o', 'Org', '2026-01-01')")
    flask_migrate.upgrade(revision="4b7e19d0c3a8")
    with db.engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT second_step_required FROM organisations WHERE id = 'o'").scalar() == 0
    assert "passkeys" in sa.inspect(db.engine).get_table_names()
    flask_migrate.downgrade(revision="3f7d51c09ae4")
    assert "passkeys" not in sa.inspect(db.engine).get_table_names()
    with db.engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT name FROM organisations WHERE id = 'o'").scalar() == "Org"
