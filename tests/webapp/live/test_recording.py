"""The recording of one's own side, and what a call leaves behind."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from tests.webapp.live.test_rooms import enter, post
from webapp.accounts.models import Role
from webapp.analysis.models import Analysis, AnalysisState
from webapp.core.database import db, now
from webapp.core.storage import storage
from webapp.interviews.models import Interview, InterviewState
from webapp.live import call_summary, operations, recording
from webapp.live.models import LivePurpose, Track
from webapp.policy import Modality, Mode, Purpose
from webapp.recordings import operations as recordings
from webapp.recordings import tasks
from webapp.recordings.models import Recording, RecordingState


def begin(client, room, **data):
    return post(client, f"/live/rooms/{room.id}/recording", **{"filetype": "video/webm;codecs=vp8,opus", **data})


def upload(client, url: str, data: bytes, at: int = 0):
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
    return client.patch(url, data=data, headers=headers)


def save(row: Recording, seconds: float = 60.0) -> Recording:
    """As if a worker had verified it."""
    row.state, row.received, row.length, row.seconds, row.ready_at = RecordingState.READY, 9, 9, seconds, now()
    row.has_video = row.has_audio = True
    row.playable_key = row.original_key = f"recordings/{row.id}.webm"
    storage.save(row.playable_key, b"not read")
    db.session.commit()
    return row


class TestBeginning:
    def test_a_practice_is_its_owners(self, client, live, sign_in):
        room = live.practice()
        sign_in(room.owner)
        answer = begin(client, room)
        assert answer.status_code == 201
        found = db.session.get(Recording, answer.get_json()["id"])
        interview = found.take.answer.interview
        assert (interview.mode, interview.candidate_id) == (Mode.PRACTICE, room.owner_id)
        assert interview.consented == {Purpose.RECORDING}
        assert room.members[0].agreed(LivePurpose.RECORDING)

    def test_the_bytes_go_the_way_of_every_answer(self, client, live, sign_in):
        room = live.practice()
        sign_in(room.owner)
        begun = begin(client, room).get_json()
        assert upload(client, begun["url"], b"12345").status_code == 204
        assert upload(client, begun["url"], b"678", at=5).headers["Upload-Offset"] == "8"
        assert client.get(f"/recordings/{begun['id']}").get_json()["received"] == 8

    def test_nobody_elses_browser_reaches_it(self, app, client, live, make, sign_in):
        room = live.practice()
        sign_in(room.owner)
        begun = begin(client, room).get_json()
        other = app.test_client()
        enter(other, room)
        assert upload(other, begun["url"], b"x").status_code == 404
        assert other.get(f"/recordings/{begun['id']}").status_code == 404

    def test_a_friend_with_an_account_has_their_own(self, client, live, make, sign_in):
        room = live.practice()
        friend = sign_in(make.user(Role.CANDIDATE))
        enter(client, room)
        found = db.session.get(Recording, begin(client, room).get_json()["id"])
        assert found.take.answer.interview.candidate_id == friend.id

    def test_a_friend_without_an_account_is_told_why_not(self, client, live):
        room = live.practice()
        enter(client, room)
        answer = begin(client, room)
        assert answer.status_code == 403 and answer.get_json()["error"]["code"] == "no_account"

    @pytest.mark.parametrize("country", ["FR", "CA"])
    def test_the_candidates_side_is_an_interview_of_the_recruiter(self, client, live, country):
        room = live.assessment(country)
        enter(client, room, candidate=True)
        found = db.session.get(Recording, begin(client, room).get_json()["id"])
        interview = found.take.answer.interview
        assert (interview.mode, interview.position_id) == (Mode.ASSESSMENT, room.position_id)
        assert interview.invitation.created_by_id == room.owner_id
        assert interview.candidate_name == "Kim Tremblay"

    def test_from_an_interview_it_goes_to_whoever_invited(self, live, make):
        interview = make.interview("CA")
        admin = make.user(Role.ADMIN)
        room = operations.make_room(title="T", owner=admin, until=now() + timedelta(hours=1), interview=interview)
        begun = recording.begin(operations.enter(room, name="", candidate=True), "video/webm")
        invitation = begun.take.answer.interview.invitation
        assert invitation.created_by_id == interview.invitation.created_by_id
        assert invitation.id != interview.invitation_id

    def test_nobody_else_is_recorded_in_an_assessment(self, client, live, sign_in):
        room = live.assessment()
        sign_in(room.owner)
        assert begin(client, room).get_json()["error"]["code"] == "not_candidate"

    def test_what_is_no_recording(self, client, live, sign_in):
        room = live.practice()
        sign_in(room.owner)
        assert begin(client, room, filetype="text/html").status_code == 400
        assert db.session.scalars(db.select(Interview)).all() == [], "nothing is left of it"

    def test_a_closed_room_records_nothing(self, client, live, sign_in):
        room = live.practice()
        sign_in(room.owner)
        operations.close(room)
        db.session.commit()
        assert begin(client, room).status_code == 410
        with pytest.raises(operations.RoomError):
            recording.begin(room.members[0], "video/webm")

    def test_it_is_another_take_of_the_same_until_it_is_handed_in(self, client, live, sign_in):
        room = live.practice()
        sign_in(room.owner)
        first, second = (db.session.get(Recording, begin(client, room).get_json()["id"]) for _ in range(2))
        save(second)
        third = db.session.get(Recording, begin(client, room).get_json()["id"])
        assert third.take.answer_id == second.take.answer_id
        assert first is not None
        save(third, 5.0)
        recording.settle()
        again = db.session.get(Recording, begin(client, room).get_json()["id"])
        assert again.take.answer.interview_id != second.take.answer.interview_id


class TestHandingIn:
    @pytest.fixture
    def recorded(self, live):
        room = live.practice()
        begun = recording.begin(room.members[0], "video/webm")
        db.session.commit()
        return room, begun

    def test_once_the_person_has_left(self, recorded):
        room, begun = recorded
        room.members[0].seen_at = now()
        save(begun)
        assert recording.settle() == 0, "still in the call"
        room.members[0].seen_at = None
        assert recording.settle() == 1
        interview = begun.take.answer.interview
        assert interview.state is InterviewState.SUBMITTED
        assert recording.settle() == 0

    def test_once_the_room_is_closed(self, recorded):
        room, begun = recorded
        room.members[0].seen_at = now()
        save(begun)
        operations.close(room)
        assert recording.settle() == 1

    def test_not_while_something_is_on_its_way(self, recorded, app):
        _room, begun = recorded
        recordings.append(begun, 0, b"12345")
        db.session.commit()
        assert recording.settle() == 0
        assert begun.state is RecordingState.RECEIVING
        old = now().timestamp() - recording.STILL.total_seconds() - 1
        with storage.uploads.local_path(begun.id) as path:
            os.utime(path, (old, old))
        recording.settle()
        assert begun.state is RecordingState.VERIFYING, "the browser that held the rest is gone"
        assert begun.interrupted

    def test_not_while_another_has_just_begun(self, recorded):
        room, first = recorded
        save(first)
        second = recording.begin(room.members[0], "video/webm")
        db.session.commit()
        assert recording.settle() == 0
        second.created_at = now() - recording.GONE
        assert recording.settle() == 1

    def test_the_longest_take_is_kept(self, recorded):
        room, first = recorded
        save(first, 20.0)
        long = save(recording.begin(room.members[0], "video/webm"), 300.0)
        save(recording.begin(room.members[0], "video/webm"), 4.0)
        recording.settle()
        assert first.take.answer.kept_take is long.take

    def test_a_take_of_which_nothing_came_holds_nothing_up(self, recorded):
        room, first = recorded
        save(first)
        recording.begin(room.members[0], "video/webm").created_at = now() - recording.GONE
        assert recording.settle() == 1

    def test_nothing_recorded_nothing_handed_in(self, recorded):
        _room, begun = recorded
        assert recording.settle() == 0
        assert begun.take.answer.interview.state is InterviewState.OPEN

    @pytest.mark.parametrize("kind", ["practice", "assessment"])
    def test_of_what_never_came_nothing_stays(self, live, kind):
        room = live.practice() if kind == "practice" else live.assessment()
        member = room.members[0] if kind == "practice" else live.guest(room, candidate=True)
        interview = recording.begin(member, "video/webm").take.answer.interview
        recording.settle()
        assert member.interview is interview, "it may still come"
        interview.started_at = now() - recording.STILL - timedelta(seconds=1)
        db.session.commit()
        recording.settle()
        db.session.commit()
        for table in ("interviews", "invitations", "takes", "recordings"):
            assert db.session.execute(db.select(db.metadata.tables[table])).all() == []
        assert member.interview_id is None

    def test_the_clock_knows_it(self, app):
        assert app.extensions["celery"].conf.beat_schedule["live"]["task"] == "live.settle"
        assert "live.settle" in app.extensions["celery"].tasks

    def test_a_real_recording_is_verified_and_read_as_agreed(self, client, live, sign_in, monkeypatch):
        """From the button to queued analyses, with the worker's own verification of real media."""
        from tests.webapp.recordings.conftest import _webm

        data = _webm(1.0)
        room = live.practice()
        sign_in(room.owner)
        begun = begin(client, room).get_json()
        monkeypatch.setattr(tasks.verify, "delay", lambda *_ids: None)
        headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Upload-Length": str(len(data))}
        answer = client.patch(begun["url"], data=data, headers=headers, content_type="application/offset+octet-stream")
        assert answer.status_code == 204
        assert client.post(f"/recordings/{begun['id']}/finish", json={}).status_code == 202
        tasks.verify(begun["id"])
        db.session.expire_all()
        found = db.session.get(Recording, begun["id"])
        assert found.is_ready, found.reason
        recording.settle()
        db.session.commit()
        page = client.get(f"/live/rooms/{room.id}/after").text
        assert "What may be analysed?" in page and "Open the report" in page
        client.post(f"/live/rooms/{room.id}/after", data={"face": "yes"})
        rows = {row.modality: row for row in db.session.scalars(db.select(Analysis))}
        assert rows[Modality.FACE].state is AnalysisState.QUEUED
        assert rows[Modality.SPEECH].reason_code == rows[Modality.TEXT].reason_code == "no_consent"
        assert found.take.answer.interview.consented == {Purpose.RECORDING, Purpose.FACE}


