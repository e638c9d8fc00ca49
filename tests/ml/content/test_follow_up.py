"""The rule of the follow-up: forty written cases (transcript, points → which is asked, or none)."""

from __future__ import annotations

import pytest

from ml.content.follow_up import choose

TEAM = "We were five people in the team and I met with my colleagues every morning to share out the work between us."
MEASURED = "Afterwards I measured the number of complaints every week, and they fell from twenty to four."
LEARNT = "I learned from that mistake that I should ask earlier, and since then I always check my plan with somebody."
COST = "I had to watch the budget, so I compared the prices of three suppliers and saved four hundred euros."
SAFETY = "First I checked that nobody was in danger, closed the door and put up a safety warning on the wall."
CUSTOMER = "I listened to the angry customer, apologised to her for the delay, and called her again the next day."
CONFLICT = "Two colleagues disagreed loudly about the plan, so I talked with both and we agreed on a compromise."
TEACH = "I trained the new apprentice, showed her every machine and explained each step until she could do it."
PLAN = "I made a schedule with all tasks, set priorities for each day and finished two days before the deadline."
CHANGE = "When the software changed I adapted quickly, learned the new system at home and helped others with it."

P_TEAM = "Works with colleagues in a team"
P_MEASURED = "Measures the result with a number"
P_LEARNT = "Says what was learned from a mistake"
P_COST = "Keeps to the budget and compares prices"
P_SAFETY = "Checks safety first"
P_CUSTOMER = "Listens to an angry customer and apologises"
P_CONFLICT = "Settles a disagreement between colleagues"
P_TEACH = "Teaches a new employee"
P_PLAN = "Plans the work and meets the deadline"
P_CHANGE = "Adapts to new software"

SHORT = "I did it well."
WEATHER = (
    "It was a warm evening and the garden smelled of roses, so we sat under the old tree, drank tea and watched the "
    "moon come up over the hills until it was quite dark."
)
GERMAN = (
    "Ich habe jeden Morgen mit meinen Kollegen gesprochen und danach haben wir zusammen die Arbeit verteilt, bis am "
    "Abend alles fertig gewesen ist und alle zufrieden nach Hause gingen."
)
FILLERS = "Um, uh, well, um, er, uh, hm, um, uh, er, um, uh, I, um, er, uh, did, um, er, uh, it, um, uh, er, yes."

#: (transcript, points of the follow-ups, the place of the one that is asked or None).
CASES = [
    # Everything that is asked about was said: nothing is asked.
    (TEAM, [P_TEAM], None),
    (MEASURED, [P_MEASURED], None),
    (LEARNT, [P_LEARNT], None),
    (COST, [P_COST], None),
    (SAFETY, [P_SAFETY], None),
    (CUSTOMER, [P_CUSTOMER], None),
    (TEACH, [P_TEACH], None),
    (PLAN, [P_PLAN], None),
    (CHANGE, [P_CHANGE], None),
    (f"{TEAM} {MEASURED}", [P_TEAM, P_MEASURED], None),
    (f"{MEASURED} {LEARNT} {COST}", [P_COST, P_LEARNT, P_MEASURED], None),
    (f"{CUSTOMER} {TEACH}", [P_TEACH, P_CUSTOMER], None),
    # One of two was said: the other is asked, in whatever order they are offered.
    (TEAM, [P_TEAM, P_MEASURED], 1),
    (TEAM, [P_MEASURED, P_TEAM], 0),
    (MEASURED, [P_MEASURED, P_TEACH], 1),
    (MEASURED, [P_TEACH, P_MEASURED], 0),
    (LEARNT, [P_LEARNT, P_COST], 1),
    (COST, [P_COST, P_CUSTOMER], 1),
    (COST, [P_CUSTOMER, P_COST], 0),
    (SAFETY, [P_SAFETY, P_COST], 1),
    (CUSTOMER, [P_CUSTOMER, P_PLAN], 1),
    (CONFLICT, [P_CONFLICT, P_COST], 1),
    (TEACH, [P_COST, P_TEACH], 0),
    (PLAN, [P_PLAN, P_CUSTOMER], 1),
    (CHANGE, [P_CUSTOMER, P_CHANGE], 0),
    # Two of three were said.
    (f"{TEAM} {MEASURED}", [P_TEAM, P_COST, P_MEASURED], 1),
    (f"{TEAM} {LEARNT}", [P_TEAM, P_LEARNT, P_COST], 2),
    (f"{COST} {SAFETY}", [P_CUSTOMER, P_COST, P_SAFETY], 0),
    (f"{PLAN} {TEACH}", [P_PLAN, P_TEACH, P_COST], 2),
    (f"{CUSTOMER} {COST}", [P_CUSTOMER, P_TEACH, P_COST], 1),
    # Nothing was said of the only point there is.
    (WEATHER, [P_MEASURED], 0),
    (WEATHER, [P_COST], 0),
    (TEAM, [P_SAFETY], 0),
    # The same point twice: the first is asked.
    (WEATHER, [P_COST, P_COST], 0),
    # Too little was said, another language, nothing but fillers, nothing offered: nothing is asked.
    (SHORT, [P_TEAM], None),
    ("", [P_TEAM, P_COST], None),
    (FILLERS, [P_TEAM], None),
    (GERMAN, [P_TEAM, P_COST], None),
    (TEAM, [], None),
    (f"{SHORT} {SHORT}", [P_MEASURED, P_LEARNT], None),
]


@pytest.mark.parametrize(("transcript", "points", "asked"), CASES, ids=map(str, range(1, len(CASES) + 1)))
def test_which_follow_up_is_asked(transcript, points, asked):
    choice = choose(transcript, points)
    assert choice.index == asked, choice


def test_there_are_forty_cases_and_the_rule_says_why():
    assert len(CASES) == 40
    assert choose(SHORT, [P_TEAM]).reason == "too_little_said"
    assert choose(GERMAN, [P_TEAM]).reason == "not_english"
    assert choose(TEAM, []).reason == "none_offered"
    asked = choose(TEAM, [P_TEAM, P_COST])
    assert asked.reason == "least_support" and asked.support[1] < asked.support[0]
    assert choose(TEAM, [P_TEAM, P_COST]) == asked  # the same words, the same question
