"""Erasure, policy, retention and the audit log."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import abort
from flask_babel import gettext as _

from webapp.accounts.models import Role
from webapp.api.framework import me, operation
from webapp.api.paging import page_of, whole
from webapp.api.schemas.administration import (
    AttestationIn,
    AttestationOut,
    AuditQuery,
    BiasAuditOut,
    EntryOut,
    EraseIn,
    ErasureOut,
    HoldIn,
    PlanOut,
    PolicyOut,
    PolicyQuery,
    RetentionIn,
    RetentionOut,
    VerdictOut,
    picked,
)
from webapp.api.scopes import Scope
from webapp.core.database import db
from webapp.core.personal_data import Kept
from webapp.governance import chain, entries, erasure, retention
from webapp.governance.models import AuditEntry, Erasure
from webapp.governance.recorder import head_file
from webapp.governance.views.erasing import load_erasure, load_scope
from webapp.policy import Modality
from webapp.policy import operations as policy
from webapp.policy.acts import VERSION
from webapp.policy.codes import is_known
from webapp.policy.models import Attestation
from webapp.positions.places import rules

ADMIN: Any = {"role": Role.ADMIN}
ERASURE: Any = {"answers": ErasureOut, "show": erasure.certificate}
_INVITATION = "/invitations/<id:invitation_id>"
_BIG = 10**15


@operation("GET", f"{_INVITATION}/erasure-plan", "Erasure", scope=Scope.ERASURE_READ, answers=PlanOut)
def plan_erasure(invitation_id: str) -> Any:
    """Say what erasing a candidate would remove, table by table"""
    _invitation, scope = load_scope(invitation_id)
    return erasure.plan(scope).to_json()


@operation("POST", f"{_INVITATION}/erase", "Erasure", scope=Scope.ERASURE_WRITE, body=EraseIn, status=201, **ERASURE)
def erase_candidate(body: dict[str, Any], invitation_id: str) -> Erasure:
    """Erase a candidate

    At once, or once another admin agrees, where the server wants that."""
    invitation, scope = load_scope(invitation_id)
    if body["name"].casefold() != invitation.name.casefold():
        abort(422, _("Type the candidate's name as it is above, so that nobody is erased by mistake."))
    return erasure.request_erasure(scope, by=me())


@operation("POST", f"{_INVITATION}/hold", "Erasure", scope=Scope.ERASURE_WRITE, body=HoldIn, status=204)
def hold_candidate(body: dict[str, Any], invitation_id: str) -> None:
    """Set a legal hold: nothing of a candidate is erased while it lasts"""
    _invitation, scope = load_scope(invitation_id)
    if not scope.interviews:
        abort(422, _("The candidate has not begun yet: there is nothing to keep."))
    retention.hold(scope.interviews[0], body["reason"], by=me())


@operation("DELETE", f"{_INVITATION}/hold", "Erasure", scope=Scope.ERASURE_WRITE, status=204, **ADMIN)
def end_hold(invitation_id: str) -> None:
    """End the legal holds on a candidate"""
    _invitation, scope = load_scope(invitation_id)
    if scope.interviews:
        retention.end_holds(scope.interviews[0], by=me())


@operation("GET", "/erasures", "Erasure", scope=Scope.ERASURE_READ, answers=page_of(ErasureOut), **ADMIN)
def list_erasures() -> Any:
    """List the last hundred erasures, those first that wait for an admin"""
    return whole([erasure.certificate(row) for row in erasure.newest()])


@operation("GET", "/erasures/<id:erasure_id>", "Erasure", scope=Scope.ERASURE_READ, **ERASURE)
def get_erasure(erasure_id: str) -> Erasure:
    """Read the certificate of an erasure"""
    return load_erasure(erasure_id)


@operation("POST", "/erasures/<id:erasure_id>/approve", "Erasure", scope=Scope.ERASURE_WRITE, **ERASURE, **ADMIN)
def approve_erasure(erasure_id: str) -> Erasure:
    """Agree to an erasure that somebody else asked for"""
    row = load_erasure(erasure_id)
    erasure.approve(row, by=me())
    return row


@operation("GET", "/policy", "Policy", scope=Scope.POLICY_READ, query=PolicyQuery, answers=PolicyOut)
def get_policy(query: dict[str, Any]) -> Any:
    """Say what may be analysed at a place"""
    place = query["place"]
    if not is_known(place):
        abort(422, _("There is no such place. Choose one from the list."))
    found = [{"what": str(each.what), "allowed": each.allowed, "why": str(each.why)} for each in rules(place)]
    return {"place": place, "version": VERSION, "rules": found}


@operation("GET", "/policy/attestations", "Policy", scope=Scope.POLICY_READ, answers=page_of(AttestationOut), **ADMIN)
def list_attestations() -> Any:
    """List what was attested, what holds first"""
    return whole([picked(AttestationOut, row) for row in policy.attestations()])


def _attested(row: Attestation) -> dict[str, Any]:
    return picked(AttestationOut, row)


@operation(
    "POST", "/policy/attestations", "Policy", scope=Scope.POLICY_WRITE, body=AttestationIn, answers=AttestationOut,
    show=_attested, status=201, **ADMIN,
)  # fmt: skip
def attest(body: dict[str, Any]) -> Attestation:
    """Attest that an analysis is lawful in a country"""
    return policy.attest(place=body["place"], modality=Modality(body["modality"]), statement=body["statement"], by=me())


@operation(
    "POST", "/policy/attestations/<id:attestation_id>/end", "Policy", scope=Scope.POLICY_WRITE,
    answers=AttestationOut, show=_attested, **ADMIN,
)  # fmt: skip
def end_attestation(attestation_id: str) -> Attestation:
    """End an attestation"""
    row = db.session.get(Attestation, attestation_id) or abort(404)
    policy.end_attestation(row, by=me())
    return row


@operation("GET", "/policy/audits", "Policy", scope=Scope.POLICY_READ, answers=page_of(BiasAuditOut), **ADMIN)
def list_bias_audits() -> Any:
    """List bias audits, the newest first"""
    return whole([picked(BiasAuditOut, row) for row in policy.audits()])


def _retention() -> dict[str, int | None]:
    found = retention.rules(me().organisation_id)
    return {each.value: found.get(each) for each in Kept}


@operation("GET", "/retention", "Policy", scope=Scope.POLICY_READ, answers=RetentionOut, **ADMIN)
def get_retention() -> Any:
    """Read for how long data is kept"""
    return _retention()


@operation("PATCH", "/retention", "Policy", scope=Scope.POLICY_WRITE, body=RetentionIn, answers=RetentionOut, **ADMIN)
def set_retention(body: dict[str, Any]) -> Any:
    """Set for how long data is kept"""
    before = _retention()
    for name, days in body.items():
        if days != before[name]:
            retention.set_rule(Kept(name), days, by=me())
    return _retention()


@operation("GET", "/audit", "Audit log", scope=Scope.AUDIT_READ, query=AuditQuery, answers=page_of(EntryOut), **ADMIN)
def list_audit_entries(query: dict[str, Any]) -> Any:
    """List entries of the audit log, the newest first"""
    wanted = {name: query[name] for name in ("who", "action", "about", "since", "until") if name in query}
    found = sa.select(AuditEntry).where(*entries.Filters(**wanted).where())
    if cursor := query.get("cursor"):
        if not (cursor.isascii() and cursor.isdigit() and int(cursor) < _BIG):
            abort(422, _("This is no cursor of ours. Leave it out to begin anew."))
        found = found.where(AuditEntry.number < int(cursor))
    rows = list(db.session.scalars(found.order_by(AuditEntry.number.desc()).limit(query["limit"] + 1)))
    shown = rows[: query["limit"]]
    more = str(shown[-1].number) if len(rows) > len(shown) else None
    return {"data": [picked(EntryOut, row) for row in shown], "next_cursor": more}


@operation("POST", "/audit/verify", "Audit log", scope=Scope.AUDIT_READ, answers=VerdictOut, **ADMIN)
def verify_audit_log() -> Any:
    """Check that nobody changed, removed or inserted an entry"""
    with db.engine.connect() as connection:
        found = chain.verify(connection, chain.kept_head(head_file()))
    return {"rows": found.rows, "broken": found.broken, "first_broken": found.first_broken}
