"""Rubric points, story parts and habits of answers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bench import content as bench
from ml.content import rubric, star
from ml.content.infer import habits, read
from ml.content.points import MOST_POINTS, points_of
from ml.content.sentences import sentences
from ml.core.errors import Unreadable
from ml.interview.words import words_of
from ml.training.content.labelled import HELD_OUT, TUNING

ANSWER = TUNING[0].text
POINTS = "\n".join(point for point, _ in TUNING[0].points)


def test_quotes_are_where_they_say():
    reading = read(ANSWER, POINTS)
    assert len(reading.points) == 5
    for found in [point for point in reading.points if point["found"]] + reading.parts:
        assert ANSWER[found["start"] : found["end"]] == (found.get("quote") or found.get("text"))


def test_offsets_hold_with_line_breaks_and_odd_characters():
    text = "  First, I “called”\n\nthe doctor…  Then 😀 I wrote a note.\r\nEnd"
    for sentence in sentences(text):
        assert text[sentence.start : sentence.end] == sentence.text and sentence.text.strip() == sentence.text


def test_a_point_that_nothing_touches_is_not_found_and_has_no_quote():
    (point,) = rubric.match(ANSWER, ["Negotiates a contract with the trade union"])
    assert not point.found and point.quote is None and point.start is None


def test_the_same_words_touch_a_point():
    (point,) = rubric.match("I sing. I apologised to the guest and paid for the meal.", ["Apologises to the guest"])
    assert point.found and "apologised" in point.quote


def test_points_are_lines_without_bullets():
    assert points_of("- One thing\n\n 2. Second thing\n* \n• Third\n---") == [
        "One thing",
        "Second thing",
        "Third",
    ]
    assert len(points_of("\n".join(f"point {i}" for i in range(100)))) == MOST_POINTS
    assert points_of("") == [] and points_of("same\n- same") == ["same"]


def test_precision_and_recall_on_the_held_out_half():
    result = bench._points(HELD_OUT)
    assert result["precision"] >= 0.8 and result["recall"] >= 0.5
    assert result["recall"] > result["common_words"]["recall"]


def test_story_parts_on_the_held_out_half():
    assert bench._parts(HELD_OUT)["accuracy"] >= 0.8


def test_a_story_without_a_result_says_so():
    without = " ".join(text for label, text in TUNING[5].sentences if label != "R")
    assert read(without).missing == ["result"]
    assert read(TUNING[5].text).missing == []


def test_opinions_are_no_story():
    reading = read(TUNING[3].text)
    assert reading.parts == [] and reading.missing == []


def test_taking_the_action_away_takes_its_part_away():
    told = {part.part for part in star.mark(TUNING[8].text)}
    rest = " ".join(text for label, text in TUNING[8].sentences if label != "A")
    assert "action" in told and "action" not in {part.part for part in star.mark(rest)}


def test_habits_are_counted():
    found = habits(words_of("Um, I guess, uhm, that was, er, kind of stuff. Umm."))
    assert found["fillers"] == 4 and found["filler_words"][0] == ["um", 3]
    assert found["hedges"] == 2 and found["vague"] == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "too_little_text"),
        ("um uh er " * 30, "too_little_text"),
        ("\x00\x00", "too_little_text"),
        ("<b></b>" * 50, "not_english"),
        ("Ich habe gestern den ganzen Tag gearbeitet und danach lange geschlafen, weil alles so anstrengend "
         "gewesen ist, sagte meine Mutter immer.", "not_english"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(text, code):
    with pytest.raises(Unreadable) as refused:
        read(text, POINTS)
    assert refused.value.code == code


def test_a_very_long_answer_is_bounded():
    reading = read("I worked on the project with my team and we finished it. " * 3000, "Works in a team")
    assert reading.warnings and reading.coverage < 1


def test_serving_imports_no_training_library():
    code = "import ml.content.infer, ml.interview.infer, sys; "
    code += "print([m for m in ('sklearn', 'tensorflow', 'torch', 'keras', 'gensim', 'nltk') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
