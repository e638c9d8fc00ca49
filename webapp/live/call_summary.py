"""What a call leaves behind, and for whom.

A practice room leaves its owner a report about themselves, and everybody with an account what they recorded of their
own side. An assessment room leaves those who may review the candidate what the policy and the candidate's consents
allow at the moment of looking; the candidate sees the same of themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from flask_babel import gettext as _

from ml.core.readings import Estimate
from ml.core.statistics import block_bootstrap
from webapp.accounts.models import User
from webapp.candidate import consent_texts
from webapp.candidate import operations as candidate
from webapp.candidate.consent_texts import ConsentText
from webapp.interviews.access import may_read as may_read_interview
from webapp.interviews.models import Interview, InterviewState
from webapp.live import policy
from webapp.live.models import TRACK_SECONDS, LivePurpose, Member, Room
from webapp.policy import Mode, Purpose
from webapp.reviews.access import may_see_readings

#: Fewer rows than this (half a minute) say nothing about a conversation.
FEWEST = 10
#: Rows that are drawn together for an interval: an expression lasts, so neighbours are not independent.
SPELL = 4


@dataclass(frozen=True)
class Summary:
    """What was kept of one person's live readings."""

    name: str
    #: Seconds for which the person was read, and the share of them in which an expression was told (0..1).
    seconds: float
    coverage: float
    #: Per emotion its share of what was told (0..1), the largest first, with the 95 % interval and n; empty where there
    #: is too little to tell.
    shares: dict[str, Estimate]
    #: Rows behind the shares.
    n: int


@dataclass(frozen=True)
class CallSummary:
    """What the present person may see of what a call left."""

    #: Whose own side was recorded, and where that stands.
    interview: Interview | None
    #: Whether bytes of a recording have arrived, and whether it is complete and handed in.
    recorded: bool
    submitted: bool
    may_open_report: bool
    #: What may be read in one's own recording, and what one has agreed to.
    choices: list[ConsentText]
    consented: Collection[Purpose]
    ruled_out: str | None
    summary: Summary | None
    #: Why there is no summary, as a sentence.
    why_no_summary: str


def of(room: Room, member: Member, user: User | None) -> CallSummary:
    """What ``room`` left for ``member``, signed in as ``user`` or not. The policy is asked now."""
    about = _subject(room, member)
    interview = about.interview if about is not None else None
    own = about is member
    recorded = interview is not None and _has_bytes(interview)
    summary, why = _summary(room, about, own, user)
    return CallSummary(
        interview=interview,
        recorded=recorded,
        submitted=interview is not None and interview.state is InterviewState.SUBMITTED,
        may_open_report=interview is not None and user is not None and may_read_interview(user, interview),
        choices=_choices(interview) if own and interview is not None and recorded else [],
        consented=interview.consented if interview is not None else (),
        ruled_out=consent_texts.ruled_out(interview) if interview is not None else None,
        summary=summary,
        why_no_summary=why,
    )


def _subject(room: Room, member: Member) -> Member | None:
    """Whom the page is about: in practice oneself; in an assessment the candidate, for the candidate and the host."""
    if room.mode is Mode.PRACTICE or member.is_candidate:
        return member
    return room.candidate if member.user_id is not None and member.user_id == room.owner_id else None


def _has_bytes(interview: Interview) -> bool:
    takes = [take for answer in interview.answers for take in answer.takes]
    return any(take.recording is not None and take.recording.received for take in takes)


def _choices(interview: Interview) -> list[ConsentText]:
    return [text for text in consent_texts.texts_for(interview) if text.purpose is not Purpose.RECORDING]


def choose(member: Member, ticked: Collection[str]) -> None:
    """Note what may be read in ``member``'s own recording. The recording itself stays; taking that back is on the
    page of the interview's consents."""
    interview = member.interview
    if interview is None:
        return
    granted = {text.purpose for text in _choices(interview) if text.purpose.value in ticked}
    candidate.record_consents(interview, granted | (interview.consented & {Purpose.RECORDING}))


def _summary(room: Room, about: Member | None, own: bool, user: User | None) -> tuple[Summary | None, str]:
    lawful = policy.reading_lawful(room)
    if not lawful:
        return None, lawful.reason
    if about is None:
        return None, _("The results of an assessment are for the candidate and the reviewers.")
    if not policy.keeps_track(about):
        return None, _("Your live results were not kept.")
    if not about.agreed(LivePurpose.READING):
        return None, _("There was no consent to analysis, or it was withdrawn. Nothing was kept.")
    if not own and room.is_open and not policy.is_shown(about):
        return None, _("The results appear here once the room is closed, so that you judge for yourself first.")
    if not own and not _reviewed(room, about, user):
        return None, _("The results appear here once you have submitted your own scorecard.")
    rows = about.track.rows if about.track else []
    if not rows:
        return None, _("Nothing was analysed during the call.")
    return summarise(about.name, rows), ""


def _reviewed(room: Room, about: Member, user: User | None) -> bool:
    """Whether this reviewer's own judgement is in, where there is an interview to judge."""
    interview = about.interview or room.interview
    return user is not None and (interview is None or may_see_readings(user, interview))


def summarise(whose: str, rows: list[list[object]]) -> Summary:
    """Sum up a track's rows (models.Track)."""
    told = [str(row[1]) for row in rows if row[1] is not None]
    shares = {}
    if len(told) >= FEWEST:
        names = [name for name, _count in Counter(told).most_common()]
        seen = np.array([[label == name for name in names] for label in told], dtype=float)
        low, high = block_bootstrap(seen, SPELL)
        shares = {
            name: Estimate(float(seen[:, k].mean()), float(low[k]), float(high[k]), len(told))
            for k, name in enumerate(names)
        }
    return Summary(whose, len(rows) * TRACK_SECONDS, len(told) / len(rows), shares, len(told))
