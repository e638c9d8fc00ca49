"""An organisation's own words: what they may say, what they may not, and what happens where they are wrong."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.core.database import db, new_id, now
from webapp.messages import bounces, mail_way, outbox, wordings
from webapp.messages.composing import built, read_unsubscribe, unsubscribe_url
from webapp.messages.delivery import Refused
from webapp.messages.kinds import KINDS
from webapp.messages.models import Message, State, Wording

KIND = KINDS["test"]


@pytest.mark.parametrize("body", [
    "{% for a in name %}{{ a }}{% endfor %}", "{{ name.__class__ }}", "{{ ''.__class__.__mro__ }}", "{{ name() }}",
    "{{ name | attr('x') }}", "{{ cycler }}", "{{ unknown }}", "{% set link = 'x' %}{{ link }}", "{% include 'x' %}",
    "{{ name", "{% if name %}", "{% macro a() %}{% endmacro %}", "{{ 9 ** 9 }}", "{{ [1] * 9 }}", "{{ name[0] }}",
    "{{ self }}", "{{ config }}", "{{ name | tojson }}", "{{ 'x' ~ name }}", "{% if a.b %}x{% endif %}",
])  # fmt: skip
def test_what_words_may_not_do(app, body):
    with pytest.raises(wordings.WordingError, match="Line 3"):
        wordings.check(KIND, "Hello", "{{ link }}\n\n" + body)


@pytest.mark.parametrize("body", [
    "Dear {{ name | upper }},\n\n{{ link }}", "{% if name and organisation %}Hi {{ name }}{% endif %}\n\n[Go]({{ link }})",
    "{% if name == 'Kim' %}Kim{% else %}You{% endif %}: {{ link }}",
])  # fmt: skip
def test_what_they_may(app, body):
    wordings.check(KIND, "{{ organisation }}: hello", body)


@pytest.mark.parametrize(("subject", "body"), [
    ("", "{{ link }}"), ("a\nb", "{{ link }}"), ("x" * 201, "{{ link }}"), ("x", ""), ("x", "{{ link }}" + "y" * 8000),
    ("x", "No way to do anything."), ("{{ nothing }}", "{{ link }}"),
])  # fmt: skip
def test_what_is_refused_when_it_is_saved(app, subject, body):
    with pytest.raises(wordings.WordingError):
        wordings.check(KIND, subject, body)


def test_a_name_is_no_tag_no_link_and_no_template(app):
    values = {"name": "[x](https://evil.test) <b>{{ link }}</b>", "organisation": "O", "link": "https://viva.test/a"}
    letter = wordings.fill_in(KIND, "Hi {{ name }}", "{{ name }}\n\n[Go on]({{ link }})", values)
    html = str(wordings.as_html(letter.paragraphs[0], letter.links))
    assert "<b>" not in html and "<a " not in html and "{{ link }}" in html
    assert letter.paragraphs[0].link is None and letter.paragraphs[1].link == "https://viva.test/a"
    assert "Go on:\nhttps://viva.test/a" in letter.text


def test_words_are_changed_previewed_and_taken_back(client, make, sign_in, post):
    sign_in(make.user(Role.ADMIN))
    page = client.get("/messages/wordings/receipt").text
    assert "{{ answer_by }}" in page and "by when the candidate is owed an answer" in page
    data = {"subject": "Thanks, {{ name }}", "body": "We have it.\n\n{{ status_link }}", "language": "en"}
    shown = client.post("/messages/wordings/receipt", data={**data, "do": "preview"}).text
    assert "Thanks, Kim Tremblay" in shown and db.session.scalars(sa.select(Wording)).all() == []
    bad = client.post("/messages/wordings/receipt", data={**data, "body": "{{ salary }}", "do": "save"})
    assert bad.status_code == 422 and "there is no variable “salary”" in bad.text
    assert client.post("/messages/wordings/receipt", data={**data, "do": "save"}).status_code == 302
    assert db.session.scalars(sa.select(Wording.subject)).all() == ["Thanks, {{ name }}"]
    assert client.post("/messages/wordings/receipt", data={"do": "reset", "language": "en"}).status_code == 302
    assert db.session.scalars(sa.select(Wording)).all() == []


def test_a_test_shows_words_that_are_not_saved(client, make, sign_in, post, deliver):
    sign_in(make.user(Role.ADMIN, email="ada@viva.test"))
    data = {"subject": "Thanks, {{ name }}", "body": "We have it.\n\n{{ status_link }}", "language": "en", "do": "test"}
    client.post("/messages/wordings/receipt", data=data)
    deliver()
    assert [(taken.recipient, taken.mail["Subject"]) for taken in post.taken] == [
        ("ada@viva.test", "Thanks, Kim Tremblay")
    ]


def test_words_that_are_wrong_keep_the_message_until_they_are_right(client, make, sign_in, post, deliver):
    admin = sign_in(make.user(Role.ADMIN))
    db.session.add(
        Wording(
            organisation_id=admin.organisation_id,
            kind="test",
            language="en",
            subject="x",
            body="{{ gone }}",
            changed_by_id=admin.id,
        )
    )
    message_id = outbox.put(kind="test", cause="c", recipient="kim@viva.test", name="Kim")
    (message,) = deliver()
    assert (message.state, message.reason_code) == (State.FAILED, "wording") and "gone" in message.reason
    assert "Correct the words" in client.get(f"/messages/{message_id}").text
    data = {"subject": "Hi", "body": "{{ link }}", "language": "en", "do": "save"}
    assert client.post("/messages/wordings/test", data=data).status_code == 302
    deliver()
    assert [taken.id for taken in post.taken] == [message_id]
    assert db.session.scalars(sa.select(Message.state)).all() == [State.SENT]


def test_each_organisation_has_its_own_words_and_its_own_refusals(app, make, sign_in, client):
    ours, theirs = make.user(Role.ADMIN), make.user(Role.ADMIN, organisation_id=make.organisation("Bird Ltd").id)
    kind = KINDS["receipt"]
    for person in (ours, theirs):
        sign_in(person)
        body = f"Words of {person.name}. {{{{ status_link }}}}"
        answer = client.post("/messages/wordings/receipt", data={"subject": "S", "body": body, "do": "save"})
        assert answer.status_code == 302
        assert person.name in client.get("/messages/wordings/receipt").text
    said = [wordings.words_of(kind, "en", person.organisation_id)[1] for person in (ours, theirs)]
    assert [ours.name in said[0], theirs.name in said[1], ours.name in said[1]] == [True, True, False]
    # Theirs is from Bird Ltd, and an address that refuses Bird Ltd's mail still gets ours.
    mails = [Message(id=new_id(), recipient="Kim@viva.test", kind="receipt", language="en", name="Kim", facts={}, zone="",
                     base="", created_at=now(), organisation_id=each.organisation_id) for each in (ours, theirs)]  # fmt: skip
    assert [built(kind, mail)["From"].addresses[0].display_name for mail in mails] == ["Viva", "Bird Ltd"]
    bounces.refuse(mails[1], "550 5.1.1 no such user")
    mail_way._check_recipient(mails[0])
    with pytest.raises(Refused):
        mail_way._check_recipient(mails[1])
    token = unsubscribe_url(mails[0]).rpartition("/")[2]
    assert read_unsubscribe(token) == ("Kim@viva.test", "receipt", ours.organisation_id)
