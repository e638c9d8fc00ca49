"""The registry: what serves, what drifted, and the technical file that is made of both."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.analysis.models import Analysis, AnalysisState
from webapp.core.database import db, now
from webapp.messages.models import Channel, Message
from webapp.policy import Modality
from webapp.registry import cards, drift, groups, operations, receivers, technical_file
from webapp.registry.models import ModelVersionRow


def test_every_model_with_a_card_is_there_with_data_and_hashes():
    found = {card.name: card for card in cards.cards()}
    assert {"face", "speech", "text", "fusion"} <= set(found)
    for name in ("face", "speech", "text"):
        assert found[name].sha256 and found[name].figures() and found[name].data["licence"], name
        assert found[name].uses and found[name].limits, name


def test_a_file_that_is_not_the_cards_is_said(tmp_path, monkeypatch):
    (tmp_path / "m.json").write_text('{"version": "1", "files": {"m.onnx": "%s", "gone": "x"}}' % ("0" * 64))
    (tmp_path / "m.onnx").write_bytes(b"changed")
    monkeypatch.setenv("VIVA_WEIGHTS", str(tmp_path))
    assert cards.cards()[0].damaged() == ["m.onnx", "gone"]


def test_versions_are_kept_once_and_stay(app, monkeypatch):
    first = operations.register()
    assert first >= 4 and operations.register() == 0
    changed = [
        cards.Card("text", {**card.data, "version": "text-new"}) for card in cards.cards() if card.name == "text"
    ]
    monkeypatch.setattr(operations, "cards", lambda: changed)
    assert operations.register() == 1
    assert len(operations.earlier("text")) == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ModelVersionRow)) == first + 1


def test_the_index_of_two_samples():
    rng = np.random.default_rng(1)
    same, moved = rng.normal(size=2000), rng.normal(1.0, 1.0, size=2000)
    assert drift.psi(same[:1000], same[1000:]) < drift.NOTICED
    assert drift.psi(same, moved) > drift.ALARMING
    assert drift.psi(same[:49], moved) is None
    # By hand: halves of 50:50 against 80:20 are (0.3 ln 1.6 - 0.3 ln 0.4) = 0.416.
    halves = [0.0] * 50 + [1.0] * 50
    assert drift.psi(halves, [0.0] * 80 + [1.0] * 20) == pytest.approx(0.3 * np.log(1.6) - 0.3 * np.log(0.4))
    assert drift.psi([1.0] * 60, [1.0] * 60) == pytest.approx(0.0)


def test_drift_is_shown_with_n_and_as_not_enough_data(client, make, sign_in):
    sign_in(make.user(Role.ADMIN))
    assert "not enough data" in client.get("/models/").text
    interview = make.interview()
    questions = interview.question_set.questions
    for month, words in ((now() - timedelta(days=70), 100), (now(), 300)):
        for number in range(drift.FEWEST):
            if number % 3 == 0:
                other = make.interview(invitation=make.invitation(question_set=interview.question_set))
            answer = make.answer(other, questions[number % 3])
            db.session.add(
                Analysis(interview=other, answer=answer, modality=Modality.TEXT, state=AnalysisState.DONE, finished_at=month,
                         model_name="text", model_version="v1",
                         result={"coverage": 0.9, "statistics": {"words": words + number}, "traits": {}})
            )  # fmt: skip
    db.session.commit()
    found = {(each.side, each.name): each for each in drift.drifts() if each.modality is Modality.TEXT}
    assert found["input", "words"].state == "alarming" and found["input", "words"].reference == drift.FEWEST
    assert found["input", "coverage"].state == "usual" and found["output", "openness"].state == "unknown"
    page = client.get("/models/").text
    assert "has changed" in page and f"(n = {drift.FEWEST})" in page


def test_pages_of_models_and_the_technical_file(client, make, sign_in):
    sign_in(make.user(Role.ADMIN))
    page = client.get("/models/text").text
    assert "must not be used for" in page and "text.onnx" in page
    assert client.get("/models/nothing").status_code == 404
    file = client.get("/models/technical-file.md")
    assert "attachment" in file.headers["Content-Disposition"]
    for heading in (*technical_file.ANNEX_IV, "Art. 30", "impact assessment"):
        assert heading in file.text, heading
    assert "text.onnx" not in file.text and "recordings" in file.text and technical_file.FILL_IN in file.text
    assert "AI Act" not in client.get("/sign-in").text


def test_admins_are_told_of_drift_once_a_month_for_each_number(make):
    admin, _recruiter = make.user(Role.ADMIN), make.user()
    found = drift.Drift(Modality.TEXT, "input", "words", 50, [("2026-11", 60, 0.1), ("2026-12", 120, 0.41)])
    for _ in range(2):
        receivers.tell_admins(found)
    later = drift.Drift(Modality.TEXT, "input", "words", 50, [("2026-12", 120, 0.41), ("2027-01", 70, 0.3)])
    receivers.tell_admins(later)
    db.session.commit()
    mails = db.session.scalars(sa.select(Message).filter_by(kind="drift", channel=Channel.MAIL)).all()
    assert [each.recipient for each in mails] == [admin.email] * 2
    assert {each.facts["what"] for each in mails} == {
        "text, input: words (0.41, n = 120)", "text, input: words (0.30, n = 70)"
    }  # fmt: skip


def test_figures_by_group_are_in_the_model_cards_as_the_command_prints_them(app, client, sign_in, make):
    printed = app.test_cli_runner().invoke(args=["models", "groups"]).output
    assert "fusion (fusion-" in printed and "women 0." in printed and "text (text-" in printed
    for card in cards.cards():
        section = card.text.get("By group of people", "")
        for line in groups.lines_of(card):
            if line.startswith("not measured"):
                assert not section or section.startswith("Not measured"), card.name
            else:
                assert line in section, f"bring ml/{card.name}/MODEL_CARD.md up to date: {line}"
    sign_in(make.user(Role.ADMIN))
    for name, said in (
        ("text", "at least five people of each group"),
        ("voice", "speaker by speaker"),
        ("fusion", "n = 10"),
    ):
        assert said in client.get(f"/models/{name}").text, name
