"""The room's pages: who gets in and how, who may do what, and what nobody may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from tests.webapp.live.conftest import ORIGIN
from webapp.accounts.models import Role
from webapp.core.database import db, now
from webapp.live import operations, tokens
from webapp.live.models import Member, Room
from webapp.policy import Mode


def post(client: FlaskClient, url: str, **data):
    return client.post(url, json=data, headers={"Origin": ORIGIN})


def enter(client: FlaskClient, room: Room, name: str = "Guest", *, candidate: bool = False, **data) -> Member:
    """Come by the link, as a browser does."""
    link = tokens.link_of(room, candidate=candidate)
    assert client.get(f"/live/join/{link}").status_code == 302
    answer = client.post(f"/live/rooms/{room.id}", data={"name": name, **data})
    assert answer.status_code == 302, answer.text
    return room.members[-1]


class TestMaking:
    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.GUEST])
    def test_everybody_can_make_a_practice_room(self, client, make, sign_in, role):
        user = sign_in(make.user(role))
        assert client.get("/live/new").status_code == 200
        answer = client.post("/live/new", data={"title": "With a friend", "hours": "2"})
        room = db.session.scalars(db.select(Room)).one()
        assert answer.location.endswith(f"/live/rooms/{room.id}/manage")
        assert (room.mode, room.owner_id, room.members[0].role.value) == (Mode.PRACTICE, user.id, "host")
        assert client.get("/live").text.count("With a friend") >= 1

    def test_a_recruiter_makes_one_for_a_job(self, client, make, sign_in):
        position = make.position(created_by=sign_in(make.user()))
        data = {"title": "Second talk", "hours": "2", "position": position.id, "candidate_name": "Kim Tremblay"}
        assert client.post("/live/new", data=data).status_code == 302
        room = db.session.scalars(db.select(Room)).one()
        assert (room.mode, room.position_id, room.candidate_name) == (Mode.ASSESSMENT, position.id, "Kim Tremblay")
        page = client.get(f"/live/rooms/{room.id}/manage").text
        assert "Link for Kim Tremblay" in page and "Link for guests" in page

    def test_the_candidate_has_to_be_named(self, client, make, sign_in):
        position = make.position(created_by=sign_in(make.user()))
        answer = client.post("/live/new", data={"title": "Talk", "hours": "2", "position": position.id})
        assert answer.status_code == 422 and "Enter the name of the candidate." in answer.text

    def test_somebody_elses_job_is_none(self, client, make, sign_in):
        sign_in(make.user())
        data = {"title": "Talk", "hours": "2", "position": make.position().id, "candidate_name": "Kim"}
        assert client.post("/live/new", data=data).status_code == 422
        sign_in(make.user(Role.CANDIDATE))
        assert client.post("/live/new", data=data).status_code == 422
        assert db.session.scalars(db.select(Room)).all() == []

    def test_from_an_interview(self, client, make, sign_in):
        recruiter = sign_in(make.user())
        interview = make.interview("FR", invitation=make.invitation("FR", created_by=recruiter))
        page = client.get(f"/live/new?interview={interview.id}").text
        assert interview.candidate_name in page and "prohibited" in page
        client.post("/live/new", data={"title": "Talk", "hours": "2", "interview": interview.id})
        room = db.session.scalars(db.select(Room)).one()
        assert (room.interview_id, room.position_id, room.mode) == (
            interview.id,
            interview.position_id,
            Mode.ASSESSMENT,
        )

    def test_from_an_interview_of_others(self, client, make, sign_in):
        assessment, practice = make.interview(), make.practice()
        for role in (Role.RECRUITER, Role.CANDIDATE):
            sign_in(make.user(role))
            for interview in (assessment, practice):
                assert client.get(f"/live/new?interview={interview.id}").status_code == 404
                data = {"title": "T", "hours": "1", "interview": interview.id}
                assert client.post("/live/new", data=data).status_code == 404

    @pytest.mark.parametrize("hours", ["0", "745", "-1", "x", ""])
    def test_it_ends_some_day(self, client, make, sign_in, hours):
        sign_in(make.user())
        assert client.post("/live/new", data={"title": "T", "hours": hours}).status_code == 422

    @pytest.mark.parametrize("page", ["/live", "/live/", "/live/new", "/live/new/", "/practice/", "/positions"])
    def test_with_and_without_a_slash(self, client, make, sign_in, page):
        sign_in(make.user(Role.RECRUITER))
        assert client.get(page).status_code == 200

    def test_strangers_are_asked_to_sign_in(self, client):
        for url in ("/live", "/live/new"):
            assert "/sign-in" in client.get(url).location


class TestComingIn:
    def test_by_the_guests_link(self, client, live):
        room = live.practice()
        assert client.get(f"/live/rooms/{room.id}").status_code == 404
        client.get(f"/live/join/{tokens.link_of(room)}")
        assert client.get(f"/live/rooms/{room.id}").status_code == 200
        assert client.get(f"/live/rooms/{room.id}/call").location.endswith(f"/live/rooms/{room.id}"), "lobby first"
        member = enter(client, room, "Alex")
        assert (member.name, member.role.value, member.is_candidate, member.reading) == ("Alex", "guest", False, False)
        assert client.get(f"/live/rooms/{room.id}/call").status_code == 200

    def test_reading_is_agreed_to_by_a_tick_alone(self, client, live):
        assert enter(client, live.practice(), reading="yes").reading is True

    def test_a_tick_that_should_not_be_there(self, client, live):
        assert enter(client, live.assessment("FR"), candidate=True, reading="yes").reading is False

    def test_coming_again_is_the_same_person(self, client, live):
        room = live.practice()
        first = enter(client, room)
        assert enter(client, room).id == first.id
        assert len(room.members) == 2

    def test_the_candidate_is_one_person_from_anywhere(self, app, client, live):
        room = live.assessment()
        member = enter(client, room, "Somebody else", candidate=True)
        assert (member.name, member.is_candidate) == ("Kim Tremblay", True)
        assert enter(app.test_client(), room, candidate=True).id == member.id

    def test_the_host_and_people_with_an_account_by_name(self, client, live, make, sign_in):
        room = live.practice()
        sign_in(room.owner)
        assert client.get(f"/live/rooms/{room.id}/call").status_code == 200
        friend = sign_in(make.user(Role.CANDIDATE))
        assert enter(client, room).user_id == friend.id

    def test_no_name_no_entry(self, client, live):
        room = live.practice()
        client.get(f"/live/join/{tokens.link_of(room)}")
        assert client.post(f"/live/rooms/{room.id}", data={"name": "  "}).status_code == 422

    @pytest.mark.parametrize("link", ["forged", "WyJhIiwxLCJndWVzdCJd.x"])
    def test_a_forged_link(self, client, link):
        assert client.get(f"/live/join/{link}").status_code == 404

    def test_a_replaced_link(self, client, live):
        room = live.practice()
        old = tokens.link_of(room)
        assert client.get(f"/live/join/{old}").status_code == 302, "opened, not entered yet"
        operations.renew_links(room)
        db.session.commit()
        assert client.get(f"/live/join/{old}").status_code == 404
        assert client.get(f"/live/rooms/{room.id}").status_code == 404

    def test_a_link_that_is_over(self, client, live):
        room = live.practice()
        link = tokens.link_of(room)
        room.expires_at = now() - timedelta(seconds=1)
        db.session.commit()
        answer = client.get(f"/live/join/{link}")
        assert answer.status_code == 410 and "This room is closed" in answer.text

    def test_sockets_are_in_the_rooms_policy_and_in_no_other_pages(self, app, client, live):
        room = live.practice()
        enter(client, room)
        page = client.get(f"/live/rooms/{room.id}/call")
        assert "connect-src 'self' ws://viva.test:81;" in page.headers["Content-Security-Policy"]
        assert "ws:" not in client.get(f"/live/rooms/{room.id}").headers["Content-Security-Policy"]
        app.config["LIVE_URL"] = "wss://live.example.org/x"
        policy = client.get(f"/live/rooms/{room.id}/call").headers["Content-Security-Policy"]
        assert "connect-src 'self' wss://live.example.org;" in policy
        app.config["LIVEKIT_URL"] = "wss://kit.example.org"
        policy = client.get(f"/live/rooms/{room.id}/call").headers["Content-Security-Policy"]
        assert "wss://live.example.org wss://kit.example.org https://kit.example.org;" in policy

    def test_the_name_is_text(self, client, live):
        room = live.practice()
        enter(client, room, "<script>alert(1)</script>")
        assert "<script>alert" not in client.get(f"/live/rooms/{room.id}/call").text


class TestTokens:
    def test_a_member_gets_one_for_this_page(self, app, client, live):
        room = live.practice()
        member = enter(client, room)
        answer = post(client, f"/live/rooms/{room.id}/token", purpose="signal").get_json()
        assert answer["url"] == "ws://viva.test:81" and answer["expires_in"] == 60
        claims = tokens.check(answer["token"], "signal", ORIGIN)
        assert (claims.room_id, claims.member_id, claims.purpose) == (room.id, member.id, "signal")

    def test_behind_tls(self, client, live):
        room = live.practice()
        enter(client, room)
        url = f"/live/rooms/{room.id}/token"
        answer = client.post(url, json={"purpose": "signal"}, base_url="https://viva.test").get_json()
        assert answer["url"] == "wss://viva.test/live/service"
        assert tokens.check(answer["token"], "signal", "https://viva.test")

    def test_for_reading_with_consent_alone(self, client, live):
        room = live.practice()
        member = enter(client, room)
        assert post(client, f"/live/rooms/{room.id}/token", purpose="reading").status_code == 403
        live.agree(member)
        assert post(client, f"/live/rooms/{room.id}/token", purpose="reading").status_code == 200

    def test_for_reading_never_in_the_eu(self, client, live):
        room = live.assessment("FR")
        enter(client, room, candidate=True)
        answer = post(client, f"/live/rooms/{room.id}/token", purpose="reading")
        assert answer.status_code == 403
        assert answer.get_json()["error"]["code"] == "prohibited_in_eea"

    @pytest.mark.parametrize("purpose", [None, "", "admin", 7])
    def test_for_nothing_else(self, client, live, purpose):
        room = live.practice()
        enter(client, room)
        assert post(client, f"/live/rooms/{room.id}/token", purpose=purpose).status_code == 400

    def test_not_for_those_who_were_removed_and_not_in_closed_rooms(self, client, live):
        room = live.practice()
        member = enter(client, room)
        operations.remove(member)
        db.session.commit()
        assert post(client, f"/live/rooms/{room.id}/token", purpose="signal").status_code == 403
        over = live.practice()
        enter(client, over)
        operations.close(over)
        db.session.commit()
        assert post(client, f"/live/rooms/{over.id}/token", purpose="signal").status_code == 410

    def test_consent_by_the_web(self, client, live):
        room = live.practice()
        member = enter(client, room)
        for wanted in (True, False):
            assert post(client, f"/live/rooms/{room.id}/consent", reading=wanted).get_json() == {"reading": wanted}
            assert member.reading is wanted
        assert post(client, f"/live/rooms/{room.id}/consent", reading="yes").status_code == 400

    def test_consent_is_refused_in_the_eu_and_can_be_taken_back_after_the_call(self, client, live):
        room = live.assessment("FR")
        enter(client, room, candidate=True)
        assert post(client, f"/live/rooms/{room.id}/consent", reading=True).status_code == 403
        over = live.practice()
        member = enter(client, over, reading="yes")
        operations.close(over)
        db.session.commit()
        assert post(client, f"/live/rooms/{over.id}/consent", reading=False).status_code == 200
        assert not member.reading


#: Everything about one room, and whom it lets in besides its host: anybody inside, or nobody.
#: Of assessments alone, for those who review the position: tests/webapp/live/test_guide.py.
GUIDE = {"live.guide", "live.choose_questions", "live.write_note", "live.keep_scores", "live.score"}
ROUTES = [
    ("GET", "live.lobby", True),
    ("GET", "live.call", True),
    ("GET", "live.after", True),
    ("GET", "live.manage", False),
    ("POST", "live.lobby", True),
    ("POST", "live.token", True),
    ("POST", "live.consent", True),
    ("POST", "live.leave", True),
    ("POST", "live.after", True),
    ("POST", "live.recording", True),
    ("POST", "live.renew_links", False),
    ("POST", "live.remove", False),
    ("POST", "live.close", False),
    ("POST", "live.delete", False),
]
JSON = {
    "live.token": {"purpose": "signal"},
    "live.consent": {"reading": False},
    "live.recording": {"filetype": "video/webm"},
}


class TestRoles:
    def test_every_route_is_in_the_matrix(self, app: Flask):
        routes = {
            (method, rule.endpoint)
            for rule in app.url_map.iter_rules()
            if "room_id" in rule.arguments and rule.endpoint.startswith("live.") and rule.endpoint not in GUIDE
            for method in rule.methods - {"HEAD", "OPTIONS"}
        }
        assert routes == {(method, endpoint) for method, endpoint, _inside in ROUTES}

    @pytest.mark.parametrize("who", ["stranger", "other host", "recruiter", "admin", "guest", "host"])
    def test_each_at_each_route(self, app, client, live, make, sign_in, who):
        wrong = []
        for method, endpoint, inside in ROUTES:
            room = live.practice()
            third = live.guest(room, "Third")
            browser = app.test_client()
            client.post("/sign-out")
            if who == "other host":
                sign_in(live.practice().owner)
            elif who in ("recruiter", "admin"):
                sign_in(make.user(Role(who)))
            elif who == "host":
                sign_in(room.owner)
            browser = client
            if who == "guest":
                browser = app.test_client()
                enter(browser, room)
            if endpoint == "live.delete" and who == "host":
                operations.close(room)
            values = {"room_id": room.id} | ({"member_id": third.id} if endpoint == "live.remove" else {})
            body = {"json": JSON[endpoint]} if endpoint in JSON else {"data": {"name": "X"}} if method == "POST" else {}
            answer = browser.open(url_for(endpoint, **values), method=method, **body)
            allowed = who == "host" or (who == "guest" and inside)
            if allowed != (answer.status_code < 400) and not (who == "guest" and endpoint == "live.recording"):
                wrong.append((method, endpoint, answer.status_code))
            if not allowed and answer.status_code != 404:
                wrong.append((method, endpoint, answer.status_code))
        assert wrong == []

    def test_a_host_removes_in_their_own_room_alone(self, client, live, sign_in):
        mine, other = live.practice(), live.practice()
        elsewhere = live.guest(other)
        sign_in(mine.owner)
        url = f"/live/rooms/{mine.id}/members/{{}}/remove"
        assert client.post(url.format(elsewhere.id)).status_code == 404
        assert elsewhere.removed_at is None
        assert client.post(url.format(mine.members[0].id)).status_code == 403, "not oneself"
        guest = live.guest(mine)
        number = mine.link_number
        assert client.post(url.format(guest.id), json={}).get_json() == {"ok": True}
        assert guest.removed_at is not None and mine.link_number == number + 1

    def test_who_was_removed_does_not_come_back_by_name(self, client, live, make, sign_in):
        room = live.practice()
        friend = make.user(Role.CANDIDATE)
        member = live.guest(room, user=friend)
        operations.remove(member)
        db.session.commit()
        sign_in(friend)
        assert client.get(f"/live/rooms/{room.id}").status_code == 403
        client.get(f"/live/join/{tokens.link_of(room)}")
        assert client.post(f"/live/rooms/{room.id}", data={"name": "Again"}).status_code == 403

    def test_deleting(self, client, live, sign_in):
        """A practice room that is over; never an assessment, whose record stays."""
        room = live.practice()
        live.agree(live.guest(room))
        sign_in(room.owner)
        url = f"/live/rooms/{room.id}/delete"
        assert client.post(url).status_code == 403, "still open"
        operations.close(room)
        db.session.commit()
        assert client.post(url).status_code == 302
        for table in ("live_rooms", "live_members", "live_consents"):
            assert db.session.execute(db.select(db.metadata.tables[table])).all() == []
        kept = live.assessment()
        operations.close(kept)
        sign_in(kept.owner)
        assert client.post(f"/live/rooms/{kept.id}/delete").status_code == 403

    def test_closing_leads_to_what_is_left(self, client, live, sign_in):
        room = live.practice()
        sign_in(room.owner)
        assert client.post(f"/live/rooms/{room.id}/close").location.endswith("/after")
        assert client.get(f"/live/rooms/{room.id}/call").status_code == 410
        assert client.get(f"/live/rooms/{room.id}/after").status_code == 200

    def test_too_many_people_are_no_members(self, live, monkeypatch):
        monkeypatch.setattr(operations, "MOST_MEMBERS", 2)
        room = live.practice()
        live.guest(room)
        with pytest.raises(operations.RoomError):
            live.guest(room)
