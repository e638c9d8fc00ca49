"""Times: nobody gets one that somebody else has, calendars follow, and both sides are told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from webapp.accounts.models import Role
from webapp.candidate.status import status_token, status_url
from webapp.core import calendars
from webapp.core.database import db, now
from webapp.interviews import operations as interviews
from webapp.messages import calendar_files, clock
from webapp.messages.models import Message
from webapp.scheduling import operations
from webapp.scheduling.models import Appointment, Slot


@pytest.fixture
def host(make):
    return make.user(email="ada@viva.test", name="Ada Lindqvist")


@pytest.fixture
def position(make, host):
    return make.position(created_by=host, title="Support engineer")


@pytest.fixture
def invite(make, host, position) -> Callable:
    chosen = make.question_set()

    def invite(name: str = "Kim Tremblay", email: str = "kim@viva.test"):
        return make.invitation(position=position, question_set=chosen, created_by=host, name=name, email=email)

    return invite


@pytest.fixture
def slots(host, position):
    start = (now() + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    found = operations.offer(host, position, [start, start + timedelta(hours=1)], 45)
    db.session.commit()
    return found


def files(*kinds: str) -> list:
    found = []
    for message in db.session.scalars(sa.select(Message).where(Message.kind.in_(kinds)).order_by(Message.created_at)):
        from webapp.messages import attachments, variables

        with variables.writing_to(message):
            found += [Calendar.from_ical(file.data) for file in attachments.of(message)]
    return found


def event(calendar):
    return calendar.walk("VEVENT")[0]


def test_one_slot_has_one_candidate_however_many_want_it_at_once(app, invite, slots):
    wanted, ids = slots[0].id, [invite(f"Candidate {n}", f"c{n}@viva.test").id for n in range(8)]
    db.session.commit()
    outcomes, begin = [], threading.Barrier(len(ids))

    def take(invitation_id: str) -> None:
        with app.app_context():
            begin.wait(20)
            try:
                operations.book(db.session.get(interviews.Invitation, invitation_id), wanted)
                db.session.commit()
                outcomes.append("booked")
            except operations.SlotTakenError:
                db.session.rollback()
                outcomes.append("taken")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=take, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["booked"] + ["taken"] * 7
    assert db.session.scalars(sa.select(Appointment.slot_id)).all() == [wanted]


def test_one_candidate_has_one_time_and_moving_frees_the_other(invite, slots):
    kim, lee = invite(), invite("Lee", "lee@viva.test")
    first = operations.book(kim, slots[0].id)
    room = first.room
    again = operations.book(kim, slots[1].id)
    assert again is first and first.sequence == 1 and not room.is_open and first.room.is_open
    assert operations.book(lee, slots[0].id).slot is slots[0]
    with pytest.raises(operations.SlotTakenError):
        operations.book(lee, slots[1].id)


def test_a_host_is_nowhere_twice(host, position, slots, make):
    with pytest.raises(operations.SchedulingError, match="overlaps"):
        operations.offer(host, make.position(created_by=host), [slots[0].starts_at + timedelta(minutes=30)], 45)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(Slot.id))) == 2
    assert operations.offer(make.user(), position, [slots[0].starts_at], 45)


def test_times_that_are_over_or_too_far_or_too_soon(host, position, invite):
    for start in (now() - timedelta(hours=1), now() + timedelta(days=31)):
        with pytest.raises(operations.SchedulingError):
            operations.offer(host, position, [start], 45)
        db.session.rollback()
    operations.offer(host, position, [now() + timedelta(minutes=20)], 45)
    assert operations.open_slots(invite()) == []


def test_both_are_told_and_calendars_follow(app, invite, slots, client):
    app.config["MAIL_FROM"] = "Example Ltd <jobs@viva.test>"
    app.config["PUBLIC_URL"] = "https://viva.test"
    kim = invite()
    appointment = operations.book(kim, slots[0].id)
    booked = files("live_booked")[0]
    operations.book(kim, slots[1].id)
    operations.cancel(appointment)
    assert booked["method"] == "REQUEST" and event(booked)["sequence"] == 0
    calendars_ = files("live_booked", "live_cancelled", "host_booked", "host_cancelled")
    assert len({str(event(each)["uid"]) for each in calendars_}) == 1
    assert calendars_[-1]["method"] == "CANCEL" and event(calendars_[-1])["status"] == "CANCELLED"
    assert event(calendars_[-1])["sequence"] == 2
    assert "mailto:ada@viva.test" in str(event(booked)["organizer"])
    kinds = db.session.scalars(sa.select(Message.kind).order_by(Message.created_at)).all()
    assert kinds.count("live_booked") == 2 and kinds.count("live_cancelled") == 1 and "host_cancelled" in kinds


def test_each_gets_the_calendar_file_in_their_language(app, invite, slots, host):
    app.config["PUBLIC_URL"] = "https://viva.test"
    kim = invite()
    kim.chosen_language, host.language = "pl", "ar"
    operations.book(kim, slots[0].id)
    found = [event(files(kind)[0])["summary"] for kind in ("live_booked", "host_booked")]
    assert [each.params["language"] for each in found] == ["pl", "ar"]
    assert "Conversation" not in "".join(found) and all("Support engineer" in each for each in found)


def test_a_moment_is_the_same_in_every_zone_and_across_a_change_of_clocks(app):
    start = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # Europe's clocks go forward at 1:00 UTC
    entry = calendars.Entry("x", 3, "Talk, with; signs\nand lines", start, start + timedelta(hours=1), now())
    data = calendars.file_of(entry)
    parsed = event(Calendar.from_ical(data))
    assert parsed["dtstart"].dt == start and parsed["dtend"].dt == start + timedelta(hours=1)
    assert b"DTSTART:20270328T013000Z" in data and b"SEQUENCE:3" in data
    assert str(parsed["summary"]) == "Talk, with; signs\nand lines"
    assert b"\r\n" in data and all(len(line) <= 75 for line in data.split(b"\r\n"))


def test_a_deadline_is_one_entry_that_moves_and_goes(app, make, host, position):
    app.config["PUBLIC_URL"] = "https://viva.test"
    row = interviews.create_invitation(
        position=position, question_set=make.question_set(), name="Kim", email="kim@viva.test",
        deadline=now() + timedelta(days=7), by=host,
    )  # fmt: skip
    interviews.extend(row, now() + timedelta(days=9), by=host)
    db.session.commit()
    first, second = files("invitation", "deadline_moved")
    assert event(first)["uid"] == event(second)["uid"]
    assert (event(first)["sequence"], event(second)["sequence"]) == (0, 1)
    assert event(second)["dtend"].dt == row.deadline.replace(microsecond=0)


def test_two_reminders_of_a_conversation_and_none_of_one_that_was_cancelled(invite, slots):
    kim = invite()
    appointment = operations.book(kim, slots[0].id)
    appointment.changed_at = now() - timedelta(days=1)
    db.session.commit()

    def count() -> int:
        return db.session.scalar(sa.select(sa.func.count()).where(Message.kind == "live_reminder"))

    start = appointment.starts_at
    clock.run(start - timedelta(days=2))
    assert count() == 0
    clock.run(start - timedelta(hours=20))
    clock.run(start - timedelta(hours=19))
    assert count() == 1
    clock.run(start - timedelta(minutes=50))
    assert count() == 2
    message = db.session.scalars(sa.select(Message).where(Message.kind == "live_reminder")).first()
    assert calendar_files._same_time(message) is None
    operations.cancel(appointment)
    assert calendar_files._same_time(message) is not None


def test_the_pages(app, client, make, invite, slots, host, sign_in):
    kim = invite()
    token = status_token(kim)
    page = client.get(f"/schedule/{token}").text
    assert page.count('type="radio"') == 2
    client.post(f"/schedule/{token}", data={"slot": slots[0].id})
    page = client.get(f"/schedule/{token}").text
    assert "Join the conversation" in page and "/live/join/" in page
    calendar = client.get(f"/schedule/{token}/calendar.ics")
    assert calendar.mimetype == "text/calendar" and event(Calendar.from_ical(calendar.data))["sequence"] == 0
    assert "Live conversation" in client.get(status_url(kim).partition("viva.test")[2] or f"/status/{token}").text
    sign_in(host)
    assert "Kim Tremblay" in client.get("/times").text
    data = {
        "position": slots[0].position_id, "date": f"{now() + timedelta(days=5):%Y-%m-%d}", "begins": "09:00",
        "ends": "12:00", "zone": "Asia/Tokyo", "minutes": "45", "pause": "15",
    }  # fmt: skip
    assert client.post("/times", data=data).status_code == 302
    assert db.session.scalar(sa.select(sa.func.count(Slot.id))) == 5
    assert client.post("/times", data=data).status_code == 422
    other = make.user(Role.RECRUITER)
    appointment = db.session.scalars(sa.select(Appointment)).one()
    sign_in(other)
    assert client.post(f"/appointments/{appointment.id}/cancel").status_code == 404
    assert client.get("/schedule/nonsense").status_code == 404


def test_who_withdraws_is_not_waited_for(invite, slots):
    kim = invite()
    appointment = operations.book(kim, slots[0].id)
    interviews.withdraw(kim)
    assert appointment.cancelled_at is not None and appointment.slot_id is None
