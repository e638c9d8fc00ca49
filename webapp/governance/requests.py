"""Watches requests: who sees, changes and exports what, for the audit log."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, has_request_context, request
from flask_login import current_user
from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction

from webapp.accounts.models import Role
from webapp.core.database import now
from webapp.core.security_log import means
from webapp.governance import recorder
from webapp.governance.actions import (
    CHANGED,
    EXPORTED,
    NOT_CHANGED,
    NOT_SEEN,
    OF_CANDIDATES,
    SAW,
    interview_of,
    is_of_somebody,
    subject_of,
)
from webapp.governance.chain import Event

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Look at every answer that is given."""
    app.after_request(_answered)


def happened(action: str, facts: dict[str, Any]) -> Event:
    """The event that a feature tells of (webapp.core.security_log.record): who did it is who asks, unless it says."""
    rest = {name: value for name, value in facts.items() if value is not None}
    kind, actor = _actor()
    if by := rest.pop("by", None):
        kind, actor = "person", str(by)
    subject_kind, subject = "", ""
    for name in ("interview", "invitation", "person", "room", "erasure"):
        if name in rest:
            subject_kind, subject = name, str(rest.pop(name))
            break
    if kind == "system" and subject_kind == "person":  # somebody who is signing in
        kind, actor = "person", subject
    return _event(action, kind, actor, subject_kind, subject, rest)


def _answered(response: Response) -> Response:
    """Note what was seen or exported. Only what was really shown counts."""
    if request.method == "GET" and response.status_code in (200, 206) and _is_of_staff():
        kind, subject = subject_of(request.view_args or {})
        attached = response.headers.get("Content-Disposition", "").startswith("attachment")
        if attached and request.endpoint != "static":
            _note(EXPORTED, kind, subject)
        elif is_of_somebody(kind) and request.endpoint not in NOT_SEEN:
            _note(SAW, kind, subject)
    return response


@event.listens_for(Session, "after_flush")
def _changed(session: Session, _context: UOWTransaction) -> None:
    """Note that this request changes something, once, together with the change."""
    if not has_request_context() or request.method in _SAFE or g.get("audit_changed") or not _counts():
        return
    g.audit_changed = True
    session.info["audit_changed"] = True
    _note(CHANGED, *subject_of(request.view_args or {}))


def _counts() -> bool:
    if request.endpoint in NOT_CHANGED or request.endpoint is None:
        return False
    return _is_of_staff() or request.endpoint in OF_CANDIDATES


def _is_of_staff() -> bool:
    return bool(current_user and current_user.is_authenticated and current_user.role is not Role.CANDIDATE)


def _note(action: str, kind: str, subject: str) -> None:
    who, actor = _actor()
    recorder.note(_event(action, who, actor, kind, subject, {"page": request.endpoint or "", **means()}))


def _actor() -> tuple[str, str]:
    if not has_request_context():
        return "system", ""
    if current_user and current_user.is_authenticated:
        return "person", current_user.id
    interview = (request.view_args or {}).get("interview_id")
    return ("candidate", interview) if isinstance(interview, str) else ("system", "")


def _event(action: str, who: str, actor: str, kind: str, subject: str, facts: dict[str, Any]) -> Event:
    address = (request.remote_addr or "") if has_request_context() else ""
    return Event(
        action=action,
        at=now(),
        actor_kind=who,
        actor_id=actor,
        subject_kind=kind,
        subject_id=subject,
        interview_id=interview_of(kind, subject) if kind else "",
        facts=facts,
        address=address,
    )
