"""Mail as it goes over the wire: encryption, login, headers, text and HTML, and what servers answer."""

from __future__ import annotations

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.core.database import db, now
from webapp.messages import bounces, outbox
from webapp.messages.models import Message, Refusal, State


def put(cause: str = "c", recipient: str = "kim@viva.test", **values):
    return outbox.put(**{"kind": "test", "cause": cause, "recipient": recipient, "name": "Kim Tremblay", **values})


def use(app, post, security: str, **settings):
    app.config.update(
        SMTP_HOST="127.0.0.1", SMTP_PORT=post.port, SMTP_SECURITY=security, SMTP_TIMEOUT=3.0,
        MAIL_FROM="Example Ltd <jobs@viva.test>", PUBLIC_URL="https://viva.test", **settings,
    )  # fmt: skip


def test_headers_text_and_html(app, post, deliver):
    message_id = put(name="Kim “K” Tremblay, Jr.")
    (message,) = deliver()
    (taken,) = post.taken
    mail = taken.mail
    assert mail["From"] == "Example Ltd <jobs@viva.test>" and taken.sender == "jobs@viva.test"
    assert mail["To"].addresses[0].display_name == "Kim “K” Tremblay, Jr."
    assert mail["Message-ID"] == f"<{message_id}@viva.test>"
    assert abs(parsedate_to_datetime(mail["Date"]) - message.created_at) < timedelta(seconds=2)
    assert mail["Auto-Submitted"] == "auto-generated" and mail["Content-Language"] == "en"
    assert mail["List-Unsubscribe"] is None  # nobody can do without these
    assert mail.get_content_type() == "multipart/alternative"
    assert "https://viva.test" in taken.text and "https://viva.test" in taken.html


def test_styles_are_in_the_tags_and_nothing_is_loaded_or_counted(app, post, deliver):
    put()
    deliver()
    html = post.taken[0].html
    assert 'style="' in html and "<style" not in html
    assert not re.findall(r"<(?:img|script|link|iframe|object)\b|url\(|src=", html)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_with_a_certificate_that_is_verified(app, serve, deliver, certificate, monkeypatch, security):
    context, chain = certificate
    options = {"tls_context": context, "require_starttls": True} if security == "starttls" else {"ssl_context": context}
    monkeypatch.setattr("webapp.messages.smtp.ssl.create_default_context", lambda *_args, **_named: _client(chain))
    post = serve(login=("viva", "secret"), **options)
    use(app, post, security, SMTP_USERNAME="viva", SMTP_PASSWORD="secret")
    put()
    (message,) = deliver()
    assert message.state is State.SENT, message.reason
    assert post.encrypted == [True] and post.logins == ["viva"]


def _client(chain):
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(chain)
    return context


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_signed_gets_nothing(app, serve, deliver, certificate, security):
    context, _chain = certificate
    options = {"tls_context": context} if security == "starttls" else {"ssl_context": context}
    post = serve(**options)
    use(app, post, security)
    put()
    (message,) = deliver()
    assert (message.state, message.reason_code, post.taken) == (State.WAITING, "certificate", [])


def test_a_server_without_starttls_gets_nothing(app, serve, deliver):
    post = serve()
    use(app, post, "starttls", SMTP_USERNAME="viva", SMTP_PASSWORD="secret")
    put()
    (message,) = deliver()
    assert (message.state, message.reason_code, post.taken, post.logins) == (State.WAITING, "no_tls", [], [])


def test_a_password_never_travels_in_the_clear(app, serve, deliver, monkeypatch):
    post = serve(login=("viva", "secret"))
    monkeypatch.setattr("webapp.messages.smtp._is_this_machine", lambda _host: False)
    use(app, post, "none", SMTP_USERNAME="viva", SMTP_PASSWORD="secret")
    put()
    (message,) = deliver()
    assert message.reason_code == "no_tls" and post.logins == []


def test_a_wrong_password_is_said_and_nothing_is_lost(app, serve, deliver):
    post = serve(login=("viva", "secret"))
    use(app, post, "none", SMTP_USERNAME="viva", SMTP_PASSWORD="wrong")
    put()
    (message,) = deliver()
    assert (message.state, message.reason_code) == (State.WAITING, "login") and message.answer.startswith("535")


