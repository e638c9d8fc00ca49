"""Limits follow the interview or the person; a proxy that nobody declared is noticed."""

from __future__ import annotations

import base64

from tests.webapp.conftest import PASSWORD
from webapp.accounts.models import Role
from webapp.core import proxies
from webapp.core.database import db
from webapp.interviews.operations import invitation_url


def begin(client, invitation) -> str:
    url = invitation_url(invitation)
    answer = client.post(url[url.index("/i/") :])
    assert answer.status_code == 302, answer.text
    welcome = answer.location
    client.post(f"{welcome}/consent", data={"recording": "yes"})
    return welcome.rsplit("/", 1)[1]


def record(client, interview_id: str, question_id: str) -> int:
    pairs = {"interview": interview_id, "question": question_id, "filetype": "video/webm"}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
    headers = {"Tus-Resumable": "1.0.0", "Upload-Defer-Length": "1", "Upload-Metadata": metadata}
    return client.post("/recordings/uploads", headers=headers).status_code


def test_a_class_behind_one_router_records(app, make, limits):
    position, questions = make.position(), make.question_set("video")
    codes = []
    for _ in range(40):
        invitation = make.invitation(position=position, question_set=questions, created_by=position.created_by)
        browser = app.test_client()
        codes.append(record(browser, begin(browser, invitation), questions.questions[0].id))
    assert codes == [201] * 40


def test_one_candidate_is_still_limited(app, make, limits):
    questions = make.question_set("video")
    browser = app.test_client()
    interview = begin(browser, make.invitation(question_set=questions))
    codes = [record(browser, interview, questions.questions[0].id) for _ in range(35)]
    assert codes[:30] == [201] * 30 and codes[30:] == [429] * 5


def test_everybody_opens_their_own_link(app, make, limits):
    position, questions = make.position(), make.question_set("video")
    for _ in range(70):
        begin(
            app.test_client(),
            make.invitation(position=position, question_set=questions, created_by=position.created_by),
        )


class TestProxies:
    def test_one_that_is_not_declared_is_noticed(self, app, client, make, caplog):
        client.get("/", headers={"X-Forwarded-For": "203.0.113.9"}, environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
        assert "VIVA_PROXIES" in caplog.text
        assert proxies.was_noticed(app.config["HOME"])
        client.post("/sign-in", data={"email": make.user(Role.ADMIN).email, "password": PASSWORD})
        assert "VIVA_PROXIES does not declare it" in client.get("/health").text

    def test_what_strangers_say_is_no_proxy(self, app, client):
        client.get("/", headers={"X-Forwarded-For": "1.2.3.4"}, environ_overrides={"REMOTE_ADDR": "8.8.8.8"})
        assert not proxies.was_noticed(app.config["HOME"])

    def test_a_declared_one_is_fine(self, app, client):
        app.config["PROXIES"] = 1
        client.get("/", headers={"X-Forwarded-For": "203.0.113.9"})
        assert not proxies.was_noticed(app.config["HOME"])
        db.session.rollback()
