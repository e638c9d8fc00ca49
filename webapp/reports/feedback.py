"""Feedback in plain words for who practises: what listeners notice, as counts and facts, never as a grade."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from ml.core.readings import ContentReading
from webapp.core.pages import decimal

#: So many times, and so many in a hundred words, are noticed; fewer are how people speak.
NOTICED_TIMES = 3
NOTICED = {"fillers": 3.0, "hedges": 2.5, "vague": 2.0}
_ASKS_FOR_A_STORY = re.compile(r"\b(?:a time|an example|a situation|describe|tell me about a|what did you do)\b", re.I)
_MISSING = {
    "situation": _l("There is no sentence about where and when it happened. One is enough."),
    "task": _l("There is no sentence about what you had to do, or what was at stake."),
    "action": _l("There is no sentence about what you did yourself. Say “I” where it was you."),
    "result": _l("You gave no result: there is no sentence about how it ended."),
}


def _in_100(share: float) -> str:
    return _("%(number)s in 100 words", number=decimal(100 * share, 1))


#: What each feature of the raters' model is called, and how it is counted.
FEATURES = {
    "words_per_second": (_l("Pace"), lambda x: _("%(number)s words per minute", number=decimal(60 * x))),
    "log_seconds_per_answer": (
        _l("Length of an answer"),
        lambda x: _("%(number)s s", number=decimal(2.718281828**x)),
    ),
    "log_longest_pause": (
        _l("Longest pause in an answer"),
        lambda x: _("%(number)s s", number=decimal(2.718281828**x, 1)),
    ),
    "pitch_deviation": (_l("Pitch variation"), lambda x: _("%(number)s semitones", number=decimal(x, 1))),
    "share_fillers": (_l("“Um”, “uh” and similar"), _in_100),
    "share_like": (_l("“Like”"), _in_100),
    "variety": (_l("Different words in 50"), lambda x: decimal(50 * x)),
    "share_we": (_l("“We”, “us”, “our”"), _in_100),
    "share_vague": (_l("“Stuff”, “things”, “something”"), _in_100),
    "share_hedges": (_l("“I guess”, “kind of”, “maybe”"), _in_100),
    "share_team": (_l("Words about a team"), _in_100),
    "share_positive": (_l("“Good”, “able”, “improve” and similar"), _in_100),
    "share_enthusiasm": (_l("“Enjoy”, “excited”, “proud” and similar"), _in_100),
    "letters_per_word": (_l("Letters per word"), lambda x: decimal(x, 1)),
}


def init_app(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.globals.update(feedback_on=feedback_on, raters_part=part)


def feedback_on(reading: ContentReading, prompt: str, verb: str = "said") -> list[str]:
    """What stands out in one answer, as sentences; empty where nothing does.

    ``verb`` is how the answer was given: "said" or "wrote".
    """
    found = []
    wrote = verb == "wrote"
    habits = reading.habits
    words = max(1, habits.get("words") or 0)
    if _noticed(habits, "fillers", words):
        said = ", ".join(
            _("“%(word)s” %(times)s", word=word, times=_times(count)) for word, count in habits.get("filler_words", ())
        )
        found.append(
            _("You wrote %(list)s, in %(words)s words.", list=said, words=words)
            if wrote
            else _("You said %(list)s, in %(words)s words.", list=said, words=words)
        )
    if _noticed(habits, "hedges", words):
        times = _times(habits["hedges"])
        found.append(
            _("You softened what you wrote %(times)s (“I guess”, “kind of”, “maybe”).", times=times)
            if wrote
            else _("You softened what you said %(times)s (“I guess”, “kind of”, “maybe”).", times=times)
        )
    if _noticed(habits, "vague", words):
        times = _times(habits["vague"])
        found.append(
            _("You wrote “stuff”, “things” or “something” %(times)s. Be specific.", times=times)
            if wrote
            else _("You said “stuff”, “things” or “something” %(times)s. Be specific.", times=times)
        )
    if asks_for_a_story(prompt):
        told = {part["part"] for part in reading.parts}
        if not told & {"action", "result"}:
            found.append(
                _("You gave no example with a result. Describe one case: what happened, what you did, how it ended.")
            )
        else:
            found += [str(_MISSING[name]) for name in reading.missing]
    return found


def asks_for_a_story(prompt: str) -> bool:
    """Whether a question asks for something that happened, by its English words."""
    return _ASKS_FOR_A_STORY.search(prompt) is not None


def part(entry: dict[str, Any]) -> dict[str, str]:
    """One thing that moved the estimate: {name, value, average, effect} in words."""
    name, say = FEATURES.get(entry["feature"], (entry["feature"], lambda x: decimal(x, 2)))
    points = decimal(abs(entry["effect"]), 1)
    raises = entry["effect"] > 0
    return {
        "name": str(name),
        "value": say(entry["value"]),
        "average": say(entry["average"]),
        "effect": _("raises it by %(points)s", points=points)
        if raises
        else _("lowers it by %(points)s", points=points),
    }


def is_noticed(name: str, count: int, words: int) -> bool:
    """Whether "fillers", "hedges" or "vague" words are so many, of ``words`` (at least 1), that listeners notice."""
    return count >= NOTICED_TIMES and 100 * count / words >= NOTICED[name]


def _noticed(habits: dict[str, Any], name: str, words: int) -> bool:
    return is_noticed(name, habits.get(name) or 0, words)


def _times(count: int) -> str:
    return {1: _("once"), 2: _("twice")}.get(count) or ngettext("%(num)s time", "%(num)s times", count)
