"""Which rules hold in a situation, and what they let run: pure functions of places, a day and facts.

Where candidate, position and employer are in different places, the rules of all of them hold, and a place that is not
cleared closes face and voice wherever the others are: the stricter wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ml.core.messages import N_
from webapp.policy.acts import CLEARED, PROHIBITED, RULES
from webapp.policy.codes import normal, within
from webapp.policy.facts import Facts, KnownFacts, business_days
from webapp.policy.rules import EMOTION, Decision, Modality, Reach, Rule, Stop, Unless

#: Stops that the candidate's signature or time lifts: the candidate is asked all the same.
CURABLE = frozenset({"release_missing", "waiver_missing", "notice_too_short"})
NOT_CLEARED = {
    Modality.FACE: N_(
        "Facial expression is analysed only where that has been cleared, and the location of this "
        "position has not been. It was not done."
    ),
    Modality.SPEECH: N_(
        "Vocal expression is analysed only where that has been cleared, and the location of this "
        "position has not been. It was not done."
    ),
}


@dataclass(frozen=True)
class Situation:
    """Where and when. An empty place is one that nobody gave; ``staff`` None counts as many."""

    place: str
    on: date
    candidate: str = ""
    seat: str = ""
    staff: int | None = None

    def at(self, reach: Reach) -> str:
        """The code of one of the three places; empty where it was not given."""
        return normal({Reach.POSITION: self.place, Reach.CANDIDATE: self.candidate, Reach.SEAT: self.seat}[reach])

    @property
    def places(self) -> tuple[str, ...]:
        """The position's place, and those of the others that were given."""
        others = (self.at(Reach.CANDIDATE), self.at(Reach.SEAT))
        return (self.at(Reach.POSITION), *(code for code in others if code))


def concerns(rule: Rule, situation: Situation) -> bool:
    """Whether a rule binds in these places and at this size, on whatever day."""
    if situation.staff is not None and situation.staff < rule.staff:
        return False
    return any(code in rule.places for reach in rule.reach for code in within(situation.at(reach)))


def in_force(situation: Situation) -> list[Rule]:
    """The rules that hold, the oldest first."""
    found = [rule for rule in RULES if concerns(rule, situation) and rule.holds(situation.on)]
    return sorted(found, key=lambda rule: (rule.in_force, rule.id))


def upcoming(situation: Situation) -> list[Rule]:
    """The rules that will hold later, the next one first."""
    found = [rule for rule in RULES if concerns(rule, situation) and rule.in_force > situation.on]
    return sorted(found, key=lambda rule: (rule.in_force, rule.id))


def may_be_attested(place: str) -> bool:
    """Whether an admin can clear a place for face or voice at all: not in the EU and the EEA, and nowhere unknown."""
    chain = within(place)
    return bool(chain) and not PROHIBITED.intersection(chain)


def is_cleared(place: str, modality: Modality, facts: Facts) -> bool:
    """Whether face or voice may run in a place at all, as far as no rule stops them."""
    chain = within(place)
    countries = [code for code in chain if len(code) == 2]
    if countries and all(code in CLEARED for code in countries):
        return True
    return may_be_attested(place) and any(facts.attested(code, modality) for code in chain)


def judge(modality: Modality, situation: Situation, facts: Facts | None = None) -> Decision:
    """What the law says of ``modality``, whatever the candidate agreed to; the firmest no where there are several."""
    known = facts or KnownFacts()
    stops = [stop for rule in in_force(situation) for stop in _stops(rule, modality, situation, known)]
    firm = next((stop for stop in stops if stop.code == "prohibited_in_eea"), None)
    if firm is not None:
        return firm
    if modality in EMOTION and not all(is_cleared(place, modality, known) for place in situation.places):
        return Decision(False, "place_not_cleared", NOT_CLEARED[modality])
    stops.sort(key=lambda stop: stop.code in CURABLE)
    return stops[0] if stops else Decision(True)


def _stops(rule: Rule, modality: Modality, situation: Situation, facts: Facts) -> list[Decision]:
    return [
        found
        for stop in rule.stops
        if modality in stop.modalities and (found := _stopped(stop, rule, situation, facts)) is not None
    ]


def _stopped(stop: Stop, rule: Rule, situation: Situation, facts: Facts) -> Decision | None:
    no = Decision(False, stop.code, stop.reason)
    if stop.unless is Unless.AUDIT:
        audited = facts.audited_on(rule.id)
        if audited is None or audited > situation.on:
            return no
        return None if (situation.on - audited).days <= stop.value else Decision(False, stop.old_code, stop.old_reason)
    if stop.unless is Unless.NOTICE:
        told = facts.told_on()
        return None if told is not None and business_days(told, situation.on) >= stop.value else no
    if stop.unless is Unless.RELEASE:
        return None if facts.released() else no
    if stop.unless is Unless.WAIVER:
        return None if facts.waived() else no
    return no
