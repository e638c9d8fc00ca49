"""Viva's own practice questions: what candidates practise on."""

from __future__ import annotations

#: Marks the built-in set among all question sets.
LINEAGE = "viva0practice0questions000000000"
TITLE = "Practice questions"
#: Kind, prompt, think time (seconds), time limit (seconds).
QUESTIONS = (
    ("video", "Tell me about a piece of work that you are proud of. What was your part in it?", 30, 120),
    ("video", "Describe a time when something went wrong. What did you do, and what would you do now?", 30, 120),
    ("text", "What would you like to learn in your next job, and why? Write five sentences or more.", 0, 600),
)
