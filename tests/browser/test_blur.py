"""The blur of backgrounds in a real browser: what is recorded is blurred, and a slow computer gives it up."""

from __future__ import annotations

import io
import re

import av
import numpy as np
import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.test_recording import begin, record, recordings, saved
from webapp.core.database import db
from webapp.core.storage import storage
from webapp.recordings.models import Recording

pytestmark = pytest.mark.full

#: Chromium without a graphics processor beside other work is too slow for 24 pictures a second: any number will do.
PATIENT = """
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (message, ...rest) { return post.call(this, {...message, least: 1}, ...rest); };
"""


def loads_of(page: Page) -> list[str]:
    """The addresses that the page and its workers ask for from now on, as far as they are the blur's."""
    found: list[str] = []

    def note(request: Request) -> None:
        if "blur_worker" in request.url or "segmentation" in request.url:
            found.append(request.url)

    page.context.on("request", note)
    return found


def frames_of(viva, recording: Recording) -> list[tuple[float, np.ndarray]]:
    """A recording's pictures: when (seconds), and grey values (0..255) of shape (height, width)."""
    with viva.app.app_context():
        data = storage.read(db.session.get(Recording, recording.id).original_key)
    with av.open(io.BytesIO(data)) as container:
        return [(frame.time, frame.to_ndarray(format="gray").astype(float)) for frame in container.decode(video=0)]


def sharpness(picture: np.ndarray, left: float, right: float, top: float, bottom: float) -> float:
    """The mean step between neighbouring pixels of a part, whose edges are shares of the picture."""
    height, width = picture.shape
    part = picture[int(top * height) : int(bottom * height), int(left * width) : int(right * width)]
    return float(np.abs(np.diff(part, axis=1)).mean())


def take(viva, page: Page, seconds: float = 2.5) -> Recording:
    count = page.locator("#takes .take[data-state=ready]").count()
    record(page, seconds)
    page.get_by_role("button", name="Stop").click()
    return recordings(viva, saved(page, count + 1))[-1]


def test_what_is_recorded_has_a_blurred_background_and_the_same_face(viva, page):
    page.add_init_script(PATIENT)
    loads = loads_of(page)
    begin(page, viva.invitation(kinds="video"))
    switch = page.get_by_role("switch", name="Blur my background")
    expect(switch).not_to_be_checked()
    plain = take(viva, page)
    assert not plain.blurred
    assert not loads  # nothing is fetched before somebody chooses it
    switch.check()
    expect(page.get_by_role("button", name="Record another take")).to_be_enabled()
    assert any("segmentation" in url for url in loads)
    blurred = take(viva, page)
    assert blurred.blurred and blurred.has_audio
    expect(page.get_by_text("Background blurred")).to_be_visible()
    assert abs(blurred.seconds - plain.seconds) < 1.5
    before, after = ([picture for _, picture in frames_of(viva, one)] for one in (plain, blurred))
    assert len(after) >= 5
    behind, face = (0.0, 1.0, 0.0, 0.25), (0.42, 0.58, 0.45, 0.75)
    measured = {
        name: (np.median([sharpness(x, *part) for x in before]), np.median([sharpness(x, *part) for x in after]))
        for name, part in (("behind", behind), ("face", face))
    }
    assert measured["behind"][1] < 0.6 * measured["behind"][0], measured
    assert measured["face"][1] > 0.75 * measured["face"][0], measured
    page.reload()  # it is remembered
    expect(switch).to_be_checked()


def test_a_slow_computer_gives_it_up_and_the_recording_goes_on(viva, page):
    begin(page, viva.invitation(kinds="video"))
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    switch = page.get_by_role("switch", name="Blur my background")
    switch.check()
    start = page.get_by_role("button", name="Start recording")
    expect(start).to_be_enabled()
    start.click()
    expect(page.locator("#blur-status")).to_contain_text("too slow to blur your background")
    expect(page.locator("#announcer")).to_contain_text(re.compile("blur is off|Recording"))
    expect(switch).not_to_be_checked()
    page.wait_for_timeout(2500)
    page.get_by_role("button", name="Stop").click()
    (recording,) = recordings(viva, saved(page))
    assert recording.seconds > 2.5
    times = [at for at, _ in frames_of(viva, recording)]
    assert max(np.diff(times)) < 1  # no gap where it was given up
