"""The one thing to try next: written cases of a pure function."""

from __future__ import annotations

import pytest

from webapp.practice.next_step import THINGS, Attempt, Step, choose
from webapp.practice.wording import STEPS

#: A story that lacks nothing, told well.
GOOD = {
    "story": True,
    "words": 120,
    "told": frozenset({"situation", "task", "action", "result"}),
    "points": (("Names a result", True),),
    "pace": 4.2,
    "longest_pause": 1.5,
    "clearness": 30.0,
    "fillers": 1,
    "hedges": 0,
    "vague": 0,
}


def good(**changed) -> Attempt:
    return Attempt(**{**GOOD, **changed})


CASES = [
    ("quiet before everything else", {"clearness": 9.0, "words": 10, "fillers": 20}, "quiet"),
    ("too short for a story", {"words": 30, "told": frozenset({"action"})}, "short"),
    ("a story without an example", {"told": frozenset({"situation"})}, "example"),
    ("no result", {"told": frozenset({"situation", "task", "action"})}, "result"),
    ("no action", {"told": frozenset({"situation", "task", "result"})}, "action"),
    ("no situation", {"told": frozenset({"task", "action", "result"})}, "situation"),
    ("no task", {"told": frozenset({"situation", "action", "result"})}, "task"),
    ("a point that nothing supports", {"points": (("A", True), ("B", False))}, "point"),
    ("vague words", {"vague": 3}, "vague"),
    ("softened", {"hedges": 4}, "hedges"),
    ("fillers that are noticed", {"fillers": 4}, "fillers"),
    ("few fillers are how people speak", {"fillers": 2}, "again"),
    ("many fillers in a long answer are not noticed", {"fillers": 4, "words": 400}, "again"),
    ("too fast", {"pace": 6.5}, "fast"),
    ("too slow", {"pace": 2.0}, "slow"),
    ("a long pause", {"longest_pause": 6.0}, "pauses"),
    ("nothing stands out", {}, "again"),
    ("a question that asks for no story", {"story": False, "words": 30, "told": frozenset()}, "again"),
    ("only the voice was analysed", {"words": None, "told": None, "points": (), "fillers": None, "pace": 7.0}, "fast"),
    ("only the words were", {"pace": None, "longest_pause": None, "clearness": None, "vague": 5}, "vague"),
    ("at the bound nothing is said", {"pace": 6.0, "longest_pause": 4.0, "clearness": 15.0, "words": 60}, "again"),
]


@pytest.mark.parametrize(("changed", "kind"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_one_thing_is_named(changed, kind):
    assert choose([{"q": good(**changed)}]) == Step(kind, None if kind == "again" else "q")


def test_what_no_analysis_says_anything_about_gets_no_advice():
    assert choose([{"q": good(pace=9.0)}, {"q": Attempt(story=True)}]) == Step("unknown")
    assert choose([{}]) == Step("unknown")
    with pytest.raises(ValueError, match="no round"):
        choose([])


def test_the_first_thing_in_order_is_named_whichever_question_it_is_about():
    assert choose([{"a": good(pace=7.0), "b": good(clearness=5.0)}]) == Step("quiet", "b")
    assert choose([{"a": good(pace=7.0), "b": good(pace=8.0)}]) == Step("fast", "a")


def test_what_was_put_right_is_said():
    assert choose([{"q": good(vague=5)}, {"q": good(pace=7.0)}]) == Step("fast", "q", done="vague")


def test_what_is_no_longer_known_is_not_called_right():
    assert choose([{"q": good(pace=7.0)}, {"q": good(pace=None)}]) == Step("again")


def test_what_was_named_twice_and_still_holds_gives_way_once():
    worn = {"q": good(clearness=5.0, vague=5)}
    assert [choose([worn] * times).kind for times in (1, 2, 3, 4)] == ["quiet", "quiet", "vague", "quiet"]
    only = {"q": good(clearness=5.0)}
    assert choose([only] * 3) == Step("quiet", "q")


def test_everything_that_may_be_named_has_words():
    assert set(STEPS) == {*THINGS, "again", "unknown"}
