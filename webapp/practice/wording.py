"""What to try next in plain words. Advice for who practises, about one thing; never a grade."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

#: For each kind of webapp/practice/next_step.py what it is called, and what to do about it.
STEPS = {
    "quiet": (
        _l("Be easier to hear"),
        _l("Your voice stands out little from the background. Move nearer to the microphone, or to a quieter room."),
    ),
    "short": (_l("Say more"), _l("The answer has few words. Take a minute and describe one case from start to end.")),
    "example": (
        _l("Describe one case"),
        _l("Choose one thing that really happened: what it was about, what you did, how it ended."),
    ),
    "result": (_l("Say how it ended"), _l("End with one sentence about the result, with a number if you know one.")),
    "action": (
        _l("Say what you did yourself"),
        _l("Add one or two sentences that begin with “I”: I checked, I wrote, I called."),
    ),
    "situation": (
        _l("Say where and when it was"),
        _l("Begin with one sentence about the situation, so that listeners can follow."),
    ),
    "task": (_l("Say what was at stake"), _l("Add one sentence about what you had to do and why it mattered.")),
    "point": (
        _l("Answer all of the question"),
        _l("Listeners look for an answer that does the following. Nothing in your words was recognised as doing it."),
    ),
    "vague": (_l("Name things"), _l("Where you say “stuff”, “things” or “something”, say what it was.")),
    "hedges": (_l("Say it plainly"), _l("Leave out “I guess”, “kind of” and “maybe” where you are sure.")),
    "fillers": (
        _l("Pause instead of filling"),
        _l("When the next word is not there yet, say nothing for a moment. Silence sounds calm."),
    ),
    "fast": (_l("Speak a little slower"), _l("Stop for a breath at the end of each sentence.")),
    "slow": (
        _l("Speak a little faster"),
        _l("Decide beforehand on the three things you want to say, and say one after the other."),
    ),
    "pauses": (
        _l("Keep long pauses for the start"),
        _l("Use the time to think before recording for a plan of three steps, so that you need no long pause later."),
    ),
    "again": (
        _l("Try another example"),
        _l("Nothing stands out that would distract listeners. Answer the same question with another example."),
    ),
    "unknown": (
        _l("Nothing to suggest yet"),
        _l("No analysis says anything about this attempt. The reasons are below each question."),
    ),
}
PARTS = {"situation": _l("Situation"), "task": _l("Task"), "action": _l("Action"), "result": _l("Result")}


def init_app(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.globals.update(practice_steps=STEPS, practice_parts=PARTS)
