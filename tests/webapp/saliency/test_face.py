"""Maps of single moments: who may ask for them, what they hold, and that they go with the reading."""

from __future__ import annotations

import numpy as np
import pytest

from ml.core.errors import Unreadable
from ml.media.portrait import portrait as astronaut
from tests.ml.face.conftest import write_video
from tests.webapp.analysis.samples import answer_all, face_reading
from webapp import create_app
from webapp.accounts.models import Role
from webapp.analysis import operations as analysis
from webapp.analysis.models import AnalysisState
from webapp.core import events
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.core.storage import storage
from webapp.policy import Modality, Purpose
from webapp.practice import operations as practice
from webapp.saliency import cache, face

MADE = {"time": 12.4, "faces": 1, "plain": "data:,", "expressions": []}


@pytest.fixture
def made(monkeypatch):
    """How often a map was made; nothing is decoded."""
    calls = []
    monkeypatch.setattr(face, "_make", lambda answer, reading, time: calls.append(time) or dict(MADE))
    return calls


def face_of(interview):
    return next(row for row in analysis.analyses_of(interview) if row.modality is Modality.FACE)


def ask(client, row, time="12.4"):
    return client.get(f"/moments/{row.id}.json?time={time}", headers={"Accept": "application/json"})


@pytest.fixture
def recruiter(make, sign_in):
    return sign_in(make.user())


@pytest.fixture
def interview(make, recruiter, run_all):
    interview = answer_all(make, make.interview(invitation=make.invitation(created_by=recruiter)))
    run_all(interview)
    return interview


def test_a_moment_is_made_once_and_kept(client, interview, made):
    row = face_of(interview)
    first = ask(client, row)
    assert (
        first.status_code == 200 and first.get_json()["time"] == 12.4 and first.headers["Cache-Control"] == "no-store"
    )
    assert first.get_json()["same_model"] is False  # the reading of the test was made by another model
    assert ask(client, row, "12.45").get_json() == first.get_json()
    assert len(made) == 1 and len(storage.keys_of("maps", row.id)) == 1
    ask(client, row, "13")
    assert len(made) == 2


def test_what_another_model_made_is_made_anew(client, interview, made):
    row = face_of(interview)
    ask(client, row)
    (key,) = storage.keys_of("maps", row.id)
    storage.save(key, b'{"model": "face-before"}', durable=False)
    assert ask(client, row).get_json()["time"] == 12.4 and len(made) == 2


def test_only_so_many_are_kept(client, interview, made, monkeypatch):
    monkeypatch.setattr(cache, "KEPT", 3)
    row = face_of(interview)
    for time in range(5):
        ask(client, row, str(time))
    assert len(storage.keys_of("maps", row.id)) == 3


def test_somebody_elses_moment_is_not_there(client, make, sign_in, interview, made):
    row = face_of(interview)
    for role in (Role.RECRUITER, Role.CANDIDATE):
        sign_in(make.user(role))
        assert ask(client, row).status_code == 404
    sign_in(make.user(Role.ADMIN))
    assert ask(client, row).status_code == 200
    assert client.get("/moments/" + "0" * 32 + ".json?time=1").status_code == 404
    client.post("/sign-out")
    assert len(made) == 1


def test_a_stranger_has_to_sign_in(client, make, run_all, made):
    interview = answer_all(make, make.interview())
    run_all(interview)
    assert ask(client, face_of(interview)).status_code in (302, 401) and not made


def test_other_readings_have_no_moments(client, interview, made):
    voice = next(row for row in analysis.analyses_of(interview) if row.modality is Modality.SPEECH)
    assert ask(client, voice).status_code == 404


def test_a_practice_moment_is_for_its_candidate_alone(client, make, sign_in, run_all, made):
    candidate = make.user(Role.CANDIDATE)
    interview = answer_all(make, make.practice(candidate))
    run_all(interview)
    row = face_of(interview)
    for role in (Role.CANDIDATE, Role.RECRUITER, Role.ADMIN):
        sign_in(make.user(role))
        assert ask(client, row).status_code == 404
    sign_in(candidate)
    assert ask(client, row).status_code == 200


def test_the_policy_is_asked_again(client, interview, made):
    row = face_of(interview)
    assert ask(client, row).status_code == 200
    interview.invitation.position.country = "DE"
    interview.position.country = "DE"
    db.session.commit()
    assert ask(client, row).status_code == 404 and len(made) == 1


