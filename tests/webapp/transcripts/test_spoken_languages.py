"""Spoken languages on the pages: told, shown, corrected, and never read for what the models do not know."""

from __future__ import annotations

import pytest

from webapp.analysis.models import AnalysisState
from webapp.analysis.operations import analyses_of
from webapp.analysis.runner import run
from webapp.core.database import db
from webapp.policy import Modality
from webapp.transcripts import languages, store


@pytest.fixture
def polish(spoken, fake, run_all):
    """A submitted interview whose recording was heard as Polish."""
    fake.language, fake.likelihood = "pl", 0.93
    interview = spoken()
    run_all(interview)
    return interview


def of_text(interview):
    return next(row for row in analyses_of(interview, results=True) if row.modality is Modality.TEXT)


def test_another_language_is_written_down_shown_and_not_analysed(polish, client, sign_in):
    answer = polish.answers[0]
    analysis = of_text(polish)
    assert analysis.state is AnalysisState.NOT_DONE and analysis.reason_code == "not_english"
    sign_in(polish.invitation.created_by)
    page = client.get(f"/transcripts/{answer.id}").text
    assert "Polish (told by the program, 93 % sure)" in page and 'srclang="pl"' in page
    assert "Only English words can be analysed" in page and "made up" not in page


def test_a_wrong_language_is_corrected_and_heard_again(polish, fake, client, sign_in):
    answer = polish.answers[0]
    sign_in(polish.invitation.created_by)
    client.post(f"/transcripts/{answer.id}/language", data={"language": "en"})
    assert (answer.spoken_language, store.visible(answer).version) == ("en", 1)
    fake.language = "en"
    db.session.commit()
    run(of_text(polish).id)
    db.session.expire_all()
    assert fake.asked == [None, "en"] and of_text(polish).state is AnalysisState.DONE
    assert store.visible(answer).version == 2 and len(store.versions(answer)) == 2
    # Said again, nothing is to do; and only what the recogniser knows can be said.
    assert client.post(f"/transcripts/{answer.id}/language", data={"language": "en"}).status_code == 422
    assert client.post(f"/transcripts/{answer.id}/language", data={"language": "tlh"}).status_code == 422


def test_without_the_multilingual_model_nobody_is_asked(polish, client, sign_in, monkeypatch):
    answer = polish.answers[0]
    sign_in(polish.invitation.created_by)
    assert "Another language was spoken" in client.get(f"/transcripts/{answer.id}").text
    monkeypatch.setenv("VIVA_WHISPER", "")
    assert "Another language was spoken" not in client.get(f"/transcripts/{answer.id}").text
    assert client.post(f"/transcripts/{answer.id}/language", data={"language": "en"}).status_code == 422


def test_languages_have_names(app):
    with app.test_request_context():
        names = dict(languages.choices())
    assert (names["ar"], names["pl"], names["jw"], names["yue" if "yue" in names else "zh"]) == (
        "Arabic",
        "Polish",
        "Javanese",
        "Chinese",
    )
    assert len(names) == 99 and all(len(name) > 2 for name in names.values())
