"""Many who write at once wait for each other; who waits too long is told so, and so is whoever finds the disk full."""

from __future__ import annotations

import base64
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from webapp.core import write_path
from webapp.core.database import db
from webapp.interviews.models import Consent, Interview
from webapp.interviews.operations import invitation_url
from webapp.policy import Purpose


def path_of(invitation) -> str:
    url = invitation_url(invitation)
    return url[url.index("/i/") :]


def begin_interview(client, path: str) -> int:
    return client.post(path).status_code


def database_of(app) -> str:
    return app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")


def test_two_hundred_begin_at_once_and_all_get_in(app, make):
    position, questions = make.position(), make.question_set()
    paths = [
        path_of(make.invitation(position=position, question_set=questions, created_by=position.created_by))
        for _ in range(200)
    ]
    barrier = threading.Barrier(50)

    def begin(path: str) -> int:
        barrier.wait(timeout=60)
        with app.app_context():
            return begin_interview(app.test_client(), path)

    with ThreadPoolExecutor(50) as people:
        found = list(people.map(begin, paths))
    assert found == [302] * 200
    assert db.session.query(Interview).count() == 200


def test_a_savepoint_after_reading_is_no_upgrade(app, make):
    """Somebody else writes between our reading and our savepoint's writing."""
    user = make.user()
    assert db.session.scalar(sa.text("select count(*) from users")) == 1
    with db.session.begin_nested():
        assert db.session.scalar(sa.text("select count(*) from users")) == 1
        with sqlite3.connect(database_of(app), timeout=0) as other, pytest.raises(sqlite3.OperationalError):
            other.execute("update users set name = 'Other'")  # our turn has begun: they wait, not we
        user.name = "Ours"
    db.session.commit()
    assert db.session.scalar(sa.text("select name from users")) == "Ours"


class TestBusy:
    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch, app):
        monkeypatch.setattr(write_path, "PATIENCE", 0.1)
        db.engine.dispose()  # connections with the patience of before

    @pytest.fixture
    def other(self, app):
        """Another process in the middle of a long write."""
        connection = sqlite3.connect(database_of(app), isolation_level=None, check_same_thread=False)
        yield connection
        connection.close()

    def test_a_form_is_asked_to_come_back(self, client, make, other):
        path = path_of(make.invitation())
        other.execute("BEGIN IMMEDIATE")
        answer = client.post(path)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) >= 1
        assert "Viva is busy" in answer.text
        other.execute("ROLLBACK")
        assert begin_interview(client, path) == 302

    def test_an_upload_is_told_in_its_own_way(self, client, make, open_interview, other):
        interview = open_interview(make.interview())
        other.execute("BEGIN IMMEDIATE")
        answer = client.post("/recordings/uploads", headers={
            "Tus-Resumable": "1.0.0", "Upload-Defer-Length": "1",
            "Upload-Metadata": _metadata(interview=interview.id, question=interview.question_set.questions[0].id,
                                         filetype="video/webm"),
        })  # fmt: skip
        assert answer.status_code == 503
        assert answer.json["error"]["code"] == 503
        assert "Retry-After" in answer.headers

    def test_it_tries_once_more(self, client, make, other):
        path = path_of(make.invitation())
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.15, lambda: other.execute("ROLLBACK"))
        timer.start()
        assert begin_interview(client, path) == 302
        timer.join()


