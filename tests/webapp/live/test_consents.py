"""Consent to being read: asked of the policy, effective within a second whoever noted it, and both ways."""

from __future__ import annotations

import time

import pytest

from tests.webapp.live.conftest import ORIGIN
from webapp.core.database import db, now
from webapp.live import consent_texts, operations, policy, tokens
from webapp.live.models import LiveConsent, LivePurpose, Track

READING = {
    "type": "reading",
    "sequence": 1,
    "faces": [],
    "fused": {"emotion": "happy", "confidence": 0.8, "valence": 0.6},
    "state": "ok",
}


class TestPolicy:
    @pytest.mark.parametrize(
        ("country", "code"),
        [("FR", "prohibited_in_eea"), ("NO", "prohibited_in_eea"), ("GB", "place_not_cleared"), ("CA", "allowed")],
    )
    def test_the_place_of_the_job_decides(self, live, country, code):
        assert policy.reading_lawful(live.assessment(country)).code == code

    def test_practice_is_for_everybody(self, live):
        assert policy.reading_lawful(live.practice())

    @pytest.mark.parametrize("country", ["FR", "GB"])
    def test_where_it_is_ruled_out_nobody_can_agree(self, live, country):
        room = live.assessment(country)
        for member in (room.members[0], live.guest(room, candidate=True)):
            with pytest.raises(operations.RoomError):
                operations.decide(member, LivePurpose.READING, True)
            assert not policy.may_be_read(member)

    def test_a_row_that_should_not_be_there_opens_nothing(self, live):
        """As if the position had moved to the EU after somebody agreed."""
        room = live.assessment("CA")
        candidate = live.guest(room, candidate=True)
        live.agree(candidate)
        assert policy.may_be_read(candidate)
        room.position.country = "FR"
        db.session.commit()
        assert policy.may_be_read(candidate).code == "prohibited_in_eea"

    def test_the_wording_is_noted_and_rows_are_only_added(self, live):
        member = live.practice().members[0]
        for yes in (True, True, False, False, True):
            live.agree(member, yes)
        rows = member.consents
        assert [(row.number, row.granted) for row in rows] == [(1, True), (2, False), (3, True)]
        assert {row.text_version for row in rows} == {consent_texts.VERSION}

    def test_two_processes_at_once(self, live, app):
        """Another process noted something since this one looked."""
        member = live.practice().members[0]
        assert member.consents == []
        with db.engine.begin() as other:
            other.execute(
                LiveConsent.__table__.insert().values(
                    id="0" * 32, member_id=member.id, number=1, purpose=LivePurpose.READING, granted=True,
                    text_version="x", decided_at=db.func.current_timestamp(),
                )
            )  # fmt: skip
        live.agree(member, False)
        assert [row.granted for row in member.consents] == [True, False]

    def test_taking_it_back_deletes_what_was_kept(self, live):
        member = live.practice().members[0]
        live.agree(member)
        member.track = Track(rows=[[0.0, "happy", 0.9, 0.5]])
        db.session.commit()
        live.agree(member, False)
        assert db.session.get(Track, member.id) is None


