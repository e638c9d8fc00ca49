"""What a rule is: an act, or a part of one, as data. The rules themselves are in webapp/policy/acts/."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from webapp.policy.codes import is_known


class Modality(enum.StrEnum):
    """What can be read of an answer."""

    FACE = "face"
    SPEECH = "speech"
    TEXT = "text"


#: The two that read a body and not words.
EMOTION = (Modality.FACE, Modality.SPEECH)
EVERY = tuple(Modality)


class Reach(enum.StrEnum):
    """Whose place a rule looks at."""

    POSITION = "position"
    CANDIDATE = "candidate"
    SEAT = "seat"


#: Most rules protect people who apply for work in a place, and people who live in it.
THEIRS = frozenset({Reach.POSITION, Reach.CANDIDATE})
ANYBODY = frozenset(Reach)


class Duty(enum.StrEnum):
    """What a rule asks for beside a candidate's consent; ``Requirement.value`` is in the unit named here."""

    NOTICE = "notice"  # business days before use; 0: at any time before it
    POSTING = "posting"  # said in the job posting
    CONSENT = "consent"
    RELEASE = "release"  # written and signed
    WAIVER = "waiver"  # written and signed, of its own form
    AUDIT = "audit"  # days for which a bias audit holds
    PUBLIC_SUMMARY = "public_summary"
    PUBLIC_SCHEDULE = "public_schedule"
    DESTROY = "destroy"  # years after the last contact, at the latest
    ERASE = "erase"  # days after a request
    RECORDS = "records"  # years that records of the decision are kept
    LOGS = "logs"  # months that the system's logs are kept
    OUTCOME = "outcome"  # days from the interview until the candidate is told
    EXPLANATION = "explanation"  # days after an adverse outcome
    ACCESS = "access"
    CORRECTION = "correction"
    OPT_OUT = "opt_out"
    HUMAN_REVIEW = "human_review"
    RISK_ASSESSMENT = "risk_assessment"
    BIAS_TEST = "bias_test"
    ANNUAL_REPORT = "annual_report"
    RESPONSIBILITY = "responsibility"
    PROHIBITION = "prohibition"


class Unless(enum.StrEnum):
    """What lifts a stop."""

    NOTHING = "nothing"
    AUDIT = "audit"  # an audit that is not older than ``Stop.value`` days
    NOTICE = "notice"  # notice ``Stop.value`` business days before
    RELEASE = "release"
    WAIVER = "waiver"


@dataclass(frozen=True)
class Decision:
    """Whether a modality may run; ``code`` for programs, ``reason`` for people (empty when allowed)."""

    allowed: bool
    code: str = "allowed"
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


@dataclass(frozen=True)
class Requirement:
    """One duty in one sentence; ``value`` in the duty's unit, None where it has none."""

    duty: Duty
    text: str
    value: int | None = None


@dataclass(frozen=True)
class Stop:
    """Analyses that may not run, unless something is there. ``code`` for programs, ``reason`` for people."""

    modalities: tuple[Modality, ...]
    code: str
    reason: str
    unless: Unless = Unless.NOTHING
    value: int = 0
    #: Code and reason where an audit is there and too old.
    old_code: str = ""
    old_reason: str = ""


@dataclass(frozen=True)
class Rule:
    """An act, or a part of one, that holds in some places from a day on.

    Raises ValueError where it is not well formed.
    """

    id: str
    #: In full, as a lawyer would look it up.
    name: str
    citation: str
    #: Codes of webapp/policy/codes.py.
    places: tuple[str, ...]
    in_force: date
    #: When somebody last compared this with its source.
    last_checked: date
    source: str
    reach: frozenset[Reach] = THEIRS
    #: The smallest employer that it binds, in people; 0 binds all.
    staff: int = 0
    #: The first day on which it no longer holds.
    until: date | None = None
    stops: tuple[Stop, ...] = ()
    requires: tuple[Requirement, ...] = field(default=())

    def __post_init__(self) -> None:
        if not (self.id and self.name and self.citation and self.places and self.reach):
            raise ValueError(f"A rule lacks its id, name, citation, places or reach: {self.id!r}")
        if unknown := [code for code in self.places if not is_known(code)]:
            raise ValueError(f"{self.id}: no such places: {unknown}")
        if urlsplit(self.source).scheme != "https" or not urlsplit(self.source).hostname:
            raise ValueError(f"{self.id}: the source is no https address: {self.source!r}")
        if self.until is not None and self.until <= self.in_force:
            raise ValueError(f"{self.id}: it ends before it begins")
        if not self.stops and not self.requires:
            raise ValueError(f"{self.id}: it asks for nothing")

    def holds(self, on: date) -> bool:
        """Whether it is in force on a day."""
        return self.in_force <= on and (self.until is None or on < self.until)

    @property
    def is_announced(self) -> bool:
        """Whether its day had not come when it was last checked: by then it may have been put off or changed."""
        return self.in_force > self.last_checked
