"""Who may review, and what a reviewer may see before their own scorecard is in.

Whoever has read a machine's opinion, or a colleague's, hears the answers in its light (anchoring); of all ways to
select people, structured ratings made independently have the best evidence behind them. So readings and other people's
scorecards of an interview stay out of sight until the reviewer has submitted a scorecard, or has said to go without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask import abort, current_app
from flask_login import current_user
from sqlalchemy.orm import InstrumentedAttribute

from ml.core.agreement import Agreement
from webapp.accounts.models import User
from webapp.interviews.access import may_decide, may_manage, may_review, with_what_it_is_of
from webapp.interviews.anonymity import hidden_when
from webapp.interviews.models import Attachment, Interview, InterviewState, Invitation
from webapp.policy import Mode
from webapp.positions.models import ReviewState
from webapp.questions.guide import Competency, guide_of
from webapp.questions.models import Question
from webapp.reviews import agreement, deciding, openings, operations, requests
from webapp.reviews.models import Decision, PointVerdict, ReviewRequest, Scorecard, ScorecardState
from webapp.reviews.scoring import note_of


@dataclass(frozen=True)
class Review:
    """What people said of an interview, as one of them may see it.

    ``open``: readings show. ``compared``: so do others' scorecards. ``decisions`` are final, the newest first.
    """

    open: bool
    compared: bool
    mine: Scorecard | None
    scorecards: list[Scorecard]
    skipped: bool
    decisions: list[Decision]
    #: The decision that waits for approval, and for whose (None among them: any second person's).
    proposal: Decision | None
    waiting: list[User | None]
    #: The candidate's request for another look, while it is open.
    request: ReviewRequest | None
    interview: Interview
    reader: User
    #: What their role allows.
    may_review: bool
    has_right_to_decide: bool

    @cached_property
    def verdicts(self) -> dict[tuple[str, str], list[PointVerdict]]:
        """What reviewers say of points of the scoring guide, by answer id and point."""
        return operations.verdicts_of(self.interview) if self.open else {}

    @cached_property
    def unopened(self) -> list[Question]:
        """The questions whose answers this person has not opened yet."""
        return openings.unopened(self.interview, self.reader)

    @property
    def may_decide(self) -> bool:
        """Whether this person's role lets them decide and they have submitted a scorecard."""
        return (
            self.has_right_to_decide
            and self.mine is not None
            and any(card.reviewer_id == self.mine.reviewer_id for card in self.scorecards)
        )

    def may_approve(self, user: User) -> bool:
        """Whether the proposal waits for a word of ``user``."""
        return (
            self.has_right_to_decide
            and self.proposal is not None
            and self.proposal.by_id != user.id
            and (None in self.waiting or user.id in {person.id for person in self.waiting if person})
        )

    def rows_of(self, question: Question) -> list[tuple[Competency, list[tuple[Scorecard, int | None]]]]:
        """Per competency of a question what each scorecard gives it."""
        rows = []
        for one in guide_of(question).competencies:
            ratings = [(card, card.rating_of(question, one.key)) for card in self.scorecards]
            rows.append((one, [(card, rating.score if rating else None) for card, rating in ratings]))
        return rows

    @property
    def agreement(self) -> Agreement | None:
        """How far the reviewers agree; None: not enough data."""
        return agreement.of_scorecards(self.scorecards[0].interview, self.scorecards) if self.scorecards else None

    def notes_of(self, question: Question) -> list[tuple[Scorecard, str]]:
        """Per scorecard with a note on a question the note."""
        notes = [(card, note_of(card, question)) for card in self.scorecards]
        return [(card, note) for card, note in notes if note]

    def verdicts_on(self, answer_id: str, point: str) -> list[PointVerdict]:
        """What reviewers say of one point of the scoring guide in one answer."""
        return self.verdicts.get((answer_id, point), [])


