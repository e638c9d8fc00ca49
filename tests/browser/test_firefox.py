"""The candidate's whole way in a real Firefox: link, consent, devices, recording, a dead network, writing, submission."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.bidi import Firefox, firefox_path
from webapp.core.database import db
from webapp.interviews.models import InterviewState
from webapp.recordings.models import Recording, RecordingState

pytestmark = [
    pytest.mark.full,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        firefox_path() is None,
        reason="no Firefox (apt-get install firefox-esr): the candidate's way in Firefox was left out",
    ),
]


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    browser = Firefox(tmp_path / "firefox")
    yield browser
    browser.close()


def begin(firefox: Firefox, link: str) -> None:
    """Open a link, agree to everything, and come to the device check."""
    firefox.open(link)
    firefox.click("Start|Continue")
    firefox.until("/^.interview/.test(location.pathname) && document.readyState === 'complete'")
    firefox.click("^Start$")
    firefox.until("document.querySelector('input[type=checkbox]')")
    firefox.run("document.querySelectorAll('input[type=checkbox]').forEach((box) => { box.checked = true; })")
    firefox.run("document.querySelector('#place').value = 'CA-ON'")
    firefox.click("Save and continue")


def record(firefox: Firefox, seconds: float) -> None:
    """Record one take of the question that is shown."""
    firefox.click("Start recording")
    firefox.until("!document.querySelector('#sign').hidden")
    firefox.run(f"new Promise((done) => setTimeout(() => done(true), {seconds * 1000}))")
    firefox.click("^Stop$")


def saved(firefox: Firefox, count: int = 1) -> None:
    """Wait until so many takes are verified."""
    firefox.until(f"document.querySelectorAll('#takes .tag-good').length >= {count}", 240)


def test_the_whole_way(viva, firefox: Firefox):
    link = viva.invitation("CA", "video audio text")
    begin(firefox, link)
    firefox.click("Turn on")
    firefox.until("document.querySelector('#preview')?.videoWidth > 0")
    firefox.until("document.querySelector('#connection').innerText.includes('connection is')")
    firefox.click("Record a test")
    firefox.run("new Promise((done) => setTimeout(() => done(true), 2000))")
    firefox.click("^Stop$")
    firefox.until("document.querySelector('#trial-player')?.duration > 0")
    firefox.run("document.querySelector('main .btn-primary.btn-lg').click()")
    firefox.until("document.querySelector('#answer')?.dataset.kind === 'video'")
    record(firefox, 4)
    saved(firefox)
    assert firefox.run("[...document.querySelectorAll('#takes video')].every((it) => it.error === null)")
    firefox.until("document.querySelector('#takes video').duration > 2")  # it plays here what it recorded here
    firefox.click("Next question")
    firefox.until("document.querySelector('#answer')?.dataset.kind === 'audio'")
    record(firefox, 4)
    saved(firefox)
    firefox.click("Next question")
    firefox.until("location.pathname.endsWith('/questions/3') && document.readyState === 'complete'")
    firefox.run(
        "(() => { const it = document.querySelector('#text'); it.value = 'I solved it in writing.';"
        " it.dispatchEvent(new Event('input', { bubbles: true })); })()"
    )
    firefox.until("document.querySelector('#saved').innerText.includes('Saved')")
    firefox.click("Save and continue")
    firefox.until("document.body.innerText.includes('Every question has an answer.')")
    firefox.click("^Submit$")
    firefox.until("document.querySelector('h1').innerText.includes('submitted')")
    with viva.app.app_context():
        found = db.session.query(Recording).order_by(Recording.created_at.desc()).limit(2).all()
        assert {each.state for each in found} == {RecordingState.READY}
        assert all(3 < each.seconds < 8 and each.has_audio for each in found)
        assert found[0].take.answer.interview.state is InterviewState.SUBMITTED
    assert firefox.problems == []


def test_a_network_that_dies_while_recording(viva, firefox: Firefox):
    """The page keeps what was recorded, and sends it when the server can be reached again."""
    begin(firefox, viva.invitation("CA", "video"))
    firefox.until("document.querySelector('main .btn-primary.btn-lg')")
    question = firefox.until("document.location.pathname.split('/').slice(0, 3).join('/')") + "/questions/1"
    firefox.open(viva.url + question)
    firefox.click("Start recording")
    firefox.until("!document.querySelector('#sign').hidden")
    firefox.run(
        "(() => { window.realFetch = fetch; window.realOpen = XMLHttpRequest.prototype.open;"
        " window.fetch = () => Promise.reject(new TypeError('NetworkError'));"
        " XMLHttpRequest.prototype.open = function (method) { realOpen.call(this, method, 'http://127.0.0.1:9/'); };"
        " })()"
    )
    firefox.run("new Promise((done) => setTimeout(() => done(true), 4000))")
    firefox.click("^Stop$")
    firefox.until("/connection|offline|network/i.test(document.querySelector('.studio').innerText)")
    firefox.run("(() => { window.fetch = realFetch; XMLHttpRequest.prototype.open = realOpen; })()")
    saved(firefox)
    firefox.open(viva.url + question)  # and once more from the server alone
    saved(firefox)
    with viva.app.app_context():
        last = db.session.query(Recording).order_by(Recording.created_at.desc()).first()
        assert last.state is RecordingState.READY and last.seconds > 3
