"""A recording whose background the browser blurred says so, and reviewers read it (tests/webapp/workspace/test_answers.py)."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.core.database import db
from webapp.recordings import verification
from webapp.recordings.models import Recording


def test_a_take_says_that_its_background_was_blurred(client, make, open_interview, tus, webm):
    interview = open_interview(make.interview(invitation=make.invitation(question_set=make.question_set("video"))))
    data = webm()
    made = tus.create(interview, interview.question_set.questions[0], blurred=True)
    tus.patch(made.headers["Location"], 0, data, Upload_Length=str(len(data)))
    recording = db.session.scalars(sa.select(Recording)).one()
    client.post(f"/recordings/{recording.id}/finish", json={})
    verification.verify(recording)
    db.session.commit()
    assert recording.is_ready and recording.blurred
    page = f"/interview/{interview.id}/questions/1"
    assert '<span class="tag">Background blurred</span>' in client.get(f"{page}/takes").text
    assert 'id="blur-choice"' in client.get(page).text