def test_an_address_that_bounces_is_written_to_no_more_until_somebody_says_so(
    app, post, deliver, client, make, sign_in
):
    post.says["kim@viva.test"] = "550 5.1.1 unknown user"
    put("a")
    (message,) = deliver()
    assert (message.state, message.reason_code, message.answer) == (State.FAILED, "bounced", "550 5.1.1 unknown user")
    del post.says["kim@viva.test"]
    put("b")
    assert [each.state for each in deliver()] == [State.FAILED] * 2 and post.taken == []
    refusal = db.session.scalars(sa.select(Refusal)).one()
    sign_in(make.user(Role.ADMIN))
    client.post(f"/messages/refusals/{refusal.id}/lift")
    put("c")
    assert deliver()[-1].state is State.SENT


def test_what_the_server_merely_dislikes_does_not_condemn_the_address(app, post, deliver):
    post.says["kim@viva.test"] = "550 5.7.1 blocked by policy"
    put("a")
    deliver()
    assert db.session.scalars(sa.select(Refusal)).all() == []


@pytest.mark.parametrize(("answer", "state", "code"), [
    ("552 too big", State.FAILED, "content_refused"),
    ("451 try later", State.WAITING, "put_off"),
])  # fmt: skip
def test_what_is_said_to_the_content(app, post, deliver, answer, state, code):
    post.says["data"] = answer
    put()
    put("d", "lee@viva.test")
    messages = deliver()
    assert {(message.state, message.reason_code) for message in messages} == {(state, code)}
    assert post.sessions == 1  # the connection goes on after a refusal


def test_names_make_no_headers(app, post, deliver):
    put(name="Kim\r\nBcc: all@viva.test")
    (message,) = deliver()
    assert message.state is State.SENT and post.taken[0].mail["Bcc"] is None


def test_returned_mail_is_read(app, post, deliver):
    app.config["MAIL_BOUNCES"] = "bounces@viva.test"
    message_id = put()
    deliver()
    assert post.taken[0].sender == f"bounces+{message_id}@viva.test"
    returned = f"""From: MAILER-DAEMON@relay.test
To: bounces+{message_id}@viva.test
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: text/plain

Sorry.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.test

Final-Recipient: rfc822; kim@viva.test
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 unknown user
--x--
"""
    assert bounces.read(returned.replace("5.1.1", "4.2.2").encode()) is None
    assert bounces.read(b"From: x\n\nhello") is None
    assert bounces.read(returned.encode()) == message_id
    db.session.commit()
    message = db.session.scalars(sa.select(Message)).one()
    assert (message.state, message.answer) == (State.FAILED, "smtp; 550 5.1.1 unknown user")
    assert db.session.scalars(sa.select(Refusal.address)).all() == ["kim@viva.test"]


def test_optional_mail_says_how_to_stop_it_and_it_stops(app, post, deliver, client, make):
    user = make.user(email="ada@viva.test")
    digest = {"kind": "digest", "recipient": user.email, "user": user, "facts": {"waiting": "3", "overdue": ""}}
    put("a", **digest)
    deliver()
    mail = post.taken[0].mail
    link = mail["List-Unsubscribe"].strip("<>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and link in post.taken[0].html
    path = link.removeprefix("https://viva.test")
    assert "Stop them" in client.get(path).text
    put("b", **digest)
    assert deliver()[-1].state is State.SENT  # looking at the link changes nothing
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    put("c", **digest)
    assert deliver()[-1].state is State.SUPPRESSED and len(post.taken) == 2
    assert client.post("/messages/unsubscribe/x").status_code == 400


def test_an_address_with_letters_of_its_own(app, post, deliver):
    put(recipient="kïm@viva.test")
    (message,) = deliver()
    assert message.state is State.SENT and post.taken[0].recipient == "kïm@viva.test"


def test_moments_are_the_recipients(app, post, deliver):
    moment = now().replace(hour=12, minute=0)
    facts = {"moment": moment.isoformat(), "browser": "Firefox on Linux"}
    put("a", kind="new_device", zone="Asia/Tokyo", facts=facts)
    put("b", "lee@viva.test", kind="new_device", facts=facts)
    deliver()
    texts = {taken.recipient: taken.text for taken in post.taken}
    assert "21:00 (Japan Standard Time)" in texts["kim@viva.test"].replace("\n", " ")
    assert "12:00 (Coordinated Universal Time)" in texts["lee@viva.test"].replace("\n", " ")
