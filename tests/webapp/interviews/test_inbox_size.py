"""The inbox and a position's page with ten thousand interviews in the database."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from webapp.core.database import db, new_id, now
from webapp.interviews.models import Interview, InterviewState, Invitation
from webapp.policy import Mode
from webapp.positions.models import ReviewState

pytestmark = pytest.mark.full
MANY, TIMES, LIMIT = 10_000, 20, 0.3  # interviews, requests of each page, seconds of work for 95 % of them


@pytest.fixture
def position(make, sign_in):
    owner = make.user()
    sign_in(owner)
    positions = [make.position(created_by=owner) for _number in range(20)]
    questions, moment, invitations, interviews = make.question_set("text"), now(), [], []
    for number in range(MANY):
        at, ids = positions[number % 20], (new_id(), new_id())
        invitations.append(
            {"id": ids[0], "position_id": at.id, "question_set_id": questions.id, "name": f"Person {number}",
             "email": f"p{number}@viva.test", "deadline": moment + timedelta(days=number % 60 - 30),
             "created_at": moment - timedelta(minutes=number), "created_by_id": owner.id,
             "organisation_id": owner.organisation_id}
        )  # fmt: skip
        done = number % 5 > 0
        interviews.append(
            {"id": ids[1], "mode": Mode.ASSESSMENT, "state": InterviewState.SUBMITTED if done else InterviewState.OPEN,
             "invitation_id": ids[0], "position_id": at.id, "question_set_id": questions.id,
             "candidate_name": f"Person {number}", "submitted_at": moment - timedelta(hours=number) if done else None,
             "review_state": list(ReviewState)[number % 3] if done else ReviewState.TO_REVIEW,
             "organisation_id": owner.organisation_id}
        )  # fmt: skip
    db.session.execute(sa.insert(Invitation), invitations)
    db.session.execute(sa.insert(Interview), interviews)
    db.session.commit()
    return positions[0]


def test_every_list_stays_fast(client, position):
    """In seconds of this process's own work, which a crowded machine does not change as much as it does the clock."""
    paths = ("/interviews", "/interviews?page=200", "/interviews?q=son+77", "/interviews?waits=me",
             f"/positions/{position.id}", f"/reviews/positions/{position.id}/next")  # fmt: skip
    took: dict[str, list[float]] = {path: [] for path in paths}
    for _time in range(TIMES):
        for path in paths:
            before = time.process_time()
            assert client.get(path).status_code in {200, 302}
            took[path].append(time.process_time() - before)
    slow = {path: sorted(each)[int(TIMES * 0.95) - 1] for path, each in took.items()}
    assert {path: round(each, 3) for path, each in slow.items() if each > LIMIT} == {}