def _metadata(**pairs: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


def test_a_full_disk_is_said(app, client, make, sign_in):
    user = make.user()
    sign_in(user)

    @sa.event.listens_for(db.engine, "checkout")
    def fill(connection, *_rest):
        connection.execute("PRAGMA max_page_count=1")  # SQLite sets it to what there is: not one page more

    for number in range(200):
        answer = client.post(
            "/positions/new", data={"title": f"{'x' * 90} {number}", "city": "y" * 100, "country": "FR"}
        )
        if answer.status_code != 302:
            break
    assert answer.status_code == 507
    assert "not enough storage on this server" in answer.text


@pytest.mark.parametrize("at", ["row", "parent"])
def test_what_somebody_else_deletes_meanwhile_is_said_as_changed(app, client, make, at):
    """A candidate withdraws in one tab while the other finishes an upload: 409 with words, and no 500."""

    @app.get("/meanwhile")
    def meanwhile() -> str:
        interview = db.session.get(Interview, interview_id)
        with db.engine.begin() as other:
            other.execute(sa.text("delete from interviews where id = :id"), {"id": interview_id})
        if at == "row":
            db.session.expire_all()
            return interview.candidate_name
        db.session.add(Consent(interview_id=interview_id, purpose=Purpose.TEXT, granted=True, text_version="x"))
        db.session.commit()
        return ""

    interview_id = make.interview(consents="").id
    with db.engine.begin() as connection:
        connection.execute(sa.text("delete from consents"))
    answer = client.get("/meanwhile")
    assert answer.status_code == 409 and "changed in the meantime" in answer.text


def test_whoever_meets_a_database_that_is_started_again_is_told_to_come_back():
    psycopg = pytest.importorskip("psycopg", reason="no driver for PostgreSQL (uv sync --extra cluster)")
    for away in (psycopg.OperationalError("nobody answers"), psycopg.errors.AdminShutdown("it stops")):
        assert write_path.is_busy(sa.exc.OperationalError("select", None, away))
    assert write_path.is_busy(sa.exc.InterfaceError("select", None, psycopg.InterfaceError("the connection is closed")))
    assert write_path.is_busy(sa.exc.InternalError("select", None, psycopg.errors.InFailedSqlTransaction("it failed")))
    assert write_path.is_busy(sa.exc.PendingRollbackError("Can't reconnect until invalid transaction is rolled back"))
    wrong = psycopg.errors.UndefinedFunction("no such function")
    assert not write_path.is_busy(sa.exc.ProgrammingError("select", None, wrong))
    assert not write_path.is_busy(sa.exc.OperationalError("select", None, sqlite3.OperationalError("no such table")))


class Stopped(Exception):
    """What a driver raises when the server stops."""

    sqlstate = "57P01"


def losing(statement_number: int):
    """Have the connection fail at the so many-th statement from now on; what to call to end that."""
    left = [statement_number]

    def fail(_connection, _cursor, statement, *_rest):
        left[0] -= 1
        if left[0] == 0:
            raise sa.exc.OperationalError(statement, None, Stopped("it stops"))

    sa.event.listen(db.engine, "before_cursor_execute", fail)
    return lambda: sa.event.remove(db.engine, "before_cursor_execute", fail) or left[0] <= 0


def test_at_whichever_statement_the_database_stops_the_answer_is_503(app, client, make, sign_in, open_interview):
    """And not 500: pages of people who are signed in, and of candidates, to read and to write."""
    app.config["PROPAGATE_EXCEPTIONS"] = False  # as on a server
    invitation = make.invitation()
    interview = open_interview(make.interview(invitation=invitation))
    sign_in(invitation.created_by)
    requests = [("GET", f"/reports/{interview.id}"), ("POST", f"/interview/{interview.id}/consent")]
    for method, path in requests:
        answers = set()
        for number in range(1, 40):
            end = losing(number)
            answer = client.open(path, method=method, data={"recording": "yes"} if method == "POST" else None)
            if not end():
                break
            answers.add(answer.status_code)
            if answer.status_code == 503:
                assert answer.headers["Retry-After"]
        assert 503 in answers and 500 not in answers, (path, answers)


def test_what_fails_after_the_view_is_no_other_failure(app, client, make):
    """What is noted after a request asks the database too."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    failed = sa.exc.OperationalError("select", None, Stopped("it stops"))

    def fail(_response):
        app.after_request_funcs[None].remove(fail)
        raise failed

    app.after_request_funcs.setdefault(None, []).append(fail)
    answer = client.get("/sign-in")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_an_answer_that_is_ready_is_given_when_the_database_stops_after_it(app, client, make):
    """What was read is let go after the answer, and then the connection may be dead."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def fail(_connection):
        raise sa.exc.OperationalError("rollback", None, Stopped("it stops"))

    path = path_of(make.invitation())
    sa.event.listen(db.engine, "rollback", fail)
    try:
        assert client.get(path).status_code == 200
    finally:
        sa.event.remove(db.engine, "rollback", fail)