def test_without_a_reading_there_is_no_moment(client, make, recruiter, models, run_all, made):
    models["face"] = Unreadable("no_face", "No face could be found.")
    interview = answer_all(make, make.interview(invitation=make.invitation(created_by=recruiter)))
    run_all(interview)
    assert ask(client, face_of(interview)).status_code == 404


@pytest.mark.parametrize("time", ["", "soon", "nan", "inf", "-1", "900"])
def test_a_moment_lies_inside_the_recording(client, interview, made, time):
    assert ask(client, face_of(interview), time).status_code == 400 and not made


def test_maps_go_with_the_consent(client, interview, made):
    row = face_of(interview)
    ask(client, row)
    from webapp.candidate.operations import record_consents

    record_consents(interview, {Purpose.RECORDING, Purpose.VOICE, Purpose.TEXT})
    db.session.commit()
    assert storage.keys_of("maps", row.id) == []
    assert ask(client, row).status_code == 404


def test_maps_go_with_a_practice_interview(client, make, sign_in, run_all, made):
    candidate = sign_in(make.user(Role.CANDIDATE))
    interview = answer_all(make, make.practice(candidate))
    run_all(interview)
    row = face_of(interview)
    ask(client, row)
    assert storage.owners_of("maps") == {row.id}
    practice.delete(interview)
    db.session.commit()
    assert storage.owners_of("maps") == set()


def test_the_sweep_removes_maps_that_belong_to_nothing(app, client, interview, made):
    row = face_of(interview)
    ask(client, row)
    storage.save(f"maps/{'0' * 32}-7.json", b"{}", durable=False)
    half = app.config["HOME"] / "recordings" / "maps" / f"{'1' * 32}-3.json.1-2.part"
    half.write_bytes(b"{")
    events.send_sweep()
    assert storage.owners_of("maps") == {row.id} and not half.exists()
    row.state, row.result = AnalysisState.NOT_DONE, None
    db.session.commit()
    events.send_sweep()
    assert storage.owners_of("maps") == set()


def test_too_many_moments_are_refused(tmp_path):
    settings = {"HOME": tmp_path / "limited", "TESTING": True, "SECRET_KEY": "test", "BROKER_URL": "memory://"}
    limited = create_app(settings | {"MOMENTS_RATE": "2 per minute", "RATELIMIT_ENABLED": True})
    with limited.app_context():
        db.create_all()
        limiter.reset()
        address = f"/moments/{'0' * 32}.json?time=1"
        states = [limited.test_client().get(address).status_code for _ in range(4)]
        db.session.remove()
        db.engine.dispose()
    assert states[:2] != [429, 429] and states[2:] == [429, 429]


def test_a_reviewer_looks_at_moments_only_after_their_own_scorecard(app, client, interview, made):
    app.config["BLIND_REVIEW"] = True
    assert ask(client, face_of(interview)).status_code == 404 and not made


def test_a_missing_recording_is_said_in_words(client, interview):
    row = face_of(interview)
    recording = row.answer.kept_take.recording
    storage.delete(recording.original_key)
    answer = ask(client, row)
    assert answer.status_code == 422 and "no longer stored" in answer.get_json()["error"]["message"]


def test_a_real_moment_has_pictures_and_words(client, make, recruiter, models, run_all, tmp_path):
    pictures = [np.ascontiguousarray(astronaut()[:360, :480])] * 30
    video = write_video(tmp_path / "face.webm", pictures)
    models["face"] = face_reading(seconds=2.0)
    interview = answer_all(make, make.interview(invitation=make.invitation(created_by=recruiter)))
    run_all(interview)
    row = face_of(interview)
    storage.save(row.answer.kept_take.recording.original_key, video.read_bytes())
    found = ask(client, row, "1.0").get_json()
    assert abs(found["time"] - 1.0) < 0.15 and found["faces"] == 1
    assert len(found["expressions"]) == 8
    shares = [one["probability"] for one in found["expressions"]]
    assert shares == sorted(shares, reverse=True) and abs(sum(shares) - 1) < 0.01
    for one in found["expressions"]:
        assert one["picture"].startswith("data:image/webp;base64,") and one["name"] in one["alt"]
    assert found["expressions"][0]["words"]
