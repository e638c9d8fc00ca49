"""How long it takes until everything that is left of an interview has been analysed, for whoever waits for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.analysis.leases import BOTH, LINES, line_of, pace_of
from webapp.analysis.models import FINISHED, Analysis
from webapp.core import paces
from webapp.core.database import UtcDateTime, db, now
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
    query = sa.select(Analysis.modality, sa.func.max(Analysis.created_at, type_=UtcDateTime))
    query = query.where(Analysis.interview_id == interview.id, Analysis.state.not_in(FINISHED))
    mine = dict(db.session.execute(query.group_by(Analysis.modality)).all())
    if not mine:
        return None
    pace = paces.of(*(pace_of(modality) for modality in Modality))
    practice = interview.mode is Mode.PRACTICE
    share = "" if practice else interview.organisation_id or ""
    moment = now()
    in_hand = _by_modality(BOTH.in_hand(moment))
    ahead: dict[Modality, float] = defaultdict(float)
    for modality, count in in_hand.items():
        ahead[modality] += IN_HAND * count
    before = _waiting(sa.and_(BOTH.open(moment), Analysis.created_at <= max(mine.values()), BOTH.share == share))[share]
    for modality, count in before.items():
        ahead[modality] += count
    for other, waiting in _waiting(sa.and_(BOTH.open(moment), BOTH.share != share)).items():
        for modality, count in waiting.items():
            # Practice (which has no organisation) goes before all; of another organisation, one for each of ours.
            turns, all_of_it = _in_line_of(modality, before), _in_line_of(modality, waiting)
            part = 0.0 if practice else 1.0 if not other else min(1.0, turns / max(1, all_of_it))
            ahead[modality] += part * count
    return _seconds(ahead, in_hand, pace, mine)


def queue_in_words() -> str:
    """For admins: how long all that waits takes, of whomever it is; empty where nothing waits or it is not known."""
    moment = now()
    in_hand, waiting = _by_modality(BOTH.in_hand(moment)), _by_modality(BOTH.open(moment))
    pace = paces.of(*(pace_of(modality) for modality in Modality))
    if not waiting:
        return ""
    seconds = _seconds(waiting, in_hand, pace, waiting)
    return _("Estimated time left: %(time)s", time=paces.in_words(seconds)) if seconds is not None else ""


def _in_line_of(modality: Modality, counts: dict[Modality, int]) -> int:
    """How many of ``counts`` stand in the line in which ``modality`` waits."""
    return sum(count for each, count in counts.items() if line_of(each) is line_of(modality))


def _seconds(
    ahead: Mapping[Modality, float], in_hand: dict[Modality, int], pace: dict[str, float], of: Collection[Modality]
) -> float | None:
    """Seconds until what lies ahead of ``of`` is done; None where nobody works or too little was measured.

    Each line has workers of its own, so the longer one counts. Where nobody is seen to work on a line that has
    something, workers do both by turns, as far as anybody knows, and all of it counts.
    """
    lines = {line_of(modality).name for modality in of}
    if not lines <= {line_of(modality).name for modality in in_hand}:
        lines = {line.name for line in LINES}
    work, workers = defaultdict[str, float](float), defaultdict[str, int](int)
    for modality, number in in_hand.items():
        workers[line_of(modality).name] += number
    for modality, count in ahead.items():
        if not count or (name := line_of(modality).name) not in lines:
            continue
        if pace_of(modality) not in pace:
            return None
        work[name] += count * pace[pace_of(modality)]
    if not in_hand:
        return None
    if lines <= set(workers):
        return max(work[name] / workers[name] for name in lines)
    return sum(work.values()) / sum(workers.values())


def _by_modality(condition: sa.ColumnElement[bool]) -> dict[Modality, int]:
    query = sa.select(Analysis.modality, sa.func.count()).where(condition).group_by(Analysis.modality)
    return dict(db.session.execute(query).all())


def _waiting(condition: sa.ColumnElement[bool]) -> dict[str, dict[Modality, int]]:
    """Whose → modality → how many wait."""
    columns = sa.select(BOTH.share.label("share"), Analysis.modality.label("modality"), sa.func.count())
    query = BOTH.joined(columns).where(condition).group_by("share", "modality")
    found: dict[str, dict[Modality, int]] = defaultdict(dict)
    for share, modality, count in db.session.execute(query):
        found[share][modality] = count
    return found
