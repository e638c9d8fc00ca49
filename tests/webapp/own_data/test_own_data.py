"""A candidate's own data: what is held, who opened it, what programs read, and everything that can be done about it."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
import sqlalchemy as sa

from ml.core.readings import Track
from ml.transcripts.transcript import Transcript as Words
from ml.transcripts.transcript import Word
from tests.webapp.analysis.samples import answer_all, face_reading, speech_reading, text_reading, version
from webapp.accounts.models import Role
from webapp.analysis.models import Analysis, AnalysisState
from webapp.core.database import db
from webapp.core.personal_data import holdings
from webapp.governance.models import Erasure, LegalHold
from webapp.interviews.models import CandidateRequest, Interview, InterviewState, Invitation, RequestKind
from webapp.messages.models import Message
from webapp.own_data import explaining, held
from webapp.policy import Modality
from webapp.recordings.models import Recording
from webapp.saliency import face
from webapp.transcripts import store
from webapp.transcripts.models import Origin, Transcript


@pytest.fixture
def interview(make, open_interview):
    """Submitted, transcribed and read, and open in this browser."""
    interview = answer_all(make, make.interview())
    first, *_rest, last = sorted(interview.answers, key=lambda each: each.question.position)
    words = [Word(text, at, at + 0.4, 0.9) for at, text in enumerate("I plannd the migration.".split())]
    store.add(first, Words(words, "en", "whisper"), Origin.RECOGNISED, by_machine=True)
    moved = {"openness": [["plan", 0.11, 8], ["try", -0.04, 4]]}
    accuracy = {"value": 0.61, "margin": 0.03, "majority": 0.52}
    track = Track(("calm", "happy"), [0.0, 1.5, 3.0], [[0.9, 0.1], None, [0.2, 0.8]])
    for answer, modality, reading in (
        (last, Modality.TEXT, text_reading(moved=moved, accuracy=accuracy)),
        (first, Modality.SPEECH, speech_reading(track=track, dominant="calm")),
    ):
        db.session.add(
            Analysis(interview=interview, answer=answer, modality=modality, state=AnalysisState.DONE,
                     result=reading.to_json(), model_name=modality.value)
        )  # fmt: skip
    db.session.commit()
    return open_interview(interview)


def first_answer(interview):
    return next(answer for answer in interview.answers if answer.question.position == 1)


def address(interview, rest=""):
    return f"/interview/{interview.id}/data{rest}"


def test_every_table_has_a_group_and_a_reason(app):
    assert {each.table.name for each in holdings()} <= set(held.TABLES)
    assert set(held.TABLES.values()) == set(held._GROUPS)


def test_one_page_says_what_why_who_and_which_programs(client, make, interview, sign_in):
    other = client.application.test_client()
    staff = interview.invitation.created_by
    other.post("/sign-in", data={"email": staff.email, "password": "correct horse battery staple"})
    assert other.get(f"/reports/{interview.id}").status_code == 200
    text = client.get(address(interview)).text
    assert "Your recordings" in text and "You agreed to it." in text and "until" in text.lower()
    assert "People on the hiring side did something with your interview" in text and "saw, interview" in text
    assert staff.name not in re.sub(r"<header.*?</header>", "", text, flags=re.S)  # by role, not by name
    assert "“plan” raised it" in text and "“try” lowered it" in text and "right 61" in text
    assert "At 0:00 it named “Calm”, with 90" in text and "At 0:03 it named “Happy”" in text
    assert "speech-test.1" in text and "trained no model" in text
    assert "An example." not in text  # the scoring guide is not theirs to see


def test_a_reading_that_names_nothing_says_so():
    even = Track(("calm", "happy", "sad"), [0.0], [[0.34, 0.33, 0.33]])
    assert explaining._moments(even) == explaining._moments(None)
    (found,) = explaining._moments(even)
    assert "none is named" in found.text and found.at is None
    assert version("face").name == "face"


def test_a_moment_of_a_face_has_its_picture_for_its_candidate_alone(client, make, interview, monkeypatch):
    asked = []
    monkeypatch.setattr(face, "_make", lambda _answer, _reading, time: asked.append(time) or {"expressions": []})
    track = Track(("neutral", "happy"), [0.0, 1.5], [[0.9, 0.1], [0.2, 0.8]])

    def read(of):
        row = Analysis(
            interview=of, answer=first_answer(of), modality=Modality.FACE, state=AnalysisState.DONE,
            result=face_reading(track=track).to_json(), model_name="face",
        )  # fmt: skip
        db.session.add(row)
        db.session.commit()
        return row

    row = read(interview)
    page = client.get(address(interview)).text
    urls = re.findall(r'data-moment="(\w+)" data-moment-url="([^"]+)"', page)
    assert [label for label, _url in urls] == ["neutral", "happy"]  # and none of the voice
    happy = urls[1][1]
    assert happy == address(interview, f"/moments/{row.id}.json?time=1.50")
    assert client.get(happy).get_json()["expressions"] == [] and round(asked[0], 1) == 1.6  # to a fifth of a second
    for time in ("", "-1", "900", "nan"):
        assert client.get(address(interview, f"/moments/{row.id}.json?time={time}")).status_code == 400
    voice = db.session.scalar(sa.select(Analysis.id).where(Analysis.modality == Modality.SPEECH))
    assert client.get(address(interview, f"/moments/{voice}.json?time=1")).status_code == 404
    other = read(answer_all(make, make.interview()))
    assert client.get(address(interview, f"/moments/{other.id}.json?time=1")).status_code == 404
    assert client.application.test_client().get(happy).status_code == 404
    interview.state = InterviewState.OPEN
    db.session.commit()
    assert client.get(happy).status_code == 404
    interview.state = InterviewState.SUBMITTED
    client.post(address(interview, "/object"), data={"what": "analyses"})
    assert client.get(happy).status_code == 404 and len(asked) == 1


def test_nobody_else_gets_there(client, make, interview, sign_in):
    stranger = client.application.test_client()
    for rest in ("", "/archive.zip", "/object", "/erase", f"/transcripts/{first_answer(interview).id}"):
        assert stranger.get(address(interview, rest)).status_code == 404
    other = make.interview()
    with client.session_transaction() as session:
        session["interviews"] = [other.id]
    assert client.get(address(other, f"/transcripts/{first_answer(interview).id}")).status_code == 404


def test_a_transcript_is_corrected_and_reviewers_see_by_whom(client, interview):
    answer = first_answer(interview)
    page = address(interview, f"/transcripts/{answer.id}")
    assert "I plannd the migration." in client.get(page).text
    assert client.post(page, data={"version": "1", "line": ["I plannd the migration."]}).status_code == 422
    sent = client.post(page, data={"version": "1", "line": ["I planned the migration."]})
    assert sent.status_code == 302
    newest, first = store.versions(answer)
    assert (newest.words.text, newest.origin, newest.author) == ("I planned the migration.", Origin.BY_CANDIDATE, None)
    assert first.words.text == "I plannd the migration."
    assert "You corrected the transcript of question 1." in client.get(address(interview)).text
    staff = client.application.test_client()
    who = interview.invitation.created_by
    staff.post("/sign-in", data={"email": who.email, "password": "correct horse battery staple"})
    assert "Corrected by the candidate" in staff.get(f"/transcripts/{answer.id}").text


def test_an_objection_to_analyses_stops_them_at_once(client, interview):
    assert "the analysis of your words" in client.get(address(interview, "/object")).text
    client.post(address(interview, "/object"), data={"what": "analyses"})
    rows = db.session.scalars(sa.select(Analysis)).all()
    assert rows and all(row.result is None and row.state is AnalysisState.NOT_DONE for row in rows)
    assert {purpose.value for purpose in interview.consented} == {"recording"}
    assert db.session.scalars(sa.select(Transcript)).all() == []
    assert db.session.scalars(sa.select(Recording)).all()  # what was agreed to stays
    receipt = db.session.scalars(sa.select(CandidateRequest)).one()
    assert receipt.kind is RequestKind.OBJECTION and receipt.settled_at is not None


def test_another_objection_has_a_clock_and_gets_an_answer(client, interview):
    assert client.post(address(interview, "/object"), data={"words": " "}).status_code == 422
    client.post(address(interview, "/object"), data={"words": "Do not keep my file."})
    row = db.session.scalars(sa.select(CandidateRequest)).one()
    assert 29 <= (row.due_at - row.created_at).days <= 30 and row.settled_at is None
    assert "a person answers by" in client.get(address(interview)).text
    assert {
        row.recipient for row in db.session.scalars(sa.select(Message).filter_by(kind="asked"))
    }  # who invited is told
    staff = client.application.test_client()
    who = interview.invitation.created_by
    staff.post("/sign-in", data={"email": who.email, "password": "correct horse battery staple"})
    page = f"/invitations/{interview.invitation_id}"
    assert "Objection" in staff.get(page).text
    staff.post(f"{page}/requests/{row.id}/settle", data={"answer": "The file has been deleted."})
    assert "The file has been deleted." in client.get(address(interview)).text


def test_everything_comes_as_a_zip(client, interview):
    answer = client.get(address(interview, "/archive.zip"))
    assert answer.status_code == 200 and "my-interview.zip" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        assert {"data.json", "read-me-first.html", "transcripts/question-1.txt", "transcripts/question-1.vtt",
                "answers/question-3.txt", "recordings/question-1-take-1.webm"} <= names  # fmt: skip
        assert archive.read("recordings/question-1-take-1.webm") == b"media"
        held_rows = json.loads(archive.read("data.json"))["holdings"]
        assert (
            held_rows["interviews"][0]["candidate_name"] == "Kim Tremblay"
            and "browser" not in held_rows["interviews"][0]
        )
        page = archive.read("read-me-first.html").decode()
        assert "I plannd the migration." in page and "“plan” raised it" in page and "<script" not in page
    assert "You downloaded everything" in client.get(address(interview)).text


def test_erasing_says_what_goes_asks_once_more_and_leaves_a_receipt(client, interview):
    interview_id, invitation_id = interview.id, interview.invitation_id
    page = client.get(address(interview, "/erase")).text
    assert "2 recordings" in page and "1 transcript" in page and "cannot be undone" in page
    assert client.post(address(interview, "/erase")).status_code == 422
    assert db.session.get(Interview, interview_id) is not None
    sent = client.post(address(interview, "/erase"), data={"confirmed": "yes"})
    assert db.session.get(Interview, interview_id) is None and db.session.get(Invitation, invitation_id) is None
    row = db.session.scalars(sa.select(Erasure)).one()
    receipt = client.application.test_client().get(sent.location)  # in any browser
    assert receipt.status_code == 200 and row.id in receipt.text and "Kim" not in receipt.text
    assert client.get(f"{sent.location}/certificate.json").json["certificate"] == row.id
    assert client.get("/data-receipts/nonsense").status_code == 404


def test_what_the_law_wants_kept_stays_and_is_said(client, interview):
    interview.position.region = "CA-ON"
    db.session.commit()
    assert "The law of the place wants records" in client.get(address(interview, "/erase")).text
    sent = client.post(address(interview, "/erase"), data={"confirmed": "yes"})
    assert "Kept by law" in client.get(sent.location).text
    assert db.session.scalars(sa.select(Recording)).all() == []
    assert interview.invitation.withdrawn_at is not None


def test_under_a_legal_hold_the_request_goes_to_a_person(client, make, interview):
    db.session.add(LegalHold(interview_id=interview.id, reason="A claim.", by_id=make.user().id))
    db.session.commit()
    assert "nothing can be erased today" in client.get(address(interview, "/erase")).text
    client.post(address(interview, "/erase"), data={"confirmed": "yes"})
    row = db.session.scalars(sa.select(CandidateRequest)).one()
    assert row.kind is RequestKind.ERASURE and row.due_at is not None
    assert db.session.get(Interview, interview.id) is not None


def test_practice_is_the_candidates_alone(client, make, sign_in):
    person = sign_in(make.user(Role.CANDIDATE))
    practice = answer_all(make, make.practice(person))
    page = client.get(address(practice)).text
    assert "Only you can open this practice interview." in page and f"/practice/{practice.id}/delete" in page
    assert client.get(address(practice, "/archive.zip")).status_code == 200
    assert client.get(address(practice, "/erase")).location.endswith(f"/practice/{practice.id}/delete")
