"""The policy as asked about an interview: the one question that is put at three points.

Check 1 is the queue (webapp/analysis/operations.py), check 2 the API, check 3 the template (``policy_allows``). Each
asks anew: what was decided when work was queued does not count at the next, and a result that should not exist stays
hidden.

A change of the rules never acts backwards: an interview keeps what the law said of each modality when its consent was
given (``law_now``, kept in ``law_then``). What was stopped then stays stopped, though the rules allow it now; what is
stopped now is stopped, though it was allowed then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import sqlalchemy as sa
from flask import current_app

from ml.core.messages import N_
from webapp.core.database import db, now
from webapp.policy.acts import VERSION
from webapp.policy.engine import Mode, Purpose, decide, permitted_by_law
from webapp.policy.law import CURABLE, Situation, in_force, judge
from webapp.policy.models import OFF, Attestation, BiasAudit
from webapp.policy.rules import Decision, Modality, Unless
from webapp.policy.switches import switched_on

#: The code where an admin switched an analysis off: it neither runs nor is shown, and nothing of it is deleted.
SWITCHED_OFF = "switched_off"


class Place(Protocol):
    """What the policy must know of an interview or a live room to say what the law lets happen there."""

    @property
    def mode(self) -> Mode:
        """Practice or assessment."""

    @property
    def place(self) -> str | None:
        """Code of the place whose law holds; None where none is known."""

    @property
    def organisation_id(self) -> str | None:
        """Whose attestations and audits count; None: those of whoever asks, and those for all."""

    @property
    def candidate_place(self) -> str:
        """Code of the place where the candidate lives; empty where it is not known."""

    @property
    def law_then(self) -> Mapping[str, Any] | None:
        """What the law said when the consents were given."""

    @property
    def told_on(self) -> date | None:
        """The day on which the candidate was told."""

    @property
    def signed(self) -> Collection[str]:
        """``release`` and ``waiver``, as far as the candidate signed them."""


class Subject(Place, Protocol):
    """What the policy must know of an interview; webapp.interviews.models.Interview has it."""

    @property
    def consented(self) -> Collection[Purpose]:
        """What was agreed to."""


@dataclass(frozen=True)
class AtPlace:
    """A place at which nobody has been told or signed anything yet; a Place."""

    place: str
    organisation_id: str | None = None
    mode: Mode = Mode.ASSESSMENT
    candidate_place: str = ""
    law_then: None = None
    told_on: None = None
    signed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RecordedFacts:
    """Facts as the database has them, looked up when a rule asks (webapp/policy/facts.py, `Facts`)."""

    subject: Place

    def audited_on(self, rule_id: str) -> date | None:
        """The newest audit's day, of those that are not in the future."""
        query = sa.select(sa.func.max(BiasAudit.audited_on)).where(
            BiasAudit.rule_id == rule_id, BiasAudit.audited_on <= now().date(), self._counts(BiasAudit)
        )
        return db.session.scalar(query)

    def told_on(self) -> date | None:
        """The day on which the candidate was told."""
        return self.subject.told_on

    def released(self) -> bool:
        """Whether the candidate signed a release."""
        return "release" in self.subject.signed

    def waived(self) -> bool:
        """Whether the candidate signed a waiver."""
        return "waiver" in self.subject.signed

    def attested(self, place: str, modality: Modality) -> bool:
        """Whether an attestation for the place has not ended."""
        query = sa.select(
            sa.exists().where(
                Attestation.place == place,
                Attestation.modality == modality,
                Attestation.ended_at.is_(None),
                self._counts(Attestation),
            )
        )
        return bool(db.session.scalar(query))

    def _counts(self, model: type[Attestation] | type[BiasAudit]) -> sa.ColumnElement[bool]:
        """Whether a row is the organisation's own, or for all."""
        mine = self.subject.organisation_id
        return sa.true() if mine is None else sa.or_(model.organisation_id == mine, model.organisation_id.is_(None))


