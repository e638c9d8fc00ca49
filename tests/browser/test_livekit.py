"""A call that a server carries: LiveKit's own client in real browsers, at a server of ours that speaks its protocol.

No LiveKit server can be had from a package registry; see tests/livekit.py for what stands for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests import livekit
from tests.browser.conftest import FLAGS, chromium_path
from tests.browser.live import Viva
from tests.browser.rooms import CAMERAS, Person, Place, person, write_camera
from webapp.core.database import db
from webapp.live import operations as rooms
from webapp.live.models import Member

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def carrier() -> Iterator[livekit.Server]:
    with livekit.running() as server:
        yield server


@pytest.fixture
def carried(tmp_path: Path, carrier: livekit.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Viva]:
    """A Viva of its own whose calls go through the server."""
    for name, value in (("URL", carrier.url), ("KEY", livekit.KEY), ("SECRET", livekit.SECRET)):
        monkeypatch.setenv(f"VIVA_LIVEKIT_{name}", value)
    monkeypatch.setenv("VIVA_LIVE_READERS", "0")
    viva = Viva(tmp_path / "home")
    viva.start()
    yield viva
    viva.stop()


@pytest.fixture
def two(carried, playwright: Playwright, tmp_path: Path, watch, sign_in) -> Iterator[tuple[Place, Person, Person]]:
    """A room, its host and Kim, both inside with cameras and microphones."""
    place = Place(carried)
    with ExitStack() as stack:
        people = []
        for number, (name, camera) in enumerate((("Recruiter", "left"), ("Kim", "right"))):
            write_camera(tmp_path / camera, CAMERAS[camera], number)
            browser = person(playwright, list(FLAGS), chromium_path(), tmp_path / camera, place, name, watch.on)
            people.append(stack.enter_context(browser))
        host, kim = people
        host.open_lobby(sign_in)
        host.go_in(reading=False)
        kim.open_lobby()
        kim.go_in(reading=False)
        yield place, host, kim


def plays(somebody: Person, name: str) -> None:
    """The other's picture runs and their sound arrives."""
    video = somebody.tile(name).locator("video").first
    somebody.until(lambda: video.evaluate("(video) => video.videoWidth > 0"), 60)
    began = video.evaluate("(video) => video.currentTime")
    somebody.until(lambda: video.evaluate("(video) => video.currentTime") > began + 0.3, 30)


@pytest.mark.full
def test_a_call_through_the_server(two, carrier, watch):
    watch.allow(r"\{room: |ERR_CONNECTION_REFUSED|WebSocket connection")  # what LiveKit's client says of its server
    place, host, kim = two
    host.meets("Kim")
    kim.meets("Recruiter")
    plays(host, "Kim")
    plays(kim, "Recruiter")
    ids = place.ids()
    assert carrier.refused == [] and carrier.names(place.id) == set(ids.values())
    # Nothing goes from browser to browser, and nobody may do there what is the host's to do.
    assert carrier.published(place.id, ids["Kim"]) == {"camera", "microphone"}
    grants = carrier.rooms[place.id][ids["Kim"]].claims.video
    assert not any((grants.room_admin, grants.room_create, grants.room_list, grants.can_publish_data))

    # A camera that is switched off is not sent; on again, it is.
    kim.page.keyboard.press("v")
    expect(host.tile("Kim")).to_have_attribute("data-camera", "off")
    host.until(lambda: carrier.published(place.id, ids["Kim"]) == {"microphone"}, 30)
    kim.page.keyboard.press("v")
    plays(host, "Kim")

    # The server goes away for good, as far as its client can tell: Viva tries again with fresh tokens until it is back.
    carrier.stop()
    for somebody in (host, kim):
        expect(somebody.page.locator("#notice")).to_contain_text("tried again by itself")
    carrier.start()
    for somebody, name in ((host, "Kim"), (kim, "Recruiter")):
        somebody.meets(name)
        plays(somebody, name)
    assert carrier.names(place.id) == set(ids.values())

    # Who is removed is cut off at the server that carries the call, too.
    with place.viva.app.app_context():
        rooms.remove(db.session.get(Member, ids["Kim"]))
        db.session.commit()
    assert [(method, request) for method, request, _ in carrier.asked] == [
        ("RemoveParticipant", {"room": place.id, "identity": ids["Kim"]})
    ]
    expect(kim.page.locator("#over-dialog")).to_be_visible()
    expect(host.tile("Kim")).to_have_count(0)
    assert carrier.names(place.id) == set(ids.values()) - {ids["Kim"]}
