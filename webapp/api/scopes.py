"""What a key may be for: an area, to read or to write."""

from __future__ import annotations

import enum

from flask_babel import lazy_gettext as _l


class Scope(enum.StrEnum):
    """What a key may do at most: never more than the person for whom it acts."""

    POSITIONS_READ = "positions:read"
    POSITIONS_WRITE = "positions:write"
    QUESTIONS_READ = "questions:read"
    QUESTIONS_WRITE = "questions:write"
    INVITATIONS_READ = "invitations:read"
    INVITATIONS_WRITE = "invitations:write"
    INTERVIEWS_READ = "interviews:read"
    INTERVIEWS_WRITE = "interviews:write"
    REVIEWS_READ = "reviews:read"
    REVIEWS_WRITE = "reviews:write"
    DECISIONS_WRITE = "decisions:write"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    EXPORTS_READ = "exports:read"
    ERASURE_READ = "erasure:read"
    ERASURE_WRITE = "erasure:write"
    POLICY_READ = "policy:read"
    POLICY_WRITE = "policy:write"
    AUDIT_READ = "audit:read"


#: Words that a person must stand for themselves: nobody else makes a key that speaks in their name.
OPINIONS = frozenset({Scope.REVIEWS_WRITE, Scope.DECISIONS_WRITE})

NAMES = {
    Scope.POSITIONS_READ: _l("Read positions"),
    Scope.POSITIONS_WRITE: _l("Create and change positions"),
    Scope.QUESTIONS_READ: _l("Read question sets, scoring guides and the library"),
    Scope.QUESTIONS_WRITE: _l("Write question sets, scoring guides and the library"),
    Scope.INVITATIONS_READ: _l("Read invitations and candidates' files"),
    Scope.INVITATIONS_WRITE: _l("Invite, extend, revoke, attach files"),
    Scope.INTERVIEWS_READ: _l("Read interviews, answers, recordings, transcripts and reports"),
    Scope.INTERVIEWS_WRITE: _l("Correct transcripts and move candidates"),
    Scope.REVIEWS_READ: _l("Read scorecards, comments and decisions"),
    Scope.REVIEWS_WRITE: _l("Write scorecards and comments"),
    Scope.DECISIONS_WRITE: _l("Decide and approve decisions"),
    Scope.PEOPLE_READ: _l("Read people and teams"),
    Scope.PEOPLE_WRITE: _l("Add and change people and teams"),
    Scope.KEYS_READ: _l("Read API keys, never their secrets"),
    Scope.KEYS_WRITE: _l("Make and revoke API keys"),
    Scope.WEBHOOKS_READ: _l("Read webhooks and deliveries"),
    Scope.WEBHOOKS_WRITE: _l("Add, change and remove webhooks"),
    Scope.EXPORTS_READ: _l("Export a position's interviews"),
    Scope.ERASURE_READ: _l("Say what erasing would remove, and read certificates"),
    Scope.ERASURE_WRITE: _l("Erase candidates and set legal holds"),
    Scope.POLICY_READ: _l("Read policy and retention"),
    Scope.POLICY_WRITE: _l("Change policy and retention"),
    Scope.AUDIT_READ: _l("Read the audit log"),
}
