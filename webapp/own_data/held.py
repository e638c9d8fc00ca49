"""What is held about a candidate, in words: every table belongs to a group that says why it is kept and until when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.core.personal_data import Kept, Scope, holdings
from webapp.governance.retention import clock, is_held
from webapp.interviews.models import Interview

#: Group → what it is called, and why it is kept.
_GROUPS = {
    "recordings": (
        _l("Your recordings"),
        _l("So that the people who decide can watch or listen to your answers. You agreed to it."),
    ),
    "readings": (
        _l("What programs made of your answers: transcripts, analyses and the report"),
        _l("To show beside your answers, where you agreed and the law allows it. They give no score."),
    ),
    "answers": (
        _l("Your written answers, and which questions you were shown"),
        _l("So that the people who decide can read them."),
    ),
    "application": (
        _l("Your name and address, your invitation and how far your application is"),
        _l("To invite you, to let nobody else answer in your place, and to find your application."),
    ),
    "consents": (
        _l("What you agreed to, when, and in which words"),
        _l("To prove what you were asked and what you said. The law asks for that."),
    ),
    "files": (_l("Files that came with your application"), _l("So that the people who decide can read them.")),
    "decision": (
        _l("Notes, scores and decisions of the people who review your answers"),
        _l("To decide fairly, and to be able to explain and check the decision later."),
    ),
    "messages": (
        _l("Messages to you, what you asked for, and help that you were granted"),
        _l("To know what you were told and when, and to answer you."),
    ),
    "equality": (
        _l("What you said about yourself for equal treatment"),
        _l("To count, over many people, whether a process treats groups equally. Nobody who decides sees it."),
    ),
    "live": (_l("Live conversations: who took part, notes, and what was agreed to"), _l("To hold the conversation.")),
    "sharing": (
        _l("With whom outside the hiring team your interview was shared"),
        _l("To know who could see it, and to be able to end that."),
    ),
    "account": (_l("Your account and its sessions"), _l("So that you can sign in, and nobody else can.")),
    "hold": (_l("A legal hold"), _l("Somebody noted that the law wants all of this kept for now.")),
}
#: Table → group. A test fails for a table that holds something about people and is not here.
TABLES = {
    "recordings": "recordings",
    "clips": "recordings",
    "takes": "recordings",
    "transcripts": "readings",
    "analyses": "readings",
    "earlier_readings": "readings",
    "reports": "readings",
    "live_tracks": "readings",
    "integrity_facts": "readings",
    "answers": "answers",
    "follow_ups": "answers",
    "integrity_notices": "consents",
    "consents": "consents",
    "live_consents": "consents",
    "signatures": "consents",
    "self_identifications": "equality",
    "notices_shown": "consents",
    "invitations": "application",
    "interviews": "application",
    "applications": "application",
    "batch_people": "application",
    "assessment_orders": "application",
    "link_codes": "application",
    "appointments": "application",
    "stage_moves": "application",
    "search_entries": "application",
    "search_documents": "application",
    "attachments": "files",
    "previews": "files",
    "scorecards": "decision",
    "ratings": "decision",
    "point_verdicts": "decision",
    "answer_openings": "decision",
    "approvals": "decision",
    "review_requests": "decision",
    "comments": "decision",
    "mentions": "decision",
    "gold_interviews": "decision",
    "calibration_cards": "decision",
    "decisions": "decision",
    "messages": "messages",
    "message_refusals": "messages",
    "candidate_requests": "messages",
    "accommodations": "messages",
    "live_rooms": "live",
    "live_members": "live",
    "live_notes": "live",
    "shared_interviews": "sharing",
    "share_events": "sharing",
    "practice_guests": "account",
    "practice_links": "account",
    "users": "account",
    "user_sessions": "account",
    "passkeys": "account",
    "identities": "account",
    "directory_entries": "account",
    "pending_steps": "account",
    "authenticator_apps": "account",
    "recovery_codes": "account",
    "legal_holds": "hold",
}


@dataclass
class Group:
    """Things of one kind: how many, why, until when (None: no clock runs), and not before when they may go."""

    what: str
    why: str
    count: int = 0
    until: datetime | None = None
    not_before: datetime | None = None
    classes: set[Kept] = field(default_factory=set)


def scope_of(interview: Interview) -> Scope:
    """All that is held here about the candidate of ``interview``, its invitation included."""
    return Scope((interview.id,), (interview.invitation_id,) if interview.invitation_id else ())


def groups(interview: Interview) -> list[Group]:
    """What is there, in the order of the list above; groups of which nothing is there are left out."""
    scope, clocks = scope_of(interview), {kept: clock(interview, kept) for kept in Kept}
    found: dict[str, Group] = {}
    for holding in holdings():
        count = holding.count(scope)
        if not count:
            continue
        name = TABLES.get(holding.table.name, "application")
        group = found.setdefault(name, Group(str(_GROUPS[name][0]), str(_GROUPS[name][1])))
        group.count += count
        group.classes.add(holding.kept)
        kept = clocks[holding.kept]
        group.until = max((each for each in (group.until, kept.due) if each), default=None)
        group.not_before = max((each for each in (group.not_before, kept.not_before) if each), default=None)
    return [found[name] for name in _GROUPS if name in found]


def until(group: Group, interview: Interview, moment: str, earliest: str) -> str:
    """Until when a group is kept, as a sentence; ``moment`` and ``earliest`` are its moments in the page's words."""
    if is_held(interview.id):
        return _("A legal hold keeps it until it ends.")
    if group.until:
        return _("Until %(moment)s, then it is erased by itself.", moment=moment)
    if group.not_before:
        return _("At least until %(moment)s, because the law wants it kept.", moment=earliest)
    return _("Until you erase it or the organisation does.")
