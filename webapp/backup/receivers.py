"""What the journal of removals learns from lower features (webapp/core/events.py)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app

from webapp.backup import removals
from webapp.core import events
from webapp.core.database import after_commit, db, now
from webapp.governance.models import Erasure
from webapp.interviews.models import Interview

#: Actions of the audit log after which something must not come back, and the fact that names it.
ENDS = {
    "guest link revoked": "share",
    "invitation revoked": "invitation",
    "candidate withdrew": "invitation",
    "open link closed": "link",
    "held": "interview",
    "hold ended": "interview",
}
#: The same of what was committed before it was told.
ENDED = {"deactivated": "person", "reactivated": "person"}


def journal() -> Path:
    """Where the journal lies."""
    return Path(current_app.config["REMOVALS"] or Path(current_app.config["HOME"]) / removals.JOURNAL)


def note(kind: str, **facts: Any) -> None:
    """Write an entry once the present transaction is committed."""
    path, entry = journal(), _entry(kind, **facts)
    after_commit(lambda: removals.append(path, entry))


def _entry(kind: str, **facts: Any) -> dict[str, Any]:
    return {"kind": kind, "at": now().isoformat(), **facts}


@events.audited.connect
def happened(_app: object, *, action: str, facts: dict[str, Any]) -> None:
    """Something was erased, revoked or ended."""
    if action in ENDS:
        note(action, id=facts[ENDS[action]])
    elif action in ENDED:
        removals.append(journal(), _entry(action, id=facts[ENDED[action]]))
    elif action == "erased":
        row = db.session.get(Erasure, facts["erasure"])
        if row is not None:
            note("erased", id=row.id, scope=row.scope, kept=row.kept_classes, ground=row.ground, by=row.by_id)


@events.practice_deleted.connect
def practice_deleted(_app: object, *, interview_id: str) -> None:
    """A candidate has deleted a practice interview."""
    note("practice deleted", id=interview_id)


@events.consents_changed.connect
def consents_changed(_app: object, *, interview_id: str) -> None:
    """A candidate may have taken something back."""
    interview = db.session.get(Interview, interview_id)
    if interview is not None:
        note("consents", id=interview_id, granted=sorted(purpose.value for purpose in interview.consented))
