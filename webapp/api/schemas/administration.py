"""Webhooks, erasure, policy, retention and the audit log."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from webapp.api.fields import Choice, Text, Whole, WholeInQuery, Yes
from webapp.api.paging import DEFAULT, MOST
from webapp.governance.models import AuditEntry
from webapp.integrations.models import Endpoint, EventType
from webapp.messages.models import Message, State
from webapp.policy import Modality
from webapp.policy.models import Attestation, BiasAudit


class WebhookIn(ma.Schema):
    """An address to tell about events."""

    title = Text(120, shortest=1, required=True)
    url = Text(500, shortest=1, required=True, metadata={"example": "https://hooks.example.org/viva"})
    types = fields.List(Choice(EventType), load_default=list, validate=validate.Length(max=len(EventType)),
                        metadata={"description": "All of them where it is empty."})  # fmt: skip


class WebhookChange(ma.Schema):
    """What is to change; what is left out stays."""

    title = Text(120, shortest=1)
    url = Text(500, shortest=1)
    types = fields.List(Choice(EventType), validate=validate.Length(max=len(EventType)))
    active = Yes()


class WebhookOut(ma.Schema):
    """An address that is told about events. Its secret is shown on the page alone."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    url = fields.String(required=True)
    types = fields.List(fields.String(), required=True)
    active = fields.Boolean(required=True)
    rotated_until = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


class SecretOut(ma.Schema):
    """The secret by which a receiver verifies messages (Standard Webhooks)."""

    secret = fields.String(required=True)


class DeliveryOut(ma.Schema):
    """Something that was told, or is going to be."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    state = Choice(State, required=True)
    attempts = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    sent_at = fields.DateTime(required=True, allow_none=True)


class PlanOut(ma.Schema):
    """What erasing a candidate would remove, and what stays because the law wants it kept."""

    interviews = fields.List(fields.String(), required=True)
    tables = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    files = fields.Integer(required=True)
    file_bytes = fields.Integer(required=True)
    share_links = fields.Integer(required=True)
    receivers = fields.Integer(required=True)
    stays = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    stays_until = fields.String(required=True, allow_none=True)
    held = fields.List(fields.String(), required=True)


class EraseIn(ma.Schema):
    """The candidate's name, so that nobody is erased by mistake."""

    name = Text(120, shortest=1, required=True)


class ErasureOut(ma.Schema):
    """What was erased, when, on what ground; or what waits for a second admin."""

    certificate = fields.String(required=True)
    ground = fields.String(required=True)
    requested_at = fields.String(required=True)
    done_at = fields.String(required=True, allow_none=True)
    due_at = fields.String(required=True)
    classes = fields.List(fields.String(), required=True)
    erased = fields.Dict(keys=fields.String(), required=True, allow_none=True)


class HoldIn(ma.Schema):
    """Why everything must be kept."""

    reason = Text(2000, shortest=1, lines=True, required=True)


class PolicyQuery(ma.Schema):
    """A place, as the positions have it: FR, CA-QC, US-NY-NYC."""

    place = fields.String(required=True, validate=validate.Regexp("^[A-Z]{2}(-[A-Z0-9]{1,3}){0,2}$"),
                          metadata={"example": "FR"})  # fmt: skip


class RuleOut(ma.Schema):
    """Whether one analysis may run at a place, and why."""

    what = fields.String(required=True)
    allowed = fields.Boolean(required=True)
    why = fields.String(required=True)


class PolicyOut(ma.Schema):
    """What may be analysed in an interview at a place."""

    place = fields.String(required=True)
    version = fields.String(required=True)
    rules = fields.List(fields.Nested(RuleOut), required=True)


class RetentionOut(ma.Schema):
    """For how many days each class of data is kept; null: no rule of the organisation's own."""

    media = fields.Integer(required=True, allow_none=True)
    readings = fields.Integer(required=True, allow_none=True)
    records = fields.Integer(required=True, allow_none=True)


class RetentionIn(ma.Schema):
    """What is to change; null takes a rule away, what is left out stays."""

    media = Whole(1, 3660, allow_none=True)
    readings = Whole(1, 3660, allow_none=True)
    records = Whole(1, 3660, allow_none=True)


class AttestationIn(ma.Schema):
    """That an analysis is lawful in a country, on what ground."""

    place = fields.String(required=True, validate=validate.Regexp("^[A-Z]{2}$"), metadata={"example": "CH"})
    modality = fields.String(required=True, validate=validate.OneOf([Modality.FACE.value, Modality.SPEECH.value]))
    statement = Text(2000, shortest=1, lines=True, required=True)


class AttestationOut(ma.Schema):
    """What was attested, and by whom."""

    id = fields.String(required=True)
    place = fields.String(required=True)
    modality = Choice(Modality, required=True)
    statement = fields.String(required=True)
    by_id = fields.String(required=True)
    made_at = fields.DateTime(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)


class BiasAuditOut(ma.Schema):
    """An independent bias audit."""

    id = fields.String(required=True)
    rule_id = fields.String(required=True)
    audited_on = fields.Date(required=True)
    auditor = fields.String(required=True)
    summary_url = fields.String(required=True)
    first_used_on = fields.Date(required=True)


class AuditQuery(ma.Schema):
    """Which entries. Days are in UTC, both included."""

    who = Text(32, metadata={"description": "The id of who did it."})
    action = Text(60)
    about = Text(32, metadata={"description": "The id of an interview, or of whatever it was done to."})
    since = fields.Date(metadata={"example": "2026-12-01"})
    until = fields.Date()
    limit = WholeInQuery(1, MOST, load_default=DEFAULT)
    cursor = Text(20)


class EntryOut(ma.Schema):
    """One line of the audit log: ids and words of ours, never a name."""

    number = fields.Integer(required=True)
    at = fields.DateTime(required=True)
    action = fields.String(required=True)
    actor_kind = fields.String(required=True)
    actor_id = fields.String(required=True)
    subject_kind = fields.String(required=True)
    subject_id = fields.String(required=True)
    interview_id = fields.String(required=True)
    facts = fields.String(required=True, metadata={"description": "JSON, as it was hashed."})
    hash = fields.String(required=True)


class VerdictOut(ma.Schema):
    """Whether the log hangs together."""

    rows = fields.Integer(required=True)
    broken = fields.Integer(required=True)
    first_broken = fields.Integer(required=True, allow_none=True)


def picked(schema: type[ma.Schema], row: Endpoint | Message | Attestation | BiasAudit | AuditEntry) -> dict[str, Any]:
    """A row as ``schema`` has it."""
    return {name: getattr(row, name) for name in schema._declared_fields}