def may_see_readings(user: User, interview: Interview) -> bool:
    """Whether readings of ``interview`` may be shown to ``user``, who may read its report, at this moment."""
    if interview.mode is Mode.PRACTICE or not current_app.config.get("BLIND_REVIEW", True):
        return True
    return operations.has_reviewed(interview, user) or _is_over(interview)


def _is_over(interview: Interview) -> bool:
    """Whether nobody's scorecard can be swayed any more: people have decided, and nobody has asked for another look."""
    return interview.review_state is ReviewState.DECIDED


def may_see_scorecards(user: User, interview: Interview) -> bool:
    """Whether other people's scorecards of ``interview`` may be shown to ``user``, who may open it: once their own is
    in, or people have decided. Going without a scorecard opens the readings alone."""
    if interview.mode is Mode.PRACTICE or not current_app.config.get("BLIND_REVIEW", True):
        return True
    return _is_over(interview) or any(card.reviewer_id == user.id for card in operations.submitted(interview))


@hidden_when
def is_identity_hidden(user: User, interview: Interview) -> bool:
    """Whether the name, the picture, the voice and the attached files of a candidate stay hidden from ``user``: in a
    position with blind review, until their own scorecard is in or people have decided. Those who invite see them."""
    if interview.position is None or not interview.position.blind_review:
        return False
    if interview.invitation is not None and may_manage(user, interview.invitation):
        return False  # who invites people knows their names
    return not _is_over(interview) and not operations.has_reviewed(interview, user)


def are_files_hidden(user: User, invitation: Invitation) -> bool:
    """Whether the files of a candidate stay hidden from ``user``, who may see the invitation: as their name does."""
    if invitation.interview is not None and invitation.interview.state is InterviewState.SUBMITTED:
        return is_identity_hidden(user, invitation.interview)
    return invitation.position.blind_review and not may_manage(user, invitation)


def files_of(invitation: Invitation) -> list[Attachment]:
    """The files of a candidate that the present user may see now."""
    return [] if are_files_hidden(current_user._get_current_object(), invitation) else invitation.attachments


def opened_by(user: User, interview_id: sa.ColumnElement[str] | InstrumentedAttribute[str]) -> sa.ColumnElement[bool]:
    """The rule of `may_see_scorecards` as a condition on a column with ids of assessments, for many at once."""
    if not current_app.config.get("BLIND_REVIEW", True):
        return sa.true()
    over = sa.select(Interview.id).where(Interview.review_state == ReviewState.DECIDED)
    return sa.or_(interview_id.in_(over), interview_id.in_(operations.submitted_by(user)))


def review_of(interview: Interview, reader: User | None = None) -> Review | None:
    """The review for ``reader``, else the present user; None for practice, and before anything was submitted."""
    if interview.mode is Mode.PRACTICE or interview.state is not InterviewState.SUBMITTED:
        return None
    user = reader or current_user._get_current_object()
    mine = operations.latest(interview, user)
    is_open = may_see_readings(user, interview)
    compared = may_see_scorecards(user, interview)
    proposal = deciding.proposal_of(interview) if is_open else None
    return Review(
        open=is_open,
        compared=compared,
        mine=mine,
        scorecards=operations.submitted(interview) if compared else [],
        skipped=mine is not None and mine.state is ScorecardState.SKIPPED,
        decisions=deciding.decisions_of(interview) if is_open else [],
        proposal=proposal,
        waiting=deciding.still_to_approve(proposal) if proposal else [],
        request=requests.open_request(interview),
        interview=interview,
        reader=user,
        may_review=may_review(user, interview),
        has_right_to_decide=may_decide(user, interview),
    )


def load_for_review(interview_id: str, may: Callable[[Any, Interview], bool] = may_review) -> Interview:
    """The interview if it was submitted and the present user may review it, or whatever else ``may`` asks.

    404 otherwise, so that ids cannot be probed.
    """
    interview = with_what_it_is_of(interview_id)
    if interview is None or not may(current_user, interview) or interview.state is not InterviewState.SUBMITTED:
        abort(404)
    return interview
