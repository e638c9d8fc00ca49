"""How long it takes until everything that is left of an interview has been analysed, for whoever waits for it."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.analysis.leases import LINE, pace_of
from webapp.analysis.models import FINISHED, Analysis
from webapp.core import paces
from webapp.core.database import db, now
from webapp.interviews.models import Interview
from webapp.policy import Modality, Mode

#: What is in hand is half done, as far as anybody knows.
IN_HAND = 0.5


def in_words(interview: Interview) -> str:
    """A sentence for people; empty where nothing is left, or where it is not known how long that takes."""
    seconds = seconds_left(interview)
    return _("Estimated time left: %(time)s", time=paces.in_words(seconds)) if seconds is not None else ""


def seconds_left(interview: Interview) -> float | None:
    """Seconds until the last analysis of ``interview`` is done; None where none is left or it is not known.

    Nobody works (or nobody can be seen to), or too little was measured: then it is not known.
    """
    mine = sa.select(sa.func.max(Analysis.created_at), sa.func.count())
    mine = mine.where(Analysis.interview_id == interview.id, Analysis.state.not_in(FINISHED))
    last, number = db.session.execute(mine).one()
    if not number:
        return None
    pace = paces.of(*(pace_of(modality) for modality in Modality))
    practice = interview.mode is Mode.PRACTICE
    share = "" if practice else interview.organisation_id or ""
    moment = now()
    in_hand = _by_modality(LINE.in_hand(moment))
    workers = sum(in_hand.values())
    if not workers:
        return None
    ahead: dict[Modality, float] = defaultdict(float)
    for modality, count in in_hand.items():
        ahead[modality] += IN_HAND * count
    before = _waiting(sa.and_(LINE.open(moment), Analysis.created_at <= last, LINE.share == share))[share]
    for modality, count in before.items():
        ahead[modality] += count
    turns = sum(before.values())
    for other, waiting in _waiting(sa.and_(LINE.open(moment), LINE.share != share)).items():
        # Practice (which has no organisation) goes before all; of another organisation, one for each of ours.
        part = 0.0 if practice else 1.0 if not other else min(1.0, turns / max(1, sum(waiting.values())))
        for modality, count in waiting.items():
            ahead[modality] += part * count
    if any(pace_of(modality) not in pace for modality, count in ahead.items() if count):
        return None
    return sum(count * pace[pace_of(modality)] for modality, count in ahead.items() if count) / workers


def queue_in_words() -> str:
    """For admins: how long all that waits takes, of whomever it is; empty where nothing waits or it is not known."""
    moment = now()
    in_hand, waiting = _by_modality(LINE.in_hand(moment)), _by_modality(LINE.open(moment))
    pace = paces.of(*(pace_of(modality) for modality in Modality))
    if not in_hand or not waiting or any(pace_of(modality) not in pace for modality in waiting):
        return ""
    seconds = sum(count * pace[pace_of(modality)] for modality, count in waiting.items())
    return _("Estimated time left: %(time)s", time=paces.in_words(seconds / sum(in_hand.values())))


def _by_modality(condition: sa.ColumnElement[bool]) -> dict[Modality, int]:
    query = sa.select(Analysis.modality, sa.func.count()).where(condition).group_by(Analysis.modality)
    return dict(db.session.execute(query).all())


def _waiting(condition: sa.ColumnElement[bool]) -> dict[str, dict[Modality, int]]:
    """Whose → modality → how many wait."""
    columns = sa.select(LINE.share.label("share"), Analysis.modality.label("modality"), sa.func.count())
    query = LINE.joined(columns).where(condition).group_by("share", "modality")
    found: dict[str, dict[Modality, int]] = defaultdict(dict)
    for share, modality, count in db.session.execute(query):
        found[share][modality] = count
    return found
