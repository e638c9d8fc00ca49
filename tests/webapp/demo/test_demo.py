"""The demonstration: made once, answered by the same steps as a real candidate's, whatever interrupts it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import numpy as np
import pytest

from ml.content.points import points_of
from ml.media import synthetic
from webapp.accounts.models import User
from webapp.core.database import db
from webapp.demo import candidates, content, passwords
from webapp.demo.seed import seed
from webapp.interviews.models import Interview, InterviewState, Invitation
from webapp.interviews.operations import invitation_of_token, is_open
from webapp.policy import Purpose
from webapp.positions.models import Position
from webapp.questions.models import QuestionSet, SetState
from webapp.recordings.models import Recording


def facts(app) -> dict:
    return json.loads((Path(app.config["HOME"]) / "demo.json").read_text("utf-8"))


def counts() -> list[int]:
    return [
        db.session.scalar(db.select(db.func.count()).select_from(model))
        for model in (User, QuestionSet, Position, Invitation)
    ]


def test_it_holds_what_a_visitor_looks_for(app, client):
    seed()
    assert counts() == [3, 2, 2, 3]
    assert {position.country for position in db.session.scalars(db.select(Position))} == {"CA", "FR"}
    sets = {row.state: row for row in db.session.scalars(db.select(QuestionSet))}
    assert [question.kind.value for question in sets[SetState.PUBLISHED].questions] == ["video", "video", "text"]
    assert all(question.rubric for question in sets[SetState.PUBLISHED].questions)
    assert sets[SetState.DRAFT].questions
    invitation = invitation_of_token(facts(app)["invitation"].removeprefix("/i/"))
    assert invitation.name == content.OPEN.name
    assert is_open(invitation)


def test_everybody_can_sign_in_with_what_was_written_down(app, client):
    seed()
    for account in facts(app)["accounts"]:
        assert len(account["password"]) >= 12
        answer = client.post("/sign-in", data={"email": account["email"], "password": account["password"]})
        assert answer.status_code == 302
        client.post("/sign-out")


def test_a_second_time_changes_nothing(app):
    seed()
    before = counts(), facts(app)
    seed()
    assert (counts(), facts(app)) == before


def test_what_was_rolled_back_is_made_the_next_time(app, monkeypatch):
    monkeypatch.setattr("webapp.demo.seed.create_invitation", None)
    with pytest.raises(TypeError):
        seed()
    db.session.rollback()
    noted = facts(app)["accounts"]
    monkeypatch.undo()
    seed()
    assert counts() == [3, 2, 2, 3]
    assert facts(app)["accounts"] == noted, "the passwords stay"


def test_passwords_are_for_the_owners_eyes(app):
    seed()
    mode = (Path(app.config["HOME"]) / "demo.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_passwords_differ_between_installations():
    drawn = {passwords.draw() for _ in range(100)}
    assert len(drawn) == 100
    assert all(password.count("-") == 3 for password in drawn)


@pytest.fixture
def quick_media(monkeypatch):
    """Two seconds of noise in place of twenty of speech: what is tested is the way, not the media."""

    def talking_face(path, text, seconds=None, *, voice="", seed=0):
        generator = np.random.default_rng(seed)
        frames = (generator.integers(0, 255, (48, 64, 3), dtype=np.uint8) for _ in range(48))
        synthetic.encode(path, frames, 24, generator.uniform(-0.1, 0.1, 96_000).astype(np.float32))
        return path

    monkeypatch.setattr(synthetic, "talking_face", talking_face)


def test_the_candidates_answer_and_submit(app, quick_media):
    seed()
    candidates.answer_all()
    interviews = list(db.session.scalars(db.select(Interview)))
    assert sorted(interview.country for interview in interviews) == ["CA", "FR"]
    for interview in interviews:
        assert interview.state is InterviewState.SUBMITTED
        assert len(interview.answers) == 3
    by_country = {interview.country: interview.consented for interview in interviews}
    assert by_country["CA"] == set(Purpose)
    assert by_country["FR"] == {Purpose.RECORDING, Purpose.TEXT}, "what the law rules out is not asked"
    assert all(recording.is_ready for recording in db.session.scalars(db.select(Recording)))


def test_an_interruption_costs_only_the_present_answer(app, quick_media, monkeypatch):
    seed()
    saved = candidates.candidate.save_text
    monkeypatch.setattr(candidates.candidate, "save_text", None)
    with pytest.raises(TypeError):
        candidates.answer_all()
    db.session.rollback()
    monkeypatch.setattr(candidates.candidate, "save_text", saved)
    kept = set(db.session.scalars(db.select(Recording.id)))
    assert len(kept) == 2
    candidates.answer_all()
    assert kept < set(db.session.scalars(db.select(Recording.id)))
    assert db.session.scalar(db.select(db.func.count()).select_from(Recording)) == 4
    candidates.answer_all()
    assert db.session.scalar(db.select(db.func.count()).select_from(Recording)) == 4


@pytest.mark.parametrize("whom", content.ANSWERED, ids=lambda whom: whom.name)
def test_what_is_said_can_be_said(whom):
    for key in whom.answers:
        assert synthetic.speak(synthetic.ANSWERS[key][:20], 16_000, whom.voice).size > 8_000


@pytest.mark.parametrize("question", [*content.QUESTIONS, *content.DRAFT_QUESTIONS], ids=lambda each: each.prompt[:20])
def test_scoring_guides_have_one_point_a_line_and_no_levels(question):
    lines = question.rubric.splitlines()
    assert points_of(question.rubric) == lines and 3 <= len(lines) <= 6
    assert all(len(line) <= 80 and line.count(".") == 1 for line in lines)
    assert not [line for line in lines if any(map(str.isdigit, line))], "levels are the scale's, not the guide's"