class TestAfterwards:
    ROWS = [[3.0 * n, "happy" if n % 3 else "neutral", 0.8, 0.4] for n in range(30)] + [[90.0, None, None, None]] * 10

    def kept(self, live, member):
        live.agree(member)
        member.track = Track(rows=self.ROWS)
        db.session.commit()

    def test_a_practice_leaves_its_owner_a_summary(self, client, live, sign_in):
        room = live.practice()
        self.kept(live, room.members[0])
        sign_in(room.owner)
        page = client.get(f"/live/rooms/{room.id}/after").text
        assert "was analysed for 2:00" in page and "75 %" in page and "30 measurements" in page
        assert "Happy" in page and "67 % (" in page

    def test_an_expression_that_lasts_has_a_wider_interval(self):
        """Fifty of each, in turns or one after the other: the same shares, not known equally well."""
        turns = [[0.0, "happy" if n % 2 else "sad", 0.8, 0.0] for n in range(100)]
        lasting = sorted(turns, key=lambda row: row[1])
        quick, slow = (call_summary.summarise("Kim", rows).shares["happy"] for rows in (turns, lasting))
        assert quick.value == slow.value == 0.5 and quick.n == 100
        assert quick.high - quick.low < slow.high - slow.low

    def test_too_little_is_said_to_be_too_little(self, client, live, sign_in):
        room = live.practice()
        live.agree(room.members[0])
        room.members[0].track = Track(rows=self.ROWS[:5])
        sign_in(room.owner)
        page = client.get(f"/live/rooms/{room.id}/after").text
        assert "Not enough data." in page and "Happy" not in page

    def test_a_friend_sees_nothing_of_the_owners(self, client, live, sign_in):
        room = live.practice()
        self.kept(live, room.members[0])
        enter(client, room)
        page = client.get(f"/live/rooms/{room.id}/after").text
        assert "Happy" not in page and "Your live results were not kept." in page

    def test_an_assessment_leaves_the_recruiter_the_candidates(self, app, client, live, sign_in):
        room = live.assessment("CA")
        candidate = live.guest(room, candidate=True)
        self.kept(live, candidate)
        other = app.test_client()
        enter(other, room, candidate=True, reading="yes")
        colleague = app.test_client()
        enter(colleague, room)
        operations.close(room)
        db.session.commit()
        sign_in(room.owner)
        assert "Happy" in client.get(f"/live/rooms/{room.id}/after").text
        assert "Happy" in other.get(f"/live/rooms/{room.id}/after").text, "the candidate sees what they see"
        assert "Happy" not in colleague.get(f"/live/rooms/{room.id}/after").text

    def test_a_consent_taken_back_takes_it_from_everybody(self, client, live, sign_in):
        room = live.assessment("CA")
        candidate = live.guest(room, candidate=True)
        self.kept(live, candidate)
        live.agree(candidate, False)
        sign_in(room.owner)
        assert "Happy" not in client.get(f"/live/rooms/{room.id}/after").text

    def test_it_can_be_taken_back_after_the_call(self, client, live, sign_in):
        room = live.practice()
        self.kept(live, room.members[0])
        operations.close(room)
        sign_in(room.owner)
        url = f"/live/rooms/{room.id}/after"
        assert "Happy" in client.get(url).text
        assert client.post(url, data={"withdraw": "reading"}).status_code == 302
        assert "Happy" not in client.get(url).text
        assert room.members[0].track is None and not room.members[0].reading

    def test_in_the_eu_nothing_shows_even_if_it_were_there(self, client, live, sign_in):
        room = live.assessment("CA")
        self.kept(live, live.guest(room, candidate=True))
        room.position.country = "FR"
        db.session.commit()
        sign_in(room.owner)
        page = client.get(f"/live/rooms/{room.id}/after").text
        assert "Happy" not in page and "AI Act" in page

    def test_a_reviewer_judges_first(self, app, client, live, make, sign_in):
        app.config["BLIND_REVIEW"] = True
        recruiter = make.user()
        interview = make.interview(invitation=make.invitation(created_by=recruiter), state=InterviewState.SUBMITTED)
        room = operations.make_room(title="T", owner=recruiter, until=now() + timedelta(hours=1), interview=interview)
        self.kept(live, live.guest(room, candidate=True))
        operations.close(room)
        db.session.commit()
        sign_in(recruiter)
        page = client.get(f"/live/rooms/{room.id}/after").text
        assert "Happy" not in page and "once you have submitted your own scorecard" in page

    def test_choices_in_the_eu_are_about_words_alone(self, client, live):
        room = live.assessment("FR")
        enter(client, room, candidate=True)
        save(db.session.get(Recording, begin(client, room).get_json()["id"]))
        page = client.get(f"/live/rooms/{room.id}/after").text
        assert 'name="text"' in page and 'name="face"' not in page and 'name="voice"' not in page
        client.post(f"/live/rooms/{room.id}/after", data={"face": "yes", "text": "yes"})
        assert room.candidate.interview.consented == {Purpose.RECORDING, Purpose.TEXT}

    def test_the_candidate_reaches_their_recording_by_another_browser(self, app, client, live):
        room = live.assessment("FR")
        enter(client, room, candidate=True)
        save(db.session.get(Recording, begin(client, room).get_json()["id"]))
        interview_id = room.candidate.interview_id
        other = app.test_client()
        assert other.get(f"/interview/{interview_id}/consents").status_code == 404
        enter(other, room, candidate=True)
        assert other.get(f"/live/rooms/{room.id}/after").status_code == 200
        assert other.post(f"/interview/{interview_id}/consents", data={"confirmed": "yes"}).status_code == 302
        assert room.candidate.interview.answers[0].takes == [], "taken back: the recording is deleted"

    def test_deleting_the_practice_leaves_the_room(self, client, live, sign_in):
        from webapp.practice import operations as practice

        room = live.practice()
        sign_in(room.owner)
        save(db.session.get(Recording, begin(client, room).get_json()["id"]))
        practice.delete(room.members[0].interview)
        db.session.commit()
        assert client.get(f"/live/rooms/{room.id}/after").status_code == 200
        assert room.members[0].interview_id is None
