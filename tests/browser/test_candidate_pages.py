"""In a real browser, as a candidate: captions that stay off where they were turned off, and pictures of a reading."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, expect
from playwright.sync_api import Page as Tab
from werkzeug.serving import make_server

from ml.core.errors import MediaError
from ml.core.readings import Track
from tests.webapp.analysis.samples import answer_all, face_reading
from tests.webapp.conftest import app, client, make, open_interview
from tests.webapp.recordings.conftest import _webm
from webapp.accounts.models import Role
from webapp.analysis.models import Analysis, AnalysisState
from webapp.clips import operations as clips
from webapp.clips import preparing
from webapp.core.database import db
from webapp.policy import Modality
from webapp.questions import operations as sets
from webapp.questions.models import SetState
from webapp.saliency import face

__all__ = ["app", "client", "make", "open_interview"]
#: One grey point.
_PICTURE = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs="


@pytest.fixture
def address(app) -> Iterator[str]:
    app.config["SERVER_NAME"] = None
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


def browser_of(client: FlaskClient, chromium: Browser, address: str) -> BrowserContext:
    """A browser with the cookies of ``client``, and nothing else of it."""
    context = chromium.new_context()
    context.add_cookies([{"name": each.key, "value": each.value, "url": address} for each in client._cookies.values()])
    return context


def captions(tab: Tab, page: str) -> str:
    """How the captions of the question's clip are: showing or disabled."""
    tab.goto(page)
    tab.wait_for_function("document.querySelector('.clip').readyState > 0")
    return tab.evaluate("document.querySelector('.clip').textTracks[0].mode")


@pytest.mark.full
def test_captions_that_were_turned_off_stay_off_in_that_browser_alone(address, chromium, client, make, open_interview):
    admin = make.user(Role.ADMIN)
    draft = make.question_set("text", state=SetState.DRAFT, created_by=admin)
    clip = clips.receive(io.BytesIO(_webm(audio=True)), by=admin)
    clips.give_captions(clip, "Tell us about it.", language="en")
    db.session.commit()
    preparing.prepare(clip.id)
    db.session.expire_all()
    sets.set_clip(draft.questions[0], clip, by=admin)
    sets.publish(draft, by=admin)
    interview = open_interview(make.interview(invitation=make.invitation(question_set=draft, created_by=admin)))
    client.post(f"/interview/{interview.id}/questions/1/show")
    here = f"{address}/interview/{interview.id}"
    context = browser_of(client, chromium, address)
    tab, question = context.new_page(), f"{here}/questions/1"
    assert captions(tab, question) == "showing"
    tab.goto(f"{here}/help")
    switch = tab.get_by_label("No captions in videos of questions")
    switch.check()
    for _again in range(2):
        assert captions(tab, question) == "disabled"
    assert captions(context.new_page(), question) == "disabled"
    other = browser_of(client, chromium, address)
    assert captions(other.new_page(), question) == "showing"
    tab.goto(f"{here}/help")
    expect(switch).to_be_checked()
    switch.uncheck()
    assert captions(tab, question) == "showing"
    context.close()
    other.close()


@pytest.mark.full
def test_each_moment_of_a_face_has_its_picture_once_somebody_opens_the_question(
    address, chromium, client, make, open_interview, monkeypatch
):
    asked: list[float] = []

    def made(_answer: object, _reading: object, time: float) -> dict[str, object]:
        asked.append(time)
        if time > 1:
            raise MediaError("missing", "The recording of this answer is no longer stored.")
        seen = {"label": "neutral", "name": "Neutral", "probability": 0.9, "words": "the mouth", "picture": _PICTURE}
        return {"expressions": [seen | {"alt": "The face at this moment."}]}

    monkeypatch.setattr(face, "_make", made)
    interview = answer_all(make, make.interview())
    answer = next(each for each in interview.answers if each.question.position == 1)
    track = Track(("neutral", "happy"), [0.0, 1.5], [[0.9, 0.1], [0.2, 0.8]])
    row = Analysis(
        interview=interview, answer=answer, modality=Modality.FACE, state=AnalysisState.DONE,
        result=face_reading(track=track).to_json(), model_name="face",
    )  # fmt: skip
    db.session.add(row)
    open_interview(interview)
    db.session.commit()
    context = browser_of(client, chromium, address)
    tab = context.new_page()
    tab.goto(f"{address}/interview/{interview.id}/data")
    tab.wait_for_load_state("networkidle")
    assert asked == []
    tab.get_by_text("Question 1:").last.click()
    moments = tab.locator("[data-moment]")
    expect(moments.first.get_by_role("img", name="The face at this moment.")).to_be_visible()
    expect(moments.first).to_contain_text("Neutral, 90 %: the mouth")
    expect(moments.first).to_contain_text("The model has changed")
    expect(moments.last).to_contain_text("no longer stored")
    assert len(asked) == 2
    context.close()
