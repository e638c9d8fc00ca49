"""Which version of each model is switched on, for an organisation and for the installation. Nothing here commits.

Off at the installation is off everywhere. Otherwise what an organisation chose counts before what the installation did.
"""

from __future__ import annotations

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.core import events
from webapp.core.database import db
from webapp.core.once import asked_once
from webapp.core.security_log import record
from webapp.policy.models import NEWEST, OFF, ModelSwitch
from webapp.policy.rules import Modality


def switched_on(organisation_id: str | None, modality: Modality) -> str:
    """The version that counts: NEWEST where nobody chose, OFF where the analysis is off."""
    last = _last(organisation_id)
    own, everywhere = last.get((organisation_id, modality)), last.get((None, modality), NEWEST)
    if everywhere == OFF or own is None:
        return everywhere
    return own


def switch(modality: Modality, version: str, *, organisation_id: str | None, by: User | None) -> bool:
    """Switch a version on (NEWEST, OFF, or one by its name) for an organisation or, with None, for the installation;
    False where that is how it was. Logged, with who did it."""
    if _last(organisation_id).get((organisation_id, modality)) == version:
        return False
    db.session.add(
        ModelSwitch(modality=modality, version=version, organisation_id=organisation_id, by_id=by.id if by else None)
    )
    db.session.flush()
    record(
        "model switched",
        model=modality.value,
        version=version or "newest",
        organisation=organisation_id,
        by=by.id if by else None,
    )
    events.send(events.model_switched, organisation_id=organisation_id, modality=modality.value)
    return True


def history(organisation_id: str | None, modality: Modality) -> list[ModelSwitch]:
    """What was switched for an organisation and for the installation, the newest first."""
    query = (
        sa.select(ModelSwitch)
        .where(ModelSwitch.modality == modality, _of(organisation_id) | ModelSwitch.organisation_id.is_(None))
        .order_by(ModelSwitch.switched_at.desc(), ModelSwitch.id)
        .limit(50)
    )
    return list(db.session.scalars(query))


def _of(organisation_id: str | None) -> sa.ColumnElement[bool]:
    return ModelSwitch.organisation_id.is_(None) if organisation_id is None else (
        ModelSwitch.organisation_id == organisation_id
    )  # fmt: skip


@asked_once(ModelSwitch)
def _last(organisation_id: str | None) -> dict[tuple[str | None, Modality], str]:
    """The last word on each modality of an organisation and of the installation; a list asks for every row."""
    query = (
        sa.select(ModelSwitch.organisation_id, ModelSwitch.modality, ModelSwitch.version)
        .where(_of(organisation_id) | ModelSwitch.organisation_id.is_(None))
        .order_by(ModelSwitch.switched_at, ModelSwitch.id)
    )
    return {(row.organisation_id, row.modality): row.version for row in db.session.execute(query)}
