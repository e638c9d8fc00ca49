"""Private practice by a link that goes to somebody's address, without an invitation."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import answer_all
from tests.webapp.conftest import PASSWORD
from tests.webapp.messages.conftest import deliver, post, serve
from tests.webapp.practice.test_guests import theirs
from webapp.accounts.models import Role, User
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.personal_data import Scope, holdings
from webapp.governance import erasure
from webapp.governance.models import AuditEntry
from webapp.messages import bounces, outbox, receivers
from webapp.messages.models import Message, Refusal, State
from webapp.practice import guests, links, settings
from webapp.practice.models import PracticeGuest, PracticeLink
from webapp.practice.questions import LINEAGE

__all__ = ["deliver", "post", "serve"]
KIM = "kim@ochre.org"


@pytest.fixture
def admin(make):
    return make.user(Role.ADMIN)


@pytest.fixture
def page(admin, post):
    """Where anybody asks for a link, switched on, with a mail server."""
    settings.switch_by_mail(admin.organisation_id, True, by=admin)
    db.session.commit()
    return f"/practice/by-mail/{admin.organisation_id}"


def ask(client, page, email=KIM, **options):
    return client.post(page, data={"email": email}, **options)


def link_in(taken) -> str:
    return re.search(r"https://viva\.test(/practice/link/\w+)", taken.text)[1]


def follow(client, page, deliver, post, email=KIM):
    """Ask, get the mail, look at the link and press its button; the answer."""
    ask(client, page, email)
    deliver()
    path = link_in(post.taken[-1])
    assert client.get(path).status_code == 200
    return client.post(path)


def count(model) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_from_the_page_to_a_practice_of_ones_own(client, page, post, deliver):
    assert client.get(page).status_code == 200
    assert "we have sent a link" in ask(client, page, "Kim@Ochre.org").text
    deliver()
    (taken,) = post.taken
    assert taken.recipient == KIM and taken.mail["Reply-To"] is None
    path = link_in(taken)
    assert "Practise in private" in client.get(path).text
    assert theirs() == [] and count(PracticeGuest) == 0  # a scanner that looks changes nothing
    answer = client.post(path)
    (interview,) = theirs()
    assert answer.location.endswith(f"/interview/{interview.id}")
    assert interview.question_set.lineage == LINEAGE and interview.consents == []
    assert interview.invitation_id is None and interview.organisation_id is None
    assert "Only you can see this practice" in client.get(answer.location).text
    mine = client.get("/practice").text
    assert "You practise without an account" in mine and "leads back here" in mine and "Go to my interview" not in mine
    assert client.get("/profile").location == "/practice" and client.post("/live/new").status_code == 403
    # What is held about the account names the link, and no way in.
    guest = db.session.scalars(sa.select(PracticeGuest)).one()
    found = {each.table.name: each.exported(Scope((), (), (guest.user_id,))) for each in holdings()}
    (row,), (link,) = found["practice_guests"], found["practice_links"]
    assert "address" not in row and not {"token", "address"} & set(link) and link["language"] == "en"
    assert all(each.exported(Scope((), (), ("other",))) == [] for each in holdings())


def test_a_scanner_that_asks_for_the_head_of_a_link_uses_nothing_up(app, client, page, post, deliver):
    ask(client, page)
    deliver()
    path = link_in(post.taken[-1])
    answer = app.test_client().head(path)
    assert answer.status_code == 200
    assert theirs() == [] and count(PracticeGuest) == 0
    assert client.post(path).status_code == 302
    (interview,) = theirs()
    for looked_at in (f"/practice/{interview.id}/delete", "/practice/erase"):
        assert client.head(looked_at).status_code == 200 and theirs() == [interview]


def test_a_link_works_once_and_for_a_day(app, client, page, post, deliver, monkeypatch):
    follow(client, page, deliver, post)
    path = link_in(post.taken[0])
    other = app.test_client()
    for answer in (other.get(path), other.post(path), other.get("/practice/link/nonsense")):
        assert answer.status_code == 410 and "no longer works" in answer.text
    assert page in other.get(path).text  # where another one is asked for
    ask(other, page, "lee@ochre.org")
    deliver()
    late = link_in(post.taken[1])
    moment = now() + links.WORKS + timedelta(minutes=1)
    monkeypatch.setattr(links, "now", lambda: moment)
    assert other.get(late).status_code == other.post(late).status_code == 410 and len(theirs()) == 1
    assert links.forget_ended() == 2 and count(PracticeLink) == 0


def test_nothing_stored_leads_into_it_and_of_two_who_press_at_once_one_is_let_in(client, page, post, deliver):
    ask(client, page)
    deliver()
    token = link_in(post.taken[0]).rpartition("/")[2]
    link, message = (db.session.scalars(sa.select(each)).one() for each in (PracticeLink, Message))
    stored = {str(value) for each in (link, message) for value in vars(each).values()}
    assert not any(token in each for each in stored)
    assert not any("ochre" in str(value) for value in vars(link).values())
    guests.admit_by_link(link)
    with pytest.raises(guests.PracticeError, match="no longer works"):
        guests.admit_by_link(link)


def test_a_new_link_leads_back_to_it_from_another_browser(app, client, page, post, deliver):
    follow(client, page, deliver, post)
    (interview,) = theirs()
    other = app.test_client()
    assert other.get(f"/interview/{interview.id}").status_code == 404
    assert follow(other, page, deliver, post, " KIM@ochre.org ").location.endswith("/practice")
    assert theirs() == [interview] and count(PracticeGuest) == 1
    assert other.get(f"/interview/{interview.id}").status_code == 200
    # Another address is somebody else, in the same browser too.
    follow(client, page, deliver, post, "lee@ochre.org")
    assert len(theirs()) == 2 and client.get(f"/interview/{interview.id}").status_code == 404
    # What was kept for its time is not led back to, even before it is swept.
    db.session.execute(sa.update(PracticeGuest).values(expires_at=now() - timedelta(minutes=1)))
    gone = interview.id
    follow(client, page, deliver, post)
    assert len(theirs()) == 2 and gone not in {each.id for each in theirs()}


def test_the_answer_is_the_same_and_an_address_gets_three_links_an_hour(client, page, deliver, post, limits):
    said = {ask(client, page, email).text.replace(email, "") for email in [KIM] * 5 + ["lee@ochre.org"]}
    # tokens against forgery say in which second they were made
    assert len({re.sub(r'(content|name="csrf_token" value)="[^"]+"', "", each) for each in said}) == 1
    deliver()
    assert sorted(each.recipient for each in post.taken) == [KIM] * 3 + ["lee@ochre.org"]
    assert "@" not in ask(client, page, "nonsense").text.partition("<form")[2].partition("</form")[0]
    answers = [ask(client, page, f"{number}@ochre.org").status_code for number in range(30)]
    assert answers[0] == 200 and answers[-1] == 429  # and a network thirty


def test_it_is_off_until_an_admin_switches_it_on_and_that_is_noted(app, client, admin, sign_in, post):
    page = f"/practice/by-mail/{admin.organisation_id}"
    for path in (page, "/practice/by-mail/nonsense"):
        for answer in (client.get(path), ask(client, path)):
            assert answer.status_code == 404 and "by the link of your invitation" in answer.text
    assert count(PracticeLink) == 0 == count(Message)
    sign_in(admin)
    assert page not in client.get("/employer/practice").text
    client.post("/employer/practice", data={"lineage": "", "by_mail": "1"})
    assert f"://viva.test{page}" in client.get("/employer/practice").text
    client.post("/employer/practice", data={"lineage": "", "by_mail": "1"})
    client.post("/employer/practice", data={"lineage": ""})
    noted = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.startswith("practice by mail")))
    assert sorted(noted) == ["practice by mail switched off", "practice by mail switched on"]


def test_switched_off_a_link_that_is_out_leads_nowhere_and_who_practises_goes_on(
    app, client, page, admin, post, deliver
):
    answer = follow(client, page, deliver, post)
    other = app.test_client()
    ask(other, page, "lee@ochre.org")
    deliver()
    settings.switch_by_mail(admin.organisation_id, False, by=admin)
    db.session.commit()
    for each in (other.get(link_in(post.taken[1])), other.post(link_in(post.taken[1]))):
        assert each.status_code == 404 and "not offered" in each.text
    assert len(theirs()) == 1 and client.get(answer.location).status_code == 200


def test_without_a_mail_server_the_page_says_so(app, client, page, admin, sign_in):
    app.config["SMTP_HOST"] = ""
    assert client.get(page).status_code == 503 and ask(client, page).status_code == 503 and count(PracticeLink) == 0
    sign_in(admin)
    assert "VIVA_SMTP_HOST" in client.get("/employer/practice").text


def test_the_mail_is_in_the_visitors_language(client, page, post, deliver):
    ask(client, page, headers={"Accept-Language": "fr"})
    deliver()
    assert post.taken[0].mail["Content-Language"] == "fr" and "Bonjour" in post.taken[0].text


def test_whoever_has_an_account_practises_with_it(client, page, make, sign_in, post, deliver):
    ask(client, page)
    deliver()
    path = link_in(post.taken[0])
    for role in (Role.CANDIDATE, Role.RECRUITER):
        sign_in(make.user(role))
        assert client.get(page).location == "/practice"
        assert "Practise with my account" in client.post(path).text
        client.post("/sign-out")
    assert theirs() == [] and client.post(path).status_code == 302


def test_nobody_who_hires_learns_of_it(app, client, page, admin, make, run_all, post, deliver):
    follow(client, page, deliver, post)
    (interview,) = theirs()
    run_all(answer_all(make, interview, text="My ochre harpsichord was repaired in three days. " * 6))
    guest = db.session.scalars(sa.select(PracticeGuest)).one()
    ask(app.test_client(), page, "kim.waits@ochre.org")
    messages = list(db.session.scalars(sa.select(Message)))
    assert {each.state for each in messages} == {State.SENT, State.WAITING}
    invitation = make.invitation(email=KIM, created_by=admin)
    staff = app.test_client()
    staff.post("/sign-in", data={"email": admin.email, "password": PASSWORD})
    for path in (
        "/messages", "/messages?q=ochre", "/messages?state=sent", "/messages?state=waiting", "/health", "/interviews",
        "/people", "/search?q=harpsichord", "/policy", "/audit", "/audit/export.csv", "/audit/export.jsonl",
        "/employer/practice", f"/invitations/{invitation.id}", f"/invitations/{invitation.id}/erase", "/notices",
    ):  # fmt: skip
        answer = staff.get(path)
        assert answer.status_code in (200, 404), (path, answer.status_code)
        text = answer.text.replace("q=ochre", "").replace('value="ochre"', "")
        assert interview.id not in text and guest.user_id not in text and "practice opened" not in text, path
        assert "practice.invalid" not in text and "waits@ochre" not in text and "Private practice" not in text, path
    listed = staff.get("/messages").text
    assert re.search(r"All 0\b", listed) and KIM not in listed
    for message in messages:
        assert staff.get(f"/messages/{message.id}").status_code == 404
        for what in ("link", "again", "suppress"):
            assert staff.post(f"/messages/{message.id}/{what}").status_code == 404
        assert staff.get(f"/messages/{message.id}/mail.html").status_code == 404
    assert staff.get(f"/reports/{interview.id}").status_code == 404
    # Neither what an erasure would remove nor what is given out of somebody names it.
    plan = erasure.plan(Scope((), (invitation.id,), (), KIM))
    assert "practice_guests" not in plan.tables and "practice_links" not in plan.tables
    assert plan.tables.get("messages", 0) == count_of(invitation)


def count_of(invitation) -> int:
    return db.session.scalar(sa.select(sa.func.count(Message.id)).where(Message.invitation_id == invitation.id))


def test_an_address_that_refuses_comes_onto_no_list(client, page, admin, sign_in, post, deliver):
    post.says[KIM] = "550 5.1.1 no such person"
    ask(client, page)
    (message,) = deliver()
    assert message.state is State.FAILED and count(Refusal) == 0
    bounces.refuse(message, "550 5.1.1")
    assert count(Refusal) == 0
    sign_in(admin)
    assert KIM not in client.get("/messages").text and "Private practice" not in client.get("/notices").text
    client.post("/messages/again", data={"state": "failed"})
    assert db.session.get(Message, message.id, populate_existing=True).state is State.FAILED


def test_the_address_goes_as_soon_as_the_mail_is_out(client, page, post, deliver):
    kept = outbox.put(kind="test", cause="kept", recipient="ada@viva.test")
    for state in (State.SENT, State.FAILED, State.SUPPRESSED, State.HELD):
        ask(client, page, f"{state}@ochre.org")
        receivers.forget_erased()
        assert count(Message) == 2, state  # not before
        db.session.execute(sa.update(Message).values(state=state))
        db.session.commit()
        receivers.forget_erased()
        assert db.session.scalars(sa.select(Message.id)).all() == [kept], state
    ask(client, page)
    db.session.execute(sa.update(PracticeLink).values(used_at=now()))
    assert {each.state for each in deliver()} == {State.HELD, State.SUPPRESSED} and post.taken == []


def test_whoever_practises_erases_it_at_once_with_links_that_wait(client, page, post, deliver):
    follow(client, page, deliver, post)
    ask(client, page)  # another one, still to be sent
    assert count(PracticeLink) == 2 and count(Message) == 2
    assert "links that you asked for end" in client.get("/practice/erase").text
    assert "has been erased" in client.post("/practice/erase", follow_redirects=True).text
    assert theirs() == [] and count(PracticeGuest) == count(PracticeLink) == count(Message) == 0
    assert client.get("/practice").status_code == 302


def test_it_is_erased_when_its_time_is_over(client, page, post, deliver, make, run_all):
    follow(client, page, deliver, post)
    run_all(answer_all(make, theirs()[0]))
    assert guests.erase_expired() == 0
    later = now() + guests.LASTS + timedelta(minutes=1)
    assert guests.erase_expired(later) == 1
    assert theirs() == [] and count(PracticeGuest) == count(PracticeLink) == count(Message) == 0
    assert not db.session.query(User).filter(User.email.endswith("@practice.invalid")).count()


def test_an_erasure_of_somebodys_data_reaches_it_and_a_clock_does_not(client, page, admin, make, post, deliver):
    follow(client, page, deliver, post)
    follow(client, page, deliver, post, "lee@ochre.org")
    invitation = make.invitation(email=KIM, created_by=admin)
    interview = make.interview(invitation=invitation)
    events.send(events.erasing, interview_ids=[interview.id], kept=["media"])
    assert count(PracticeGuest) == 2
    erasure.request_erasure(erasure.scope_of_email(KIM), by=None)
    db.session.commit()
    assert count(PracticeGuest) == 1 and len(theirs()) == 1  # that of lee
