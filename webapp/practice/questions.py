"""Viva's own practice questions: what candidates practise on."""

from __future__ import annotations

#: Marks the built-in set among all question sets.
LINEAGE = "viva0practice0questions000000000"
TITLE = "Practice questions"
#: Which version of them this is: those who have practised keep the questions that they were asked.
VERSION = 3
#: Follow-ups by the question's place: after an answer one may be asked (webapp/questions/follow_ups.py).
FOLLOW_UPS = {
    1: (
        "Describes their own part in the work = What exactly did you do yourself?",
        "Names a result with a number = What came of it, as far as you can put it in numbers?",
    ),
    2: (
        "Says what was learned from the mistake = What did you learn from it?",
        "Tells what they did to correct the mistake = What did you do first when you noticed it?",
    ),
}
#: Points of evidence by the question's place: what an answer is compared with. No secret, for nobody is ever scored.
POINTS = {
    **{place: tuple(line.partition(" = ")[0] for line in lines) for place, lines in FOLLOW_UPS.items()},
    3: ("Names something that they want to learn", "Gives a reason why they want to learn it"),
}
#: Kind, prompt, think time (seconds), time limit (seconds).
QUESTIONS = (
    ("video", "Tell me about a piece of work that you are proud of. What was your part in it?", 30, 120),
    ("video", "Describe a time when something went wrong. What did you do, and what would you do now?", 30, 120),
    ("text", "What would you like to learn in your next job, and why? Write five sentences or more.", 0, 600),
)
