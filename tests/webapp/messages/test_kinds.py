"""What causes which message, in which words, and when it is no longer sent."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from webapp.accounts import second_step
from webapp.accounts.models import Role
from webapp.candidate import operations as candidate
from webapp.candidate.status import status_url
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.translation import languages, writing_in
from webapp.interviews import operations
from webapp.interviews.models import InterviewState
from webapp.messages import clock, variables, wordings, writing
from webapp.messages.kinds import KINDS, VARIABLES
from webapp.messages.models import Channel, Message, State
from webapp.reviews.models import Decision, Outcome


@pytest.fixture
def invited(make, post):
    by = make.user(email="ada@viva.test", name="Ada Lindqvist")
    return operations.create_invitation(
        position=make.position(created_by=by, title="Support engineer"), question_set=make.question_set(),
        name="Kim Tremblay", email="kim@viva.test", deadline=now() + timedelta(days=7), by=by, time_zone="Asia/Tokyo",
    )  # fmt: skip


def kinds(**where):
    query = sa.select(Message).filter_by(channel=Channel.MAIL, **where)
    return [message.kind for message in db.session.scalars(query.order_by(Message.created_at))]


def submitted(invitation):
    interview = candidate.open_interview(invitation)
    candidate.submit(interview, incomplete=True)
    db.session.commit()
    return interview


@pytest.mark.parametrize("key", KINDS)
def test_every_kind_can_be_filled_in_in_every_language(app, key):
    app.config["PSEUDO_LOCALE"] = True
    kind = KINDS[key]
    assert set(kind.names) <= VARIABLES.keys()
    for language in languages():
        with writing_in(language):
            letter = wordings.fill_in(kind, *wordings.words_of(kind, language, None), wordings.samples(kind))
            assert (
                letter.subject and len(letter.paragraphs) >= 2 and "{{" not in letter.text and "{%" not in letter.text
            )
            if language == "en_XA":
                assert letter.subject.startswith("⟦") and letter.subject.endswith("⟧")


def test_an_invitation_says_what_by_when_and_whom_to_ask(invited, post, deliver):
    deliver()
    (taken,) = post.taken
    text = " ".join(taken.text.split())
    assert taken.mail["Subject"] == "Your interview for Support engineer"
    assert "(Japan Standard Time)" in text and "Ada Lindqvist" in text and "ada@viva.test" in text
    assert operations.invitation_url(invited) in taken.text and status_url(invited) in taken.text
    assert taken.mail["Reply-To"] == "Ada Lindqvist <ada@viva.test>"


def test_a_revoked_invitation_is_not_sent(invited, post, deliver):
    operations.revoke(invited, by=invited.created_by)
    deliver()
    assert post.taken == [] and db.session.scalars(sa.select(Message.state)).all() == [State.SUPPRESSED]


def test_one_that_was_sent_is_taken_back_by_a_message(invited, post, deliver):
    deliver()
    operations.revoke(invited, by=invited.created_by)
    deliver()
    assert [taken.mail["Subject"] for taken in post.taken][1:] == ["Your invitation for Support engineer was withdrawn"]


def at(invited, **before):
    return invited.deadline - timedelta(**before)


def test_two_reminders_and_none_once_it_is_submitted(invited, post, deliver):
    invited.created_at = now() - timedelta(days=1)
    for moment in (at(invited, days=3), at(invited, days=1, hours=23), at(invited, days=1), at(invited, hours=3)):
        clock.run(moment)
    assert kinds(kind="reminder") == ["reminder"]
    clock.run(at(invited, hours=1, minutes=59))
    clock.run(at(invited, hours=1))
    assert kinds(kind="reminder") == ["reminder"] * 2
    submitted(invited)
    deliver()
    assert [taken.mail["Subject"] for taken in post.taken] == ["We received your interview for Support engineer"]
    reasons = db.session.scalars(sa.select(Message.reason_code).where(Message.state == State.SUPPRESSED)).all()
    assert reasons == ["submitted"] * 3  # the invitation and both reminders had nothing left to say


def test_no_reminder_right_after_the_invitation(make, post):
    by = make.user()
    row = operations.create_invitation(
        position=make.position(created_by=by), question_set=make.question_set(), name="Kim", email="kim@viva.test",
        deadline=now() + timedelta(hours=47), by=by,
    )  # fmt: skip
    clock.run(now())
    assert kinds(kind="reminder") == []
    clock.run(row.deadline - timedelta(hours=1))
    assert kinds(kind="reminder") == ["reminder"]


def test_a_moved_deadline_is_told_and_ends_reminders_of_the_old_one(invited, post, deliver):
    invited.created_at = now() - timedelta(days=1)
    clock.run(at(invited, days=1))
    old = invited.deadline
    operations.extend(invited, old + timedelta(days=3), by=invited.created_by)
    operations.extend(invited, old + timedelta(days=3), by=invited.created_by)
    deliver()
    subjects = [taken.mail["Subject"] for taken in post.taken]
    assert len(subjects) == 2 and any("New deadline" in each for each in subjects)
    assert not any("answer until" in each for each in subjects)
    clock.run(invited.deadline - timedelta(days=1))
    assert len(kinds(kind="reminder")) == 2


def test_a_receipt_says_what_arrived_and_by_when_an_answer_comes(app, invited, post, deliver):
    app.config["ANSWER_DAYS"] = 60  # so that Ontario's 45 count
    interview = submitted(invited)
    deliver()
    (taken,) = [each for each in post.taken if "received" in each.mail["Subject"]]
    due = interview.submitted_at + timedelta(days=45)
    assert f"{due.day} {due:%B %Y}" in " ".join(taken.text.split()) and status_url(invited) in taken.text


def decide(interview, outcome, make):
    row = Decision(interview=interview, outcome=outcome, reason="Because.", by_id=make.user().id)
    db.session.add(row)
    db.session.flush()
    events.send(events.decision_made, interview_id=interview.id, decision_id=row.id)
    db.session.commit()
    return row


def test_a_letter_tells_the_decision_that_holds(invited, post, deliver, make):
    interview = submitted(invited)
    first = decide(interview, Outcome.ADVANCE, make)
    assert not [kind for kind in kinds() if kind.startswith("letter")]  # nobody is told by a click on something else
    writing.letter(first, due_at=now() + timedelta(days=1))
    second = decide(interview, Outcome.DECLINE, make)
    writing.letter(second)
    assert writing.letter(second) is None
    deliver()
    subjects = [taken.mail["Subject"] for taken in post.taken]
    assert "Your interview for Support engineer" in subjects and "Good news about Support engineer" not in subjects


def test_who_is_owed_an_answer_is_said_in_time_and_once_a_week(app, invited, post, deliver):
    app.config["ANSWER_DAYS"] = 60
    interview = submitted(invited)
    # Noon: the clock runs an hour later, and at eight in the morning it would write the daily summary too.
    interview.submitted_at = interview.submitted_at.replace(hour=12)
    due = interview.submitted_at + timedelta(days=45)

    def stages(*days):
        for day in days:
            clock.run(due + timedelta(days=day, hours=1))
        return kinds(kind="answer_due").count("answer_due")

    assert stages(-11) == 0 and stages(-10, -9, -1) == 1 and stages(0, 1, 6) == 2 and stages(7, 8) == 3
    operations.note_answered(invited, by=invited.created_by)
    assert stages(14) == 3
    deliver()
    assert {taken.recipient for taken in post.taken} == {"kim@viva.test"}  # told meanwhile, so nobody is reminded


def test_whoever_owes_many_an_answer_gets_one_message_a_week(make, post, deliver, monkeypatch):
    """A recruiter with thousands of overdue answers got thousands of mails."""
    monkeypatch.setattr(clock, "SINGLY", 2)
    first, by = now() - timedelta(days=44), make.user()
    for number in range(12):
        interview = make.interview()
        interview.state, interview.submitted_at = InterviewState.SUBMITTED, first + timedelta(minutes=number)
        interview.candidate_name = f"Person {number:02}"
        interview.invitation.created_by_id = by.id
    alone = make.interview()
    alone.state, alone.submitted_at = InterviewState.SUBMITTED, first
    db.session.commit()
    monday = datetime.fromisocalendar(*now().isocalendar()[:2], 1).replace(hour=12, tzinfo=now().tzinfo)
    for day in (0, 3, 6, 7):
        clock.answers_due(monday + timedelta(days=day))
    mails = list(db.session.scalars(sa.select(Message).where(Message.user_id == by.id, Message.recipient == by.email)))
    assert [each.kind for each in mails] == ["answers_due", "answers_due"]
    assert all(each.user_id != by.id for each in db.session.scalars(sa.select(Message).filter_by(kind="answer_due")))
    assert "Person" not in str(mails[0].facts), "names stay where erasure reaches them"
    deliver()
    text = next(taken.mail.get_body(("plain",)).get_content() for taken in post.taken if taken.recipient == by.email)
    assert "12" in text and "Person 00 (" in text and "Person 09 (" in text and "Person 10" not in text


def test_the_clock_writes_a_few_at_a_time_and_nothing_the_second_time(make, post, monkeypatch):
    """With ten thousand interviews, one transaction kept everybody from deciding for twenty seconds, twice a minute."""
    monkeypatch.setattr(clock, "AT_ONCE", 2)
    for _each in range(5):
        interview = make.interview()
        interview.state, interview.submitted_at = InterviewState.SUBMITTED, now() - timedelta(days=44)
    db.session.commit()
    written: list[list[str]] = [[]]

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith("INSERT INTO messages"):
            written[-1].append(statement)

    def committed(_connection):
        written.append([])

    event.listen(db.engine, "before_cursor_execute", note)
    event.listen(db.engine, "commit", committed)
    try:
        clock.answers_due(now())
        assert [len(each) for each in written if each] == [4, 4, 2]  # each a mail and a notice inside
        written[:] = [[]]
        clock.answers_due(now())
        assert not any(written)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
        event.remove(db.engine, "commit", committed)


def test_the_daily_summary_is_at_eight_where_the_reader_is(invited, post, make, deliver):
    by = invited.created_by
    by.time_zone = "Asia/Tokyo"
    interview = submitted(invited)
    interview.submitted_at = now() - timedelta(days=50)
    db.session.commit()
    for hour in range(24):
        clock.digests(datetime.now(tz=now().tzinfo).replace(hour=hour, minute=10))
        db.session.commit()
    (message,) = db.session.scalars(sa.select(Message).where(Message.kind == "digest", Message.user_id == by.id))
    assert message.cause.startswith("digest:") and message.facts["overdue"] == "1"


def test_a_new_person_gets_a_link_and_a_forgetful_one_too(app, client, make, sign_in, post, deliver):
    sign_in(make.user(Role.ADMIN))
    client.post("/people/new", data={"name": "Lee", "email": "lee@example.org", "role": "recruiter"})
    client.post("/sign-out")
    deliver()
    link = next(line for line in post.taken[0].text.splitlines() if "/set-password/" in line)
    assert client.get(link.removeprefix("https://viva.test")).status_code == 200
    asked = [
        client.post("/forgot-password", data={"email": each}).text for each in ("lee@example.org", "no@example.org")
    ]
    assert asked[0].replace("lee@", "") == asked[1].replace("no@", "")  # nobody learns who has an account
    deliver()
    assert [taken.recipient for taken in post.taken] == ["lee@example.org"] * 2
    path = next(line for line in post.taken[1].text.splitlines() if "/set-password/" in line).removeprefix(
        "https://viva.test"
    )
    data = {"password": "a new and long password", "again": "a new and long password"}
    assert client.post(path, data=data).status_code == 302
    client.post("/sign-out")
    assert client.get(path).status_code == 410  # once
    assert client.get(link.removeprefix("https://viva.test")).status_code == 410


def test_a_reset_link_ends_within_the_hour(app, make, client, monkeypatch):
    from webapp.accounts.operations import password_token, reset_token

    user = make.user()
    links = {name: f"/set-password/{make_(user)}" for name, make_ in (("reset", reset_token), ("set", password_token))}
    app.config["PASSWORD_RESET_SECONDS"] = -1
    assert client.get(links["reset"]).status_code == 410 and client.get(links["set"]).status_code == 200


def test_a_sign_in_from_a_new_browser_is_told_once(app, make, sign_in, client, post):
    user = sign_in(make.user())
    sign_in(user)
    assert kinds(kind="new_device") == []
    other = app.test_client()
    for _ in range(2):
        other.post("/sign-in", data={"email": user.email, "password": "correct horse battery staple"})
        other.post("/sign-out")
    assert kinds(kind="new_device") == ["new_device"]


def test_a_code_lets_the_candidate_go_on_in_another_browser(app, invited, post, deliver, client):
    path = operations.invitation_url(invited).removeprefix("https://viva.test")
    assert client.post(path).status_code == 302
    other = app.test_client()
    assert "Send me a code" in other.post(path).text
    wrong = other.post(f"{path}/prove", data={"code": "000000"})
    assert wrong.status_code == 422
    assert "on its way" in other.post(f"{path}/code").text
    deliver()
    (taken,) = [each for each in post.taken if "code" in each.mail["Subject"]]
    code = taken.mail["Subject"][:7]
    assert other.post(f"{path}/prove", data={"code": "999999"}).status_code == 422
    assert other.post(f"{path}/prove", data={"code": code}).status_code == 302
    assert other.post(path).status_code == 302 and client.post(path).status_code == 403
    assert other.post(f"{path}/prove", data={"code": code}).status_code != 200
    third = app.test_client()
    assert third.post(f"{path}/prove", data={"code": code}).status_code == 422  # once


def test_five_wrong_codes_end_the_right_one(app, invited, post, deliver, client):
    path = operations.invitation_url(invited).removeprefix("https://viva.test")
    client.post(path)
    other = app.test_client()
    other.post(f"{path}/code")
    deliver()
    code = next(each.mail["Subject"][:7] for each in post.taken if "code" in each.mail["Subject"])
    for _ in range(5):
        other.post(f"{path}/prove", data={"code": "111111" if code != "111 111" else "222222"})
    assert other.post(f"{path}/prove", data={"code": code}).status_code == 422


def test_what_a_candidate_asks_for_goes_to_whoever_invited(invited, post, deliver):
    from webapp.interviews.models import RequestKind

    operations.ask(invited, RequestKind.FORMAT, "Could I answer in writing?\n\n[win](https://evil.test)")
    deliver()
    (taken,) = [each for each in post.taken if each.recipient == "ada@viva.test"]
    assert "Could I answer in writing?" in taken.text and taken.mail["Reply-To"] == "Kim Tremblay <kim@viva.test>"
    assert 'href="https://evil.test' not in taken.html


def test_what_others_send(app, make, invited, post, deliver):
    interview = submitted(invited)
    user = make.user(email="lee@viva.test")
    by = invited.created_by
    events.send(events.person_mentioned, user_id=user.id, interview_id=interview.id, by_id=by.id, mention_id="m1")
    events.send(events.accommodation_granted, invitation_id=invited.id, text="Twice the time")
    events.send(events.export_finished, address="a@viva.test", name="A", file="All", path="/exports/1", job_id="j")
    events.send(events.erasure_finished, address="b@viva.test", name="B", job_id="k")
    deliver()
    found = {taken.recipient: taken.text for taken in post.taken}
    assert "/mentions" in found["lee@viva.test"] and "https://viva.test/exports/1" in found["a@viva.test"]
    assert "erased" in found["b@viva.test"]
    assert interview.state is InterviewState.SUBMITTED


def test_a_changed_second_step_is_told_to_whose_it_is(make):
    user, admin = make.user(), make.user(Role.ADMIN)
    second_step.take_away(user, by=admin)
    db.session.commit()
    (message,) = db.session.scalars(sa.select(Message).filter_by(kind="second_step", channel=Channel.MAIL))
    assert message.recipient == user.email
    values = variables.values_of(message)
    assert "removed altogether" in values["change"] and values["link"].endswith("/profile/two-step")
