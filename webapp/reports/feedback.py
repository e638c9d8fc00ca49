"""Feedback in plain words for who practises: what listeners notice, as counts and facts, never as a grade."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from ml.core.readings import ContentReading

#: So many of a hundred words are noticed; fewer are how people speak.
NOTICED = {"fillers": 3.0, "hedges": 2.5, "vague": 2.0}
_ASKS_FOR_A_STORY = re.compile(r"\b(?:a time|an example|a situation|describe|tell me about a|what did you do)\b", re.I)
_MISSING = {
    "situation": "Nothing says where and when it happened. One sentence is enough.",
    "task": "Nothing says what you had to do, or what was at stake.",
    "action": "Nothing says what you did yourself. Say “I” where it was you.",
    "result": "You gave no result: no sentence tells how it ended.",
}
#: What each feature of the raters' model is called, and how it is counted.
FEATURES = {
    "words_per_second": ("Pace", lambda x: f"{60 * x:.0f} words a minute"),
    "log_longest_pause": ("Longest pause in an answer", lambda x: f"{2.718281828**x:.1f} s"),
    "pitch_deviation": ("How much the pitch moves", lambda x: f"{x:.1f} semitones"),
    "share_fillers": ("“Um”, “uh” and the like", lambda x: f"{100 * x:.1f} in 100 words"),
    "share_like": ("“Like”", lambda x: f"{100 * x:.1f} in 100 words"),
    "variety": ("Different words in 50", lambda x: f"{50 * x:.0f}"),
    "share_we": ("“We”, “us”, “our”", lambda x: f"{100 * x:.1f} in 100 words"),
    "share_vague": ("“Stuff”, “things”, “something”", lambda x: f"{100 * x:.1f} in 100 words"),
    "share_hedges": ("“I guess”, “kind of”, “maybe”", lambda x: f"{100 * x:.1f} in 100 words"),
    "share_team": ("Words about a team", lambda x: f"{100 * x:.1f} in 100 words"),
    "share_positive": ("“Good”, “able”, “improve” and the like", lambda x: f"{100 * x:.1f} in 100 words"),
    "share_enthusiasm": ("“Enjoy”, “excited”, “proud” and the like", lambda x: f"{100 * x:.1f} in 100 words"),
    "letters_per_word": ("Letters a word", lambda x: f"{x:.1f}"),
}


def init_app(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.globals.update(advice_on=advice, raters_part=part)


def advice(reading: ContentReading, prompt: str, verb: str = "said") -> list[str]:
    """What stands out in one answer, as sentences; empty where nothing does.

    ``verb`` is how the answer was given: "said" or "wrote".
    """
    found = []
    habits = reading.habits
    words = max(1, habits.get("words") or 0)
    if _noticed(habits, "fillers", words):
        said = ", ".join(f"“{word}” {_times(count)}" for word, count in habits.get("filler_words", ()))
        found.append(f"You {verb} {said}, in {words} words.")
    if _noticed(habits, "hedges", words):
        found.append(f"You softened what you {verb} {_times(habits['hedges'])} (“I guess”, “kind of”, “maybe”).")
    if _noticed(habits, "vague", words):
        found.append(f"You {verb} “stuff”, “things” or “something” {_times(habits['vague'])}. Name them.")
    if _ASKS_FOR_A_STORY.search(prompt):
        told = {part["part"] for part in reading.parts}
        if not told & {"action", "result"}:
            found.append(
                "You gave no example with a result. Tell of one case: what happened, what you did, how it ended."
            )
        else:
            found += [_MISSING[name] for name in reading.missing]
    return found


def part(entry: dict[str, Any]) -> dict[str, str]:
    """One thing that moved the estimate: {name, value, average, effect} in words."""
    name, say = FEATURES.get(entry["feature"], (entry["feature"], lambda x: f"{x:.2f}"))
    direction = "raises" if entry["effect"] > 0 else "lowers"
    return {
        "name": name,
        "value": say(entry["value"]),
        "average": say(entry["average"]),
        "effect": f"{direction} it by {abs(entry['effect']):.1f}",
    }


def _noticed(habits: dict[str, Any], name: str, words: int) -> bool:
    count = habits.get(name) or 0
    return count >= 3 and 100 * count / words >= NOTICED[name]


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
