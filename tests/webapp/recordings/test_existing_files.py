"""A video or sound file that a candidate has already, where the question set allows it."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.questions.models import QuestionSet, SetState
from webapp.recordings import verification
from webapp.recordings.models import Recording


def test_a_file_takes_the_place_of_a_recording_where_the_set_allows_it(client, make, open_interview, tus, webm):
    questions = make.question_set("video", state=SetState.DRAFT)
    interview = open_interview(make.interview(invitation=make.invitation(question_set=questions)))
    page = f"/interview/{interview.id}/questions/1"
    assert "Choose a file" not in client.get(page).text
    refused = tus.create(interview, questions.questions[0], existing=True)
    assert (refused.status_code, refused.json["error"]["code"]) == (403, "no_files")
    questions.existing_files = True
    db.session.commit()
    assert "Choose a file" in client.get(page).text
    data = webm()
    made = tus.create(interview, questions.questions[0], type="video/mp4", existing=True)
    url = made.headers["Location"]
    tus.patch(url, 0, data, Upload_Length=str(len(data)))
    recording = db.session.scalars(sa.select(Recording)).one()
    client.post(f"/recordings/{recording.id}/finish", json={})
    verification.verify(recording)
    db.session.commit()
    assert recording.is_ready and recording.existing
    assert '<span class="tag">A file</span>' in client.get(f"{page}/takes").text


def test_an_admin_allows_files_and_a_new_version_keeps_it(client, make, sign_in):
    sign_in(make.user(Role.ADMIN))
    client.post("/questions/new", data={"title": "With files", "beforehand": "nothing", "existing_files": "y"})
    row = db.session.scalars(sa.select(QuestionSet).where(QuestionSet.title == "With files")).one()
    assert row.existing_files and "file that they have already" in client.get(f"/questions/{row.id}").text
    client.post(f"/questions/{row.id}/edit", data={"title": "With files", "beforehand": "nothing"})
    assert not row.existing_files
