"""A link belongs to the browser in which it was begun, looking at it changes nothing, and staff are no candidates."""

from __future__ import annotations

import flask_migrate
import pytest
import sqlalchemy as sa

from tests.webapp.conftest import PASSWORD
from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.interviews.models import Answer, Consent, Interview
from webapp.interviews.operations import invitation_url


def path_of(invitation) -> str:
    url = invitation_url(invitation)
    return url[url.index("/i/") :]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_changes_nothing(client, make, method):
    path = path_of(make.invitation())
    for _ in range(3):
        assert client.open(path, method=method).status_code == 200
    assert db.session.query(Interview).count() == 0


def test_pressing_twice_or_losing_the_answer_shuts_nobody_out(app, client, make):
    """A second press, or a reload after the answer was lost, came from a browser that had been told no secret yet."""
    path = path_of(make.invitation())
    client.get(path)
    known = client.get_cookie("viva_candidate", domain="viva.test").value
    for _press in range(2):
        again = app.test_client()  # what the first press answered never arrived
        again.set_cookie("viva_candidate", known, domain="viva.test")
        assert again.post(path).status_code == 302
    assert app.test_client().post(path).status_code == 403


@pytest.fixture
def written(app):
    """The statements that write, as they come."""
    found: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
            found.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield found
    sa.event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_no_page_of_an_interview_writes_anything_when_it_is_looked_at(
    app, client, make, open_interview, written, method
):
    """Every page of a candidate that takes an interview, and each of its questions: think time or none."""
    questions = make.question_set("video audio text")
    interview = open_interview(make.interview(invitation=make.invitation(question_set=questions)))
    with db.engine.begin() as connection:
        connection.execute(sa.text("update questions set think_seconds = 30 where position = 2"))
    made = [
        rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("candidate.") and "GET" in rule.methods
    ]
    paths = [rule.rule.replace("<interview_id>", interview.id) for rule in made if "<interview_id>" in rule.rule]
    paths = [path.replace("<int:position>", str(at)) for path in paths for at in (1, 2, 3)]
    assert len(set(paths)) >= 10 and not any("<" in path for path in paths)
    written.clear()
    for path in paths:
        # There is no decision yet, and the page of one says so.
        assert client.open(path, method=method).status_code < (405 if path.endswith("/decision") else 400)
    assert written == []
    assert db.session.query(Answer).count() == 0


def test_the_page_says_that_a_question_is_seen(client, make, open_interview):
    interview = open_interview(make.interview())
    path = f"/interview/{interview.id}/questions/1"
    page = client.get(path).text
    assert f'data-show="{path}/show"' in page and "3 of 3 takes left" in page
    for _ in range(2):
        assert client.post(f"{path}/show", json={}).json == {"think_left": 0.0}
        answer = db.session.query(Answer).one()
        assert answer.shown_at is not None
    assert "data-show" not in client.get(path).text


def test_a_button_begins(client, make):
    path = path_of(make.invitation())
    page = client.get(path).text
    assert "Start" in page and "Nothing has started yet" in page
    answer = client.post(path)
    assert answer.status_code == 302
    assert client.get(answer.location).status_code == 200
    assert client.get(path).location == answer.location  # the same browser comes back


@pytest.mark.parametrize("end", [".", ",", ")", ">", ").", "&gt;"[-1], "”", "’,", "%29", "%3E"])
def test_what_text_leaves_at_the_end(client, make, end):
    assert client.get(path_of(make.invitation()) + end).status_code == 200


def test_another_browser_needs_the_inviters_release(app, client, make, sign_in):
    invitation = make.invitation()
    path = path_of(invitation)
    welcome = client.post(path).location
    other = app.test_client()
    for method in ("get", "post"):
        answer = getattr(other, method)(path)
        assert answer.status_code == 403
        assert "opened in another browser" in answer.text
    assert other.get(welcome).status_code == 404
    desk = app.test_client()
    desk.post("/sign-in", data={"email": invitation.created_by.email, "password": PASSWORD})
    assert "Release the link" in desk.get(f"/invitations/{invitation.id}").text
    desk.post(f"/invitations/{invitation.id}/release")
    assert other.post(path).status_code == 302
    assert other.get(welcome).status_code == 200
    assert client.get(welcome).status_code == 404  # the first one is out


@pytest.mark.parametrize("role", [Role.RECRUITER, Role.ADMIN])
def test_staff_get_no_candidates_grant(client, make, sign_in, role):
    invitation = make.invitation()
    sign_in(make.user(role))
    assert "nothing was opened" in client.get(path_of(invitation)).text
    assert client.post(path_of(invitation)).status_code == 403
    assert db.session.query(Interview).count() == 0


def test_who_signs_in_afterwards_has_none_either(client, make):
    """A recruiter who begins as the candidate and signs in keeps nothing of it; signing in clears the session."""
    invitation = make.invitation()
    welcome = client.post(path_of(invitation)).location
    client.post("/sign-in", data={"email": invitation.created_by.email, "password": PASSWORD})
    assert client.get(welcome).status_code == 404
    assert client.post(f"{welcome}/consent", data={"recording": "yes"}).status_code == 404


def test_a_consent_says_from_where(client, make):
    welcome = client.post(path_of(make.invitation())).location
    client.post(f"{welcome}/consent", data={"recording": "yes"}, environ_overrides={"REMOTE_ADDR": "192.0.2.9"})
    rows = db.session.query(Consent).all()
    assert rows and {row.address for row in rows} == {"192.0.2.9"}
    assert len({row.browser for row in rows}) == 1 and len(rows[0].browser) == 16


def test_the_migration_goes_up_and_down(app):
    db.session.remove()
    db.drop_all()
    flask_migrate.upgrade(revision="5f83b1c0e6d2")
    assert {"browser", "released"} <= {column["name"] for column in sa.inspect(db.engine).get_columns("interviews")}
    flask_migrate.downgrade(revision="c2a9e4d7105b")
    assert "browser" not in {column["name"] for column in sa.inspect(db.engine).get_columns("interviews")}


def test_a_program_that_asks_about_a_question_has_not_seen_it(client, make):
    welcome = client.post(path_of(make.invitation())).location
    client.post(f"{welcome}/consent", data={"recording": "yes"})
    assert client.head(f"{welcome}/questions/1").status_code == 200
    assert db.session.query(Answer).count() == 0
    assert client.get(f"{welcome}/questions/1").status_code == 200
    assert db.session.query(Answer).count() == 0
    client.post(f"{welcome}/questions/1/show", json={})
    assert db.session.query(Answer).count() == 1