class TestEffect:
    @pytest.fixture
    def pair(self, live, join):
        """Two people in a practice room; both have agreed."""
        room = live.practice()
        host, guest = room.members[0], live.guest(room)
        live.agree(host)
        live.agree(guest)
        return host, guest, join(host), join(guest)

    def test_by_the_socket(self, service, pair):
        host, guest, first, second = pair
        hub = service.service.hub
        assert service.call(lambda: hub.may_read(guest.id))
        began = time.monotonic()
        second.send(type="consent", reading=False)
        assert second.next("consent")["reading"] is False
        assert not service.call(lambda: hub.may_read(guest.id))
        assert first.next("reading", **{"from": guest.id})["reading"] is None
        assert time.monotonic() - began < 1
        db.session.expire_all()
        assert not guest.reading and host.reading

    def test_by_the_web_within_a_second(self, service, live, pair):
        """Noted by another process than the service: the database is all that they share."""
        _host, guest, first, second = pair
        hub = service.service.hub
        live.agree(guest, False)
        began = time.monotonic()
        while service.call(lambda: hub.may_read(guest.id)):
            assert time.monotonic() - began < 1
            time.sleep(0.02)
        assert second.next("consent", 1)["reading"] is False
        assert first.next("reading", 1, **{"from": guest.id})["reading"] is None
        assert first.next("peer", 1)["peer"]["reading"] is False

    def test_who_takes_it_back_sees_nobody_elses_either(self, service, live, pair):
        host, guest, _first, second = pair
        live.agree(guest, False)
        assert second.next("reading", 1, **{"from": host.id})["reading"] is None
        service.call(lambda: service.service.hub.share(host.room_id, host.id, READING))
        assert second.silent("reading", 0.3)

    def test_given_again_within_a_second(self, service, live, pair):
        _host, guest, _first, second = pair
        live.agree(guest, False)
        second.next("consent", 1)
        live.agree(guest, True)
        assert second.next("consent", 1)["reading"] is True

    def test_readings_go_to_those_who_agreed_alone(self, service, live, join, pair):
        host, guest, first, second = pair
        third_member = live.guest(host.room, "Third")
        third = join(third_member)
        hub, room_id = service.service.hub, host.room_id
        service.call(lambda: hub.share(room_id, guest.id, READING))
        assert first.next("reading")["reading"]["fused"]["emotion"] == "happy"
        assert third.silent("reading", 0.3) and second.silent("reading", 0.1)
        service.call(lambda: hub.share(room_id, third_member.id, READING))
        assert first.silent("reading", 0.3)

    def test_in_the_eu_the_service_says_why_and_reads_nobody(self, service, live, join):
        room = live.assessment("FR")
        candidate = live.guest(room, candidate=True)
        socket = join(candidate)
        assert socket.welcome["room"]["reading_allowed"] is False
        assert "AI Act" in socket.welcome["room"]["why_not"]
        socket.send(type="consent", reading=True)
        assert "prohibited" in socket.next("error", code="consent")["message"]
        assert socket.next("consent")["reading"] is False
        assert not service.call(lambda: service.service.hub.may_read(candidate.id))

    def test_removal_and_closing_by_the_web(self, service, live, pair):
        _host, guest, first, second = pair
        operations.remove(guest)
        db.session.commit()
        assert second.next("error", 1)["code"] == "removed"
        assert second.closing_code() == 4403
        assert first.next("left", 1) == {"type": "left", "id": guest.id, "why": "removed"}
        operations.close(guest.room)
        db.session.commit()
        assert first.next("error", 1)["code"] == "closed"
        assert first.closing_code() == 4403

    def test_a_room_whose_time_is_over(self, pair):
        host, _guest, first, second = pair
        host.room.expires_at = now()
        db.session.commit()
        for socket in (first, second):
            assert socket.next("error", 1)["code"] == "closed"
            assert socket.closing_code() == 4403

    def test_a_database_that_is_away_opens_nothing(self, service, pair, monkeypatch):
        _host, guest, _first, second = pair
        hub = service.service.hub

        def fail(_ids):
            raise OSError("the database is away")

        with monkeypatch.context() as broken:
            broken.setattr(hub.store, "snapshots", fail)
            assert second.next("consent", 2)["reading"] is False
            assert not service.call(lambda: hub.may_read(guest.id))
        assert second.next("consent", 2)["reading"] is True

    def test_what_is_kept_is_the_owners_and_little(self, service, live, pair, monkeypatch):
        host, guest, _first, _second = pair
        hub = service.service.hub
        monkeypatch.setattr("webapp.live.service.hub.NOTE", 0.1)
        for member in (host, guest):
            for _ in range(5):
                service.call(lambda member=member: hub.share(member.room_id, member.id, READING))
        deadline = time.monotonic() + 3
        while host.track is None and time.monotonic() < deadline:
            time.sleep(0.05)
            db.session.expire_all()
        assert [row[1:] for row in host.track.rows] == [["happy", 0.8, 0.6]], "one row of several in three seconds"
        assert guest.track is None, "of a friend nothing is kept"

    def test_tokens_for_reading_are_of_no_use_on_signal(self, live, dial, pair):
        socket = dial()
        socket.send(type="join", token=tokens.issue(pair[1], "reading", ORIGIN))
        assert socket.closing_code() == 4401
