"""What admins can put on record for the policy. Nothing here commits."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.accounts.models import User
from webapp.core.database import db, now
from webapp.core.security_log import record
from webapp.policy.codes import UnknownPlaceError, parse
from webapp.policy.facts import KnownFacts
from webapp.policy.law import is_cleared, may_be_attested
from webapp.policy.models import Attestation, BiasAudit
from webapp.policy.rules import EMOTION, Modality

#: Shortest ground for an attestation, in characters: "yes" is none.
SHORTEST = 30


class PolicyError(ValueError):
    """This cannot be put on record; the message is for a person."""


def attest(*, place: str, modality: Modality, statement: str, by: User) -> Attestation:
    """Put on record that ``modality`` is lawful in ``place``, on what ground and who says so; logged.

    Raises PolicyError in the EU and the EEA, for a place that is none or is cleared already, and without a ground.
    """
    try:
        code = parse(place)
    except UnknownPlaceError:
        raise PolicyError(_("There is no such place. Choose one from the list.")) from None
    if not may_be_attested(code):
        raise PolicyError(
            _("No one can allow this in the EU and the EEA: it is prohibited there (AI Act, Art. 5(1)(f)).")
        )
    if modality not in EMOTION or is_cleared(code, modality, KnownFacts()):
        raise PolicyError(_("This is allowed there with the candidate's consent already."))
    if len(statement.strip()) < SHORTEST:
        raise PolicyError(_("Say on what ground, in a sentence or more: who examined the law, when, with what result."))
    row = Attestation(
        place=code, modality=modality, statement=statement.strip(), by_id=by.id, organisation_id=by.organisation_id
    )
    db.session.add(row)
    db.session.flush()
    record("attested", attestation=row.id, place=code, modality=modality.value, by=by.id)
    return row


def end_attestation(row: Attestation, *, by: User) -> None:
    """Let an attestation hold no longer; from now on the analysis stops there. A second time changes nothing."""
    if row.ended_at is None:
        row.ended_at = now()
        db.session.flush()
        record("attestation ended", attestation=row.id, place=row.place, modality=row.modality.value, by=by.id)


def attestations() -> list[Attestation]:
    """All of them, those that hold first."""
    query = sa.select(Attestation).order_by(Attestation.ended_at.is_not(None), Attestation.made_at.desc())
    return list(db.session.scalars(query))


def record_audit(
    *, rule_id: str, audited_on: date, auditor: str, summary_url: str, first_used_on: date, by: User
) -> BiasAudit:
    """Put an independent bias audit on record; logged. Raises PolicyError for a day that is still to come."""
    if audited_on > now().date():
        raise PolicyError(_("The audit cannot be of a day that is still to come."))
    row = BiasAudit(
        rule_id=rule_id,
        audited_on=audited_on,
        auditor=auditor.strip(),
        summary_url=summary_url.strip(),
        first_used_on=first_used_on,
        by_id=by.id,
        organisation_id=by.organisation_id,
    )
    db.session.add(row)
    db.session.flush()
    record("audit recorded", audit=row.id, rule=rule_id, day=audited_on.isoformat(), by=by.id)
    return row


def audits(organisation_id: str | None = None) -> list[BiasAudit]:
    """All of them, or those that count for one organisation; the newest first."""
    query = sa.select(BiasAudit).order_by(BiasAudit.audited_on.desc(), BiasAudit.id)
    if organisation_id is not None:
        query = query.where(sa.or_(BiasAudit.organisation_id == organisation_id, BiasAudit.organisation_id.is_(None)))
    return list(db.session.scalars(query))
