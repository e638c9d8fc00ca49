"""The one list of names."""

from __future__ import annotations

import json
from pathlib import Path

from ml.core.emotions import EXPRESSIONS, FACE_EMOTIONS, SEVEN, SPEECH_EMOTIONS, canonical, known
from ml.figures.charts import COLOURS
from webapp.reports.formatting import EMOTIONS

ROOT = Path(__file__).resolve().parents[3]


def test_faces_have_contempt_and_voices_calm_beside_the_seven():
    assert set(FACE_EMOTIONS) - set(SEVEN) == {"contempt"}
    assert {canonical(name) for name in SPEECH_EMOTIONS} - set(SEVEN) == {"calm"}
    assert set(EXPRESSIONS) == set(FACE_EMOTIONS) | {canonical(name) for name in SPEECH_EMOTIONS}


def test_words_of_data_sets_find_their_name():
    assert [canonical(name) for name in ("Fearful", "happiness ", "contempt", "bored")] == [
        "fear",
        "happy",
        "contempt",
        "bored",
    ]
    assert known(FACE_EMOTIONS, ("Happiness", "fearful")).tolist() == [n in ("happy", "fear") for n in FACE_EMOTIONS]


def test_every_name_has_its_word_its_colour_and_its_face():
    words = (ROOT / "webapp/static/js/live/words.js").read_text("utf-8")
    listed = words.split("EMOTIONS = ", 1)[1].split(";", 1)[0]
    drawn = (ROOT / "templates/live/_faces.html").read_text("utf-8")
    style = (ROOT / "webapp/static/css/live_faces.css").read_text("utf-8")
    for name in EXPRESSIONS:
        assert name in COLOURS and name in EMOTIONS
        assert name in json.loads(listed), f"the legend lacks {name}"
        assert f'face("{name}")' in drawn and f".emo-{name} " in style
