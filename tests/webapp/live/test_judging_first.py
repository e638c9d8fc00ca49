"""In an interview what is read of the candidate is not shown to interviewers while they talk, unless the operator said
so and the candidate agreed to just that: at the page, at what the web answers, and at the live service."""

from __future__ import annotations

import pytest

from tests.webapp.live.test_consents import READING
from tests.webapp.live.test_rooms import enter
from webapp.core.database import db
from webapp.live import consent_texts, operations, policy
from webapp.live.models import SHOWN, LivePurpose, Track

LINE = "so that they judge for themselves first"


@pytest.fixture
def interview(live):
    """An interviewer and a candidate in a cleared place; both agreed to be read."""
    room = live.assessment("CA")
    host, candidate = room.members[0], live.guest(room, candidate=True)
    live.agree(host)
    live.agree(candidate)
    return room, host, candidate


def switch_on(app):
    app.config["LIVE_SHOW_CANDIDATE"] = True


class TestRule:
    def test_off_unless_the_operator_says_so(self, app, interview):
        room, host, candidate = interview
        assert app.config["LIVE_SHOW_CANDIDATE"] is False
        assert policy.shows_candidate(room).code == "judge_first"
        assert not policy.is_shown(candidate) and policy.is_shown(host)
        assert policy.may_be_read(candidate), "they are read, for themselves and for afterwards"

    def test_practice_is_as_ever(self, live):
        room = live.practice()
        assert policy.shows_candidate(room) and policy.is_shown(room.members[0])

    def test_an_earlier_consent_does_not_cover_it(self, app, live, interview):
        _room, _host, candidate = interview
        switch_on(app)
        assert not policy.is_shown(candidate)
        live.agree(candidate)  # asked again, in the wording of now
        assert policy.is_shown(candidate)
        said = [row.text_version for row in candidate.consents]
        assert said == [consent_texts.VERSION, consent_texts.VERSION + SHOWN]

    def test_switched_off_again_it_is_hidden_again(self, app, live, interview):
        _room, _host, candidate = interview
        switch_on(app)
        live.agree(candidate)
        app.config["LIVE_SHOW_CANDIDATE"] = False
        assert not policy.is_shown(candidate)

    @pytest.mark.parametrize(("said", "on"), [("1", True), ("yes", True), ("", False), ("0", False), ("no", False)])
    def test_the_environment_is_heard(self, monkeypatch, tmp_path, said, on):
        from webapp import create_app

        monkeypatch.setenv("VIVA_LIVE_SHOW_CANDIDATE", said)
        assert create_app({"HOME": tmp_path}).config["LIVE_SHOW_CANDIDATE"] is on


class TestService:
    def test_the_candidates_readings_go_to_nobody_else(self, service, join, interview):
        room, host, candidate = interview
        first, second = join(host), join(candidate)
        assert second.welcome["you"]["shown"] is False
        assert [peer["shown"] for peer in second.welcome["peers"]] == [True]
        hub = service.service.hub
        service.call(lambda: hub.share(room.id, candidate.id, READING))
        assert first.silent("reading", 0.3)
        service.call(lambda: hub.share(room.id, host.id, READING))
        assert second.next("reading")["from"] == host.id, "the interviewer's go to the candidate, who agreed too"

    def test_what_is_kept_is_kept(self, service, join, interview, monkeypatch):
        room, _host, candidate = interview
        join(candidate)
        hub = service.service.hub
        service.call(lambda: hub.share(room.id, candidate.id, READING))
        assert service.call(lambda: list(hub._rows)) == [candidate.id]

    def test_where_it_is_allowed_and_agreed_to_they_go(self, app, live, service, join, interview):
        room, host, candidate = interview
        switch_on(app)
        live.agree(candidate)
        first = join(host)
        join(candidate)
        hub = service.service.hub
        service.call(lambda: hub.share(room.id, candidate.id, READING))
        assert first.next("reading")["reading"]["fused"]["emotion"] == "happy"

    def test_asked_again_in_mid_call_it_counts_within_a_second(self, app, live, service, join, interview):
        _room, host, candidate = interview
        switch_on(app)
        first = join(host)
        join(candidate)
        first.next("peer")
        live.agree(candidate)
        assert first.next("peer", 1)["peer"]["shown"] is True


class TestPages:
    def test_the_question_says_who_sees_it(self, app, client, live):
        room = live.assessment("CA")
        enter(client, room, candidate=True)
        page = f"/live/rooms/{room.id}"
        assert "shown only to the candidate during the call" in client.get(page).text
        switch_on(app)
        assert "The others in the room see the result" in client.get(page).text

    def test_the_room_says_it_to_interviewers_alone(self, app, client, live, interview, sign_in):
        room, _host, _candidate = interview
        sign_in(room.owner)
        for page in ("call", "manage"):
            assert LINE in client.get(f"/live/rooms/{room.id}/{page}").text
        other = app.test_client()
        enter(other, room, candidate=True, reading="yes")
        assert LINE not in other.get(f"/live/rooms/{room.id}/call").text
        switch_on(app)
        assert LINE not in client.get(f"/live/rooms/{room.id}/call").text

    def test_what_is_left_waits_for_the_end(self, client, live, interview, sign_in):
        room, _host, candidate = interview
        candidate.track = Track(rows=[[3.0 * n, "happy", 0.9, 0.5] for n in range(20)])
        db.session.commit()
        sign_in(room.owner)
        url = f"/live/rooms/{room.id}/after"
        page = client.get(url).text
        assert "Happy" not in page and "once the room is closed" in page
        operations.close(room)
        db.session.commit()
        assert "Happy" in client.get(url).text

    def test_a_practice_room_says_nothing_of_it(self, client, live, sign_in):
        room = live.practice()
        operations.decide(room.members[0], LivePurpose.READING, True)
        db.session.commit()
        sign_in(room.owner)
        assert LINE not in client.get(f"/live/rooms/{room.id}/call").text
