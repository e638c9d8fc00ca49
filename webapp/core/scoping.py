"""One organisation sees nothing of another's: whatever has an ``organisation_id`` is filtered here and nowhere else.

Whoever works for an organisation is noted at the beginning of a request (``keep_to``). From then on every query of the
database's sessions that names a model with one of the classes below reads and changes rows of that organisation
alone, whatever the query forgot to say, and a row of another organisation is as if it were not there: 404, not 403.

What a row points at (``interview.position``) is not filtered again: it was reached from a row that was. Tasks,
commands and candidates with a link belong to no organisation and are not filtered; what they may do is checked by the
row that they came by.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask import g, has_app_context
from sqlalchemy import ForeignKey, event
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria


class OfOrganisation:
    """A model each of whose rows belongs to one organisation."""

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)


class OfOrganisationOrAll:
    """A model whose rows belong to one organisation or to none: what comes with Viva, and what is a person's own."""

    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)


class OfOrganisationOrNobody:
    """A model whose rows belong to one organisation; one that belongs to none is seen by none."""

    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)


#: An execution option of the rare query that has to find a row of no organisation, such as a guest's account.
ALL = "all_organisations"


def keep_to(organisation_id: str | None) -> None:
    """From now on, in this application context, read and change rows of ``organisation_id`` alone.

    None is an organisation that owns nothing: whoever works for none sees none.
    """
    g.organisation_id = organisation_id or ""


def kept_to() -> str | None:
    """The organisation that this application context is kept to; None where it is kept to none."""
    return g.get("organisation_id") if has_app_context() else None


@event.listens_for(Session, "do_orm_execute")
def _keep_apart(state: ORMExecuteState) -> None:
    if not (state.is_select or state.is_update or state.is_delete):
        return
    if state.is_column_load or state.is_relationship_load or (mine := kept_to()) is None:
        return
    if state.execution_options.get(ALL):
        return
    options = {"include_aliases": True, "propagate_to_loaders": False}
    state.statement = state.statement.options(
        with_loader_criteria(OfOrganisation, lambda cls: cls.organisation_id == mine, **options),
        with_loader_criteria(OfOrganisationOrNobody, lambda cls: cls.organisation_id == mine, **options),
        with_loader_criteria(
            OfOrganisationOrAll,
            lambda cls: sa.or_(cls.organisation_id == mine, cls.organisation_id.is_(None)),
            **options,
        ),
    )
