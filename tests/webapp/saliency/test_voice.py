"""Why a voice was read as it was: for whom, of what, and computed once."""

from __future__ import annotations

import pytest

from ml.core.errors import Unreadable
from ml.speech.explain import Explanation
from tests.webapp.analysis.conftest import models, run_all
from tests.webapp.analysis.samples import answer_all
from webapp.accounts.models import Role
from webapp.analysis.operations import analyses_of, consents_changed
from webapp.core.database import db
from webapp.core.storage import storage
from webapp.interviews.models import Consent
from webapp.policy import Modality, Purpose
from webapp.saliency import cache

__all__ = ["models", "run_all"]


@pytest.fixture
def calls(monkeypatch, app):
    """What was asked of ml.speech.explain, which answers with two pieces in two bands."""
    import ml.speech.explain as module

    asked = []

    def explain(path, start, end, label):
        asked.append((start, end, label))
        values = [[0.8, -0.4], [0.01, 0.0]]
        return Explanation(
            label, start, end, 0.62, [start, start + 1.5, end], [60.0, 1400.0, 7600.0], values, [0, 0], [0, 0]
        )

    import numpy as np

    monkeypatch.setattr(module, "explain", explain)
    monkeypatch.setattr(module, "_excerpt", lambda path, start, end: np.zeros(int((end - start) * 16_000), np.float32))
    app.config["BLIND_REVIEW"] = False
    return asked


@pytest.fixture
def interview(make, run_all):
    interview = answer_all(
        make, make.interview(invitation=make.invitation("CA", question_set=make.question_set("audio")))
    )
    run_all(interview)
    return interview


def address(interview, modality=Modality.SPEECH, **query) -> str:
    analysis = next(row for row in analyses_of(interview) if row.modality is modality)
    query = {"time": 12.0, "label": "happy", **query}
    return f"/explanations/{analysis.id}.json?" + "&".join(f"{key}={value}" for key, value in query.items())


def test_a_stretch_is_explained_in_words_and_as_a_figure_and_kept(interview, calls, client, sign_in):
    sign_in(interview.invitation.created_by)
    found = client.get(address(interview)).get_json()
    assert calls == [(10.5, 13.5, "happy")]
    assert found["summary"][0].startswith("Between 10.5 and 13.5 s the model gives “Happy” 62 %")
    assert "evidence for it" in found["summary"][1] and "evidence against it" in found["summary"][2]
    assert [shape["line"]["dash"] for shape in found["figure"]["layout"]["shapes"]] == ["solid", "dot"]
    assert client.get(address(interview, time=12.1)).get_json() == found
    assert len(calls) == 1


@pytest.mark.parametrize("query", [{"time": -1}, {"time": 900}, {"time": "nan"}, {"time": "x"}, {"label": "bored"}])
def test_only_moments_inside_and_known_expressions(interview, calls, client, sign_in, query):
    sign_in(interview.invitation.created_by)
    assert client.get(address(interview, **query)).status_code == 400


def test_nobody_else_and_no_other_modality(interview, calls, client, sign_in, make):
    for role in (Role.RECRUITER, Role.CANDIDATE):
        sign_in(make.user(role))
        assert client.get(address(interview)).status_code == 404
    sign_in(interview.invitation.created_by)
    assert client.get(address(interview, Modality.TEXT)).status_code == 404
    assert calls == []


def test_with_the_consent_goes_the_explanation(interview, calls, client, sign_in):
    sign_in(interview.invitation.created_by)
    path = address(interview)
    assert client.get(path).status_code == 200
    assert storage.keys_of(cache.KIND)
    interview.consents.append(Consent(purpose=Purpose.VOICE, granted=False, text_version="test"))
    consents_changed(interview)
    db.session.commit()
    assert client.get(path).status_code == 404
    assert storage.keys_of(cache.KIND) == []


def test_silence_is_said_in_words(interview, calls, client, sign_in, monkeypatch):
    import ml.speech.explain as module

    def nothing(*_):
        raise Unreadable("silence", "Nobody speaks in this stretch.")

    monkeypatch.setattr(module, "explain", nothing)
    sign_in(interview.invitation.created_by)
    response = client.get(address(interview))
    assert response.status_code == 422 and response.get_json()["error"]["code"] == "silence"
