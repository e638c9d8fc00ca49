"""WebKit without a camera, a recorder or WebRTC: the written way is open to the end, and a live room says what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.rooms import Place
from tests.browser.webkit import WebKit, is_there
from webapp.core.database import db
from webapp.interviews.models import Interview, InterviewState

pytestmark = [
    pytest.mark.full,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not is_there(),
        reason="no WebKit (apt-get install webkit2gtk-driver xvfb): the candidate's way in WebKit was left out",
    ),
]


@pytest.fixture
def webkit(tmp_path: Path) -> Iterator[WebKit]:
    browser = WebKit(tmp_path / "webkit")
    yield browser
    browser.close()


def test_the_written_way_from_invitation_to_submission(viva, webkit: WebKit):
    webkit.open(viva.invitation("CA", "video audio text"))
    webkit.click("Start|Continue")
    webkit.until("/^.interview/.test(location.pathname) && document.readyState === 'complete'")
    webkit.click("^Start$")
    webkit.until("document.querySelector('input[type=checkbox]')")
    webkit.run("document.querySelectorAll('input[type=checkbox]').forEach((box) => { box.checked = true; })")
    webkit.run("document.querySelector('#place').value = 'CA-ON'")
    webkit.click("Save and continue")
    webkit.click("Turn on")
    webkit.until("document.body.innerText.includes('No camera and microphone was found')")
    webkit.run("document.querySelector('main .btn-primary.btn-lg').click()")
    for number in (1, 2, 3):
        webkit.until(f"location.pathname.endsWith('/questions/{number}') && document.readyState === 'complete'")
        if number < 3:  # a question that is recorded in other browsers
            webkit.until("document.body.innerText.includes('This browser cannot record')")
            webkit.until("document.querySelector('#text').checkVisibility()")
        webkit.run(
            f"(() => {{ const it = document.querySelector('#text'); it.value = 'Answer {number} in my own words.';"
            " it.dispatchEvent(new Event('input', { bubbles: true })); })()"
        )
        webkit.until("document.querySelector('#saved').innerText.includes('Saved')")
        webkit.click("Save and continue")
    webkit.until("document.body.innerText.includes('Every question has an answer.')")
    webkit.click("^Submit$")
    webkit.until("document.querySelector('h1').innerText.includes('submitted')")
    with viva.app.app_context():
        interview = db.session.query(Interview).order_by(Interview.submitted_at.desc()).first()
        assert interview.state is InterviewState.SUBMITTED
        words = sorted(answer.text for answer in interview.answers)
        assert words == [f"Answer {number} in my own words." for number in (1, 2, 3)]


def test_a_live_room_says_that_this_browser_cannot_take_part(viva, webkit: WebKit):
    webkit.open(Place(viva).link)
    webkit.until("document.querySelector('#device-problem').innerText.includes('This browser cannot make calls')")
