"""What a call leaves, for real: a side recorded in a practice room, read by the workers, in its owner's report."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.conftest import FLAGS, Watch, chromium_path
from tests.browser.rooms import CAMERAS, Place, person, write_camera
from webapp.analysis.models import Analysis, AnalysisState
from webapp.core.database import db
from webapp.live.models import Member
from webapp.policy import Modality

pytestmark = pytest.mark.timeout(600)
#: What workers do beside a busy browser.
READ = 180_000


@pytest.mark.full
def test_a_practice_call_leaves_its_owner_a_report(
    viva, playwright: Playwright, watch: Watch, sign_in, look, tmp_path: Path
):
    write_camera(tmp_path / "camera", CAMERAS["left"], 0)
    place = Place(viva)
    with person(playwright, list(FLAGS), chromium_path(), tmp_path / "camera", place, "Recruiter", watch.on) as host:
        page = host.page
        host.open_lobby(sign_in)
        host.go_in(reading=True)
        page.locator("#control-record").click()
        page.locator("#record-dialog").get_by_role("button", name="Start recording").click()
        expect(host.tile("Recruiter").locator(".sign-recording")).to_be_visible()
        page.wait_for_timeout(8000)
        page.locator("#control-record").click()
        expect(page.locator("#notice")).to_contain_text("Your recording is saved", timeout=READ)
        page.wait_for_timeout(6000)  # rows of the readings are noted every five seconds
        page.locator("#control-leave").click()
        page.wait_for_url("**/after")

        # What may be read is asked once there is something to read; the report opens when it has been handed in.
        page.get_by_label("Analyse my facial expressions").check()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status").first).to_contain_text("Your choices have been saved.")
        report = page.get_by_role("link", name="Open the report")
        host.until(lambda: page.reload() and report.count() == 1, 120)
        look(page, "after a live call")
        assert "was analysed for" in page.locator("section[aria-labelledby=readings]").inner_text()
        report.click()
        host.until(lambda: _is_read(viva, place), 180)
        page.reload()
        look(page, "report of a live call")

        # It is the owner's own: taking the consent back deletes what was kept of the call's readings.
        page.goto(f"/live/rooms/{place.id}/after")
        page.get_by_role("button", name="Withdraw my consent to analysis").click()
        expect(page.locator("section[aria-labelledby=readings]")).to_contain_text("withdrawn")


def _is_read(viva, place: Place) -> bool:
    """Whether the face in the recording has been read, as the database has it."""
    with viva.app.app_context():
        member = db.session.query(Member).filter_by(room_id=place.id).one()
        row = db.session.query(Analysis).filter_by(interview_id=member.interview_id, modality=Modality.FACE).one()
        return row.state is AnalysisState.DONE and row.result["coverage"] > 0
