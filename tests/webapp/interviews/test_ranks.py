"""Ranks of the list of interviews: what indexes count is what is there, and each rank stands in its own order."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from webapp.accounts.models import Role, User
from webapp.analysis.models import Analysis
from webapp.core.database import db, new_id, now
from webapp.interviews.answering import GRACE
from webapp.interviews.filters import Filters, Status
from webapp.interviews.models import Answer, Interview, InterviewState, Invitation, Outcome
from webapp.interviews.operations import invitations_of
from webapp.interviews.ranks import LATELY, Rank, tally, tally_of_all
from webapp.interviews.status import PAGE_SIZE, entry_of, inbox
from webapp.organisations.models import Team, TeamRole
from webapp.organisations.operations import put_in_team
from webapp.policy import Modality, Mode
from webapp.positions.models import ReviewState
from webapp.reports.models import Report

MANY = 150


def rows(make, teams: list[Team], people: list[User]) -> None:
    """Invitations with everything that decides where one stands, in every mixture."""
    chance, questions, moment = np.random.default_rng(1), make.question_set("text"), now()
    at = [make.position(team=team, created_by=person) for team in teams for person in people]
    invitations, interviews, answers, waiting, reports = [], [], [], [], []

    def one_of(things: Any) -> Any:
        return things[int(chance.integers(len(things)))]

    def sometimes(share: float) -> datetime | None:
        return moment - timedelta(days=one_of(range(30))) if chance.random() < share else None

    for number in range(MANY):
        where, ids = one_of(at), (new_id(), new_id())
        days = timedelta(days=one_of((-60, -20, -5, 5)))
        invitations.append(
            {"id": ids[0], "position_id": where.id, "question_set_id": questions.id, "name": f"Person {number}",
             "email": "", "deadline": moment + one_of((days, -GRACE / 2)), "withdrawn_at": sometimes(0.2),
             "revoked_at": sometimes(0.2), "created_at": moment - timedelta(minutes=one_of(range(9))),
             "created_by_id": one_of(people).id, "organisation_id": where.organisation_id}
        )  # fmt: skip
        if chance.random() < 0.8:
            done = chance.random() < 0.7
            state = InterviewState.SUBMITTED if done else InterviewState.OPEN
            interviews.append(
                {"id": ids[1], "mode": Mode.ASSESSMENT, "state": state, "invitation_id": ids[0],
                 "position_id": where.id, "question_set_id": questions.id, "candidate_name": f"Person {number}",
                 "submitted_at": moment - timedelta(hours=one_of(range(99))) if done else None,
                 "review_state": (came := one_of(list(ReviewState)) if done else ReviewState.TO_REVIEW),
                 "outcome": one_of(list(Outcome)) if came is ReviewState.DECIDED else None,
                 "organisation_id": where.organisation_id}
            )  # fmt: skip
            if done:
                answers.append({"id": new_id(), "interview_id": ids[1], "question_id": questions.questions[0].id})
                waiting.append({"interview_id": ids[1], "answer_id": answers[-1]["id"], "modality": Modality.TEXT})
            if done and chance.random() < 0.6:
                reports.append({"id": new_id(), "interview_id": ids[1], "body": {}})
    db.session.execute(sa.insert(Invitation), invitations)
    db.session.execute(sa.insert(Interview), interviews)
    db.session.execute(sa.insert(Answer), answers)
    db.session.execute(sa.insert(Analysis), waiting)
    db.session.execute(sa.insert(Report), reports)
    db.session.commit()


@pytest.fixture
def readers(make) -> dict[str, User]:
    """An admin, somebody of one team, somebody of a team whose people see their own alone, somebody of both."""
    people = [make.user() for _ in range(3)]
    admin = make.user(Role.ADMIN)
    teams = [make.team((people[0], TeamRole.RECRUITER)), make.team((people[1], TeamRole.RECRUITER), own_only=True)]
    for team in teams:
        put_in_team(team, people[2], TeamRole.RECRUITER)
    rows(make, teams, [admin, *people])
    make.practice(make.user(Role.CANDIDATE))
    return {"admin": admin, "one": people[0], "own": people[1], "both": people[2]}


def test_what_indexes_count_is_what_is_there_in_its_order(readers):
    for name, user in readers.items():
        joined = invitations_of(user).outerjoin(Interview, Interview.invitation_id == Invitation.id)
        everything = tally(joined)
        assert tally_of_all(invitations_of(user)) == everything, name
        assert {rank for _status, rank in everything} == set(Rank), name
        stands_in_order(user, sum(everything.values()))
    assert {status for status, _rank in tally_of_all(invitations_of(readers["admin"]))} == set(Status)


def stands_in_order(user: User, count: int) -> None:
    """Whoever turns the pages meets each once, each where it belongs, under a filter as well."""
    entries = [entry for page in range(-(-count // PAGE_SIZE)) for entry in inbox(user, page=page + 1).entries]
    assert len({entry.invitation.id for entry in entries}) == len(entries) == count
    assert entries == sorted(entries, key=place)
    for status in Status:
        alone = inbox(user, Filters(status=status))
        assert [each.invitation.id for each in alone.entries] == [
            each.invitation.id for each in entries if each.status is status
        ][:PAGE_SIZE]
    for filters, fits in FILTERS:
        of_one = filters.but(position=entries[0].invitation.position_id)
        here = [each for each in entries if each.invitation.position_id == of_one.position]
        for asked, among in ((filters, entries), (of_one, here)):
            wanted, first = [each for each in among if fits(each)], inbox(user, asked)
            pages = [inbox(user, asked, page=page + 1).entries for page in range(first.pages)]
            assert [each.invitation.id for page in pages for each in page] == [each.invitation.id for each in wanted]
            assert +Counter(first.counts) == Counter(each.status for each in wanted), asked


#: What is asked for, and what fits by all that is seen of an entry.
FILTERS = (
    (Filters(), lambda entry: True),
    (Filters(stage="to_review"), lambda entry: entry.has_report and entry.review_state is ReviewState.TO_REVIEW),
    (Filters(stage="in_review"), lambda entry: entry.has_report and entry.review_state is ReviewState.IN_REVIEW),
    (Filters(stage="decided"), lambda entry: entry.has_report and entry.review_state is ReviewState.DECIDED),
    (Filters(outcome=Outcome.HOLD), lambda entry: entry.outcome is Outcome.HOLD),
    (Filters(waits="me"), lambda entry: entry.waits),
)


def place(entry) -> tuple[object, ...]:
    """Where an entry belongs, by what is seen of it."""
    invitation = entry.invitation
    newest = -invitation.created_at.timestamp(), invitation.id
    if entry.needs_review:
        return Rank.REVIEW, entry.submitted_at, *newest
    if entry.status is Status.EXPIRED and invitation.deadline > now() - LATELY:
        return Rank.LATE, invitation.deadline, *newest
    if entry.status is Status.ANALYSING:
        return Rank.ANALYSING, entry.submitted_at, *newest
    if entry.status in (Status.INVITED, Status.IN_PROGRESS):
        return Rank.ON_ITS_WAY, invitation.deadline, *newest
    return Rank.CLOSED, *newest


def test_what_is_decided_waits_for_no_report(make, client, sign_in):
    """Its readings may be erased by then, and are not read again: it is not “being analysed” for ever."""
    user = sign_in(make.user())
    row = make.interview(
        invitation=make.invitation(created_by=user), state=InterviewState.SUBMITTED, submitted_at=now(),
        review_state=ReviewState.DECIDED,
    )  # fmt: skip
    assert entry_of(user, row.invitation_id).status is Status.READY
    assert [len(inbox(user, Filters(status=status)).entries) for status in (Status.READY, Status.ANALYSING)] == [1, 0]
    assert inbox(user).counts[Status.READY] == 1
    for path in ("/interviews", f"/invitations/{row.invitation_id}", f"/positions/{row.position_id}"):
        page = client.get(path, follow_redirects=True).text
        assert "Ready" in page and 'tag-accent">Being analysed' not in page, path
