"""The timeline and the suggestions: drawn with intervals, only once they may be seen, and never a verdict."""

from __future__ import annotations

import re

import pytest

from ml.core.readings import ContentReading, FusedReading, ModelVersion, Track
from ml.transcripts.transcript import Transcript, Word
from tests.webapp.analysis.conftest import models, run_all
from webapp.core.database import db
from webapp.questions.guide import Competency, ScoringGuide
from webapp.reviews.models import PointVerdict
from webapp.transcripts import store
from webapp.transcripts.models import Origin
from webapp.workspace import timeline
from webapp.workspace.evidence import suggestions

__all__ = ["models", "run_all"]


def transcript(text: str, step: float = 0.5) -> Transcript:
    return Transcript([Word(word, step * n, step * n + 0.4) for n, word in enumerate(text.split())], "en")


def test_nothing_is_there_before_ones_own_scorecard(client, interview, run_all):
    run_all(interview)
    at = f"/reviews/{interview.id}/answers/1"
    assert client.get(f"{at}/analyses").status_code == 404
    point = {"point": "Names the problem", "verdict": "confirmed"}
    assert client.post(f"{at}/points", data=point).status_code == 404
    client.post(f"/reviews/{interview.id}/skip")
    page = client.get(f"{at}/analyses").text
    assert [*re.findall(r'class="tl-name"[^>]*>([^<]+)', page)] == [
        "Expression",
        "Face",
        "Voice",
    ] and 'class="tl-band"' in page
    assert (
        "Names the problem" in page
        and "not found" not in page.lower()
        and "I heard it" in page
        and "Strike" not in page
    )
    shown = client.post(f"{at}/points", data=point, headers={"Accept": "application/json"}).text
    assert "Confirmed" in shown and db.session.query(PointVerdict).one().was_found is False
    assert client.post(f"{at}/points", data=point | {"point": "Another"}).status_code == 422


def test_where_the_law_forbids_it_only_words_have_a_row(client, make, submit, recruiter):
    interview = submit()
    interview.position.country = "FR"
    answer = next(each for each in interview.answers if each.takes)
    store.add(answer, transcript("I found the cause and fixed it"), Origin.TYPED, by_machine=False)
    db.session.commit()
    client.post(f"/reviews/{interview.id}/skip")
    page = client.get(f"/reviews/{interview.id}/answers/1/analyses").text
    assert re.findall(r'class="tl-name"[^>]*>([^<]+)', page) == ["Words"]


def test_words_a_minute_with_the_interval_of_a_count(app):
    with app.test_request_context():
        row = timeline.words_row(transcript(" ".join(["word"] * 20)), 20.0)
        assert timeline.words_row(Transcript([Word("a", None, None)]), 20.0) is None
    assert [said.partition(" words")[0] for _start, _end, said in row.table] == ["120", "120", "0", "0"]
    # Ten words: Garwood's interval of a Poisson count is 4.80 to 18.39.
    assert "(58 to 221)" in row.table[0][2] and "(0 to 44)" in row.table[2][2]
    assert all(0 <= band.low <= band.value <= band.high <= 1 for band in row.runs[0])


def test_a_line_has_its_interval_and_its_holes(app):
    track = Track(("happy",), [0.0, 1.0, 2.0, 3.0], [[1.0]] * 4)
    fused = FusedReading(track, {}, None, {}, 1.0, valence=[[-1, 0, 1], [0, 0.5, 0.9], None, [0, 0, 0]])
    with app.test_request_context():
        row = timeline.fused_row(fused)
    assert [len(run) for run in row.runs] == [2, 1]
    path = timeline.path_of(row.runs[0], 4.0, 40)
    assert (
        path["line"] == "M0.0 20.0 L250.0 10.0" and path["band"].startswith("M0.0 0.0") and path["band"].endswith("Z")
    )


@pytest.mark.parametrize("words", [True, False])
def test_a_suggestion_has_its_quote_and_its_time(words):
    said = transcript("First I measured it. Then I fixed the cause at once.")
    guide = ScoringGuide([Competency("c1", "Problem solving", {}, ["Says how it ended", "Fixes the cause"])])
    start = said.text.index("Then")
    found = {
        "point": "Fixes the cause",
        "found": True,
        "quote": "Then I fixed the cause at once.",
        "start": start,
        "end": len(said.text),
        "similarity": 0.7,
    }
    missed = {"point": "Says how it ended", "found": False, "quote": "", "start": 0, "end": 0, "similarity": 0.1}
    reading = ContentReading(ModelVersion("content", "1", "ab"), 1.0, points=[missed, found])
    ((competency, points),) = suggestions(guide, reading, said if words else None)
    assert competency.name == "Problem solving" and [each.point for each in points] == [
        "Fixes the cause",
        "Says how it ended",
    ]
    assert (points[0].start, points[0].end) == ((2.0, 5.4) if words else (None, None)) and points[1].quote == ""
    assert [each.quote for each in suggestions(guide, None, said)[0][1]] == ["", ""]