def situation_of(subject: Place, on: date | None = None) -> Situation:
    """Where ``subject`` is, on a day (UTC; today by default), with what the installation says of the employer."""
    return Situation(
        place=subject.place or "",
        on=on or now().date(),
        candidate=subject.candidate_place,
        seat=current_app.config["EMPLOYER_SEAT"],
        staff=current_app.config["EMPLOYER_STAFF"],
    )


def law_for(subject: Place, modality: Modality) -> Decision:
    """Whether the law, that of the consents' day and today's, lets ``modality`` run at all for ``subject``."""
    modality, mode = Modality(modality), Mode(subject.mode)
    if stopped := _stopped_then(subject, modality):
        return stopped[0]
    found = permitted_by_law(
        modality, mode, subject.place, situation=situation_of(subject), facts=RecordedFacts(subject)
    )
    return _unless_off(found, subject, modality)


def decide_for(interview: Subject, modality: Modality, consents: Collection[Purpose] | None = None) -> Decision:
    """Whether ``modality`` may run for, or be shown of, ``interview`` at this moment.

    :param consents: what would be agreed to; what is agreed to by default.
    """
    modality = Modality(modality)
    if stopped := _stopped_then(interview, modality):
        return stopped[0]
    found = decide(
        modality,
        mode=Mode(interview.mode),
        country=interview.place,
        consents=interview.consented if consents is None else consents,
        situation=situation_of(interview),
        facts=RecordedFacts(interview),
    )
    return _unless_off(found, interview, modality)


def _unless_off(decision: Decision, subject: Place, modality: Modality) -> Decision:
    """The decision, unless all but an admin's switch lets the analysis run."""
    if decision and switched_on(subject.organisation_id, modality) == OFF:
        return Decision(False, SWITCHED_OFF, N_("This analysis is switched off here."))
    return decision


def signatures_needed(subject: Place, modalities: Collection[Modality]) -> list[str]:
    """What the candidate has to sign, and has not, for ``modalities`` to run: ``release``, ``waiver``, in the order of
    the laws. Nothing for a modality that a signature would not let run."""
    situation, facts = situation_of(subject), RecordedFacts(subject)
    there = {Unless.RELEASE: facts.released, Unless.WAIVER: facts.waived}
    found: list[str] = []
    for modality in modalities:
        decision = judge(modality, situation, facts)
        if Mode(subject.mode) is Mode.PRACTICE or _stopped_then(subject, modality) or decision.code not in CURABLE:
            continue
        for stop in (stop for rule in in_force(situation) for stop in rule.stops if modality in stop.modalities):
            if stop.unless in there and not there[stop.unless]() and stop.unless.value not in found:
                found.append(stop.unless.value)
    return found


def all_allowed(interview: Subject, modalities: Collection[str]) -> bool:
    """Whether something made of ``modalities`` may be shown: each of them must be allowed. Nothing is never allowed."""
    return bool(modalities) and all(decide_for(interview, Modality(modality)) for modality in modalities)


def law_now(subject: Place, modalities: Collection[Modality]) -> dict[str, Any]:
    """What to keep in ``law_then``: what was kept before, and for ``modalities`` what the law says now."""
    situation = situation_of(subject)
    kept = dict(subject.law_then or {})
    for modality in modalities:
        found = permitted_by_law(
            modality, Mode(subject.mode), subject.place, situation=situation, facts=RecordedFacts(subject)
        )
        kept[modality.value] = {
            "code": found.code,
            "reason": found.reason,
            "version": VERSION,
            "on": situation.on.isoformat(),
            "places": list(situation.places),
            "rules": [rule.id for rule in in_force(situation)],
        }
    return kept


def _stopped_then(subject: Place, modality: Modality) -> tuple[Decision] | None:
    """The stop that held when the consent was given, in a tuple, for a no is false; None where there was none."""
    kept = (subject.law_then or {}).get(modality.value)
    if kept is None or Mode(subject.mode) is Mode.PRACTICE or kept["code"] in CURABLE | {"allowed"}:
        return None
    return (Decision(False, kept["code"], kept["reason"]),)
