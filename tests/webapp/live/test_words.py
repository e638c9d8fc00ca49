"""What the lobby and the room say to whom."""

from __future__ import annotations

import pytest

from webapp.live import tokens


@pytest.fixture
def lobby(client, sign_in):
    def lobby(room) -> str:
        return client.get(f"/live/rooms/{room.id}").text

    return lobby


def test_the_host_is_spoken_to_as_the_host(live, lobby, client, sign_in):
    for room in (live.assessment(), live.practice()):
        sign_in(room.owner)
        page = lobby(room)
        assert "You host this" in page and "end the call for everyone" in page
        assert "the people who invited you" not in page and "who have the link" not in page
        client.post("/sign-out")


def test_guests_and_candidates_are_not(live, lobby, client):
    room = live.assessment()
    client.get(f"/live/join/{tokens.link_of(room, candidate=True)}")
    page = lobby(room)
    assert "the people who invited you" in page and "You host" not in page


def test_the_room_knows_whose_results_are_kept(live, client, sign_in, app):
    room = live.assessment()
    sign_in(room.owner)
    host = client.get(f"/live/rooms/{room.id}/call").text
    assert 'data-results-kept="no"' in host
    candidate = app.test_client()
    candidate.get(f"/live/join/{tokens.link_of(room, candidate=True)}")
    candidate.post(f"/live/rooms/{room.id}", data={"name": "Kim"})
    assert 'data-results-kept="yes"' in candidate.get(f"/live/rooms/{room.id}/call").text
