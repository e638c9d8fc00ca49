"""One link for many: a cap and an end that hold, an address that is confirmed, and programs that are kept away."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from webapp.applying import operations, proof
from webapp.applying.models import Application, OpenLink
from webapp.core.database import db, now
from webapp.interviews.models import Invitation
from webapp.messages.models import Message


@pytest.fixture
def by(make):
    return make.user(email="ada@viva.test")


@pytest.fixture
def link(app, make, by, monkeypatch):
    app.config["SMTP_HOST"] = "127.0.0.1"
    monkeypatch.setattr(proof, "HARDNESS", 500)
    row = operations.make_link(
        position=make.position(created_by=by, title="Support engineer"), question_set=make.question_set(), cap=3, days=7,
        ends_at=now() + timedelta(days=30), origins=["https://jobs.example.org/careers"], by=by,
    )  # fmt: skip
    db.session.commit()
    return row


def solved(page: str) -> str:
    task = json.loads(unescape(re.search(r'data-challenge="([^"]+)"', page).group(1)))
    for number in range(task["maxnumber"] + 1):
        if hashlib.sha256(f"{task['salt']}{number}".encode()).hexdigest() == task["challenge"]:
            return base64.b64encode(json.dumps({**task, "number": number}).encode()).decode()
    raise AssertionError("no number solves it")


def path(url: str) -> str:
    return "/apply/" + url.partition("/apply/")[2]


def send(client, link, email="kim@example.org", **values):
    address = path(operations.url_of(link))
    payload = solved(client.get(address).text)
    return client.post(address, data={"name": "Kim Tremblay", "email": email, "altcha": payload, **values})


def test_from_the_link_to_an_interview(client, link):
    assert "Check your mail" in send(client, link).text
    message = db.session.scalars(sa.select(Message)).one()
    assert message.kind == "confirm_address" and message.recipient == "kim@example.org"
    assert db.session.scalars(sa.select(Invitation)).all() == []
    application = db.session.scalars(sa.select(Application)).one()
    address = path(operations.confirm_url(application))
    assert client.get(address).status_code == 200
    assert db.session.scalars(sa.select(Invitation)).all() == []  # a scanner that looks changes nothing
    answer = client.post(address)
    assert answer.status_code == 302 and "/i/" in answer.location
    assert client.post(address).location == answer.location
    invitation = db.session.scalars(sa.select(Invitation)).one()
    assert invitation.email == "kim@example.org" and invitation.created_by_id == link.created_by_id
    assert db.session.get(OpenLink, link.id).taken == 1


def test_the_same_address_gets_at_most_three_messages_and_nobody_learns_of_it(client, link):
    said = {send(client, link).text.replace("kim@", "") for _ in range(5)}
    # tokens against forgery say in which second they were made
    assert len({re.sub(r'(content|name="csrf_token" value)="[^"]+"', "", each) for each in said}) == 1
    assert db.session.scalar(sa.select(sa.func.count(Message.id))) == 3


def test_no_more_come_than_may_however_many_confirm_at_once(app, client, link):
    ids = []
    for number in range(8):
        operations.apply(link, f"Candidate {number}", f"c{number}@example.org")
    db.session.commit()
    ids = db.session.scalars(sa.select(Application.id)).all()
    outcomes, begin = [], threading.Barrier(len(ids))

    def confirm(application_id: str) -> None:
        with app.app_context():
            begin.wait(20)
            try:
                operations.confirm(db.session.get(Application, application_id))
                db.session.commit()
                outcomes.append("in")
            except operations.ApplyError:
                db.session.rollback()
                outcomes.append("full")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=confirm, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["full"] * 5 + ["in"] * 3
    assert db.session.scalar(sa.select(sa.func.count(Invitation.id))) == 3
    assert client.get(path(operations.url_of(db.session.get(OpenLink, link.id)))).status_code == 410


@pytest.mark.parametrize(
    "payload", ["", "nonsense", base64.b64encode(b"{}").decode(), base64.b64encode(b"[1]").decode()]
)
def test_without_the_work_nothing_is_sent(client, link, payload):
    answer = client.post(
        path(operations.url_of(link)), data={"name": "Bot", "email": "b@example.org", "altcha": payload}
    )
    assert answer.status_code == 422 and db.session.scalars(sa.select(Application)).all() == []


def test_the_work_counts_once_and_only_ours(client, link):
    address = path(operations.url_of(link))
    payload = solved(client.get(address).text)
    data = {"name": "Kim", "email": "kim@example.org", "altcha": payload}
    assert client.post(address, data=data).status_code == 200
    assert client.post(address, data={**data, "email": "lee@example.org"}).status_code == 422
    forged = json.loads(base64.b64decode(solved(client.get(address).text)))
    forged["signature"] = "0" * 64
    data["altcha"] = base64.b64encode(json.dumps(forged).encode()).decode()
    assert client.post(address, data=data).status_code == 422


def test_without_javascript_one_waits(client, link, monkeypatch):
    address = path(operations.url_of(link))
    data = {"name": "Kim", "email": "kim@example.org"}
    page = client.post(address, data=data).text
    assert "wait 20 seconds" in page
    waited = re.search(r'name="waited" value="([^"]+)"', page).group(1)
    assert client.post(address, data={**data, "waited": waited}).status_code == 422  # too soon
    monkeypatch.setattr(proof, "WAIT", 0)
    assert client.post(address, data={**data, "email": "x@example.org", "waited": waited}).status_code == 422
    assert client.post(address, data={**data, "waited": waited}).status_code == 200


def test_what_people_do_not_see_stays_empty(client, link):
    assert send(client, link, website="https://spam.test").status_code == 422


def test_it_stands_in_frames_of_the_pages_that_were_named(client, link):
    framed = client.get(path(operations.url_of(link, embedded=True)))
    assert "frame-ancestors https://jobs.example.org" in framed.headers["Content-Security-Policy"]
    alone = client.get(path(operations.url_of(link)))
    assert "frame-ancestors 'none'" in alone.headers["Content-Security-Policy"]
    assert alone.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "origin", ["http://example.org", "javascript:alert(1)", "https://a b", "https://x;script-src *"]
)
def test_origins_that_are_none(app, origin):
    with pytest.raises(operations.ApplyError):
        operations.origin_of(origin)


def test_it_ends(client, link, by):
    operations.close(link, by=by)
    assert client.get(path(operations.url_of(link))).status_code == 410
    assert client.get("/apply/nonsense").status_code == 404


def test_unconfirmed_addresses_go(link):
    operations.apply(link, "Kim", "kim@example.org")
    db.session.execute(sa.update(Application).values(created_at=now() - timedelta(days=8)))
    assert operations.forget_unconfirmed() == 1


def test_the_pages_of_the_hiring_side(client, link, by, sign_in, make):
    sign_in(by)
    address = f"/positions/{link.position_id}/open-links"
    page = client.get(f"{address}/{link.id}").text
    assert "data:image/svg+xml" in page and "&lt;iframe" in page
    data = {
        "question_set": link.question_set_id, "cap": "5", "days": "3", "date": f"{now() + timedelta(days=9):%Y-%m-%d}",
        "time": "12:00", "zone": "UTC", "origins": "nonsense",
    }  # fmt: skip
    assert client.post(address, data=data).status_code == 422
    assert client.post(address, data={**data, "origins": ""}).status_code == 302
    sign_in(make.user())
    assert client.get(address).status_code == 404
