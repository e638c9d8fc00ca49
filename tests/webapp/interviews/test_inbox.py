"""The inbox: who is where, counted, filtered, and sorted by what needs doing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from webapp.accounts.models import Role, User
from webapp.analysis.models import Analysis
from webapp.core.database import db, now
from webapp.interviews import status as module
from webapp.interviews.filters import Filters
from webapp.interviews.models import Interview, InterviewState
from webapp.interviews.status import Status, entry_of, inbox
from webapp.policy import Modality
from webapp.positions.models import ReviewState
from webapp.reports.models import Report


@pytest.fixture
def recruiter(make, sign_in) -> User:
    return sign_in(make.user(Role.RECRUITER))


@pytest.fixture
def everybody(make, recruiter) -> dict[Status, str]:
    """One invitation in each status, named after it, the later in the list the newer."""
    position, questions = make.position(created_by=recruiter), make.question_set()
    ids = {}

    def invite(status: Status, **values) -> None:
        age = timedelta(minutes=10 - len(ids))
        row = make.invitation(
            position=position,
            question_set=questions,
            created_by=recruiter,
            name=f"Is {status}",
            created_at=now() - age,
            **values,
        )
        ids[status] = row

    invite(Status.INVITED)
    invite(Status.IN_PROGRESS)
    make.interview(invitation=ids[Status.IN_PROGRESS])
    invite(Status.ANALYSING)
    submitted = make.interview(invitation=ids[Status.ANALYSING], state=InterviewState.SUBMITTED, submitted_at=now())
    answer = make.answer(submitted, questions.questions[0])
    db.session.add(Analysis(interview=submitted, answer=answer, modality=Modality.TEXT))
    # submitted in time: a deadline that passes afterwards changes nothing
    invite(Status.READY, deadline=now() - timedelta(days=1))
    ready: Interview = make.interview(
        invitation=ids[Status.READY], state=InterviewState.SUBMITTED, submitted_at=now() - timedelta(days=2)
    )
    db.session.add(Report(interview=ready, body={}))
    invite(Status.EXPIRED, deadline=now() - timedelta(days=1))
    make.interview(invitation=ids[Status.EXPIRED])
    invite(Status.REVOKED, revoked_at=now(), deadline=now() - timedelta(days=1))
    invite(Status.WITHDRAWN, withdrawn_at=now())
    db.session.commit()
    return {status: row.id for status, row in ids.items()}


def names(found: module.Inbox) -> list[str]:
    return [entry.invitation.name for entry in found.entries]


def test_each_status_is_told_apart(everybody, recruiter):
    for status, invitation_id in everybody.items():
        assert entry_of(recruiter, invitation_id).status is status
    found = inbox(recruiter)
    assert found.counts == dict.fromkeys(Status, 1) and found.total == 7
    order = (
        Status.READY, Status.EXPIRED, Status.ANALYSING, Status.INVITED, Status.IN_PROGRESS, Status.WITHDRAWN,
        Status.REVOKED,
    )  # fmt: skip
    assert names(found) == [f"Is {status}" for status in order]


def test_filters_meet(everybody, recruiter, make):
    other = make.invitation(created_by=recruiter, name="Élodie 100%_")
    assert names(inbox(recruiter, Filters(status=Status.EXPIRED))) == ["Is expired"]
    assert names(inbox(recruiter, Filters(position=other.position_id))) == ["Élodie 100%_"]
    for search in ("élodie", "ÉLODIE", "Élod", "100%", "%_", " élodie "):
        assert names(inbox(recruiter, Filters(q=search.strip()))) == ["Élodie 100%_"], search
    assert names(inbox(recruiter, Filters(q="nobody"))) == []
    found = inbox(recruiter, Filters(q="is ", status=Status.READY))
    assert names(found) == ["Is ready"] and found.counts[Status.INVITED] == 1 and found.total == 1


def test_pages(app: Flask, recruiter, make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PAGE_SIZE", 2)
    position, questions = make.position(created_by=recruiter), make.question_set()
    for number in range(5):
        moment = now() + timedelta(days=1, seconds=number)
        make.invitation(
            position=position, question_set=questions, created_by=recruiter, name=str(number), deadline=moment
        )
    assert [names(inbox(recruiter, page=page)) for page in (1, 2, 3)] == [["0", "1"], ["2", "3"], ["4"]]
    assert names(inbox(recruiter, page=99)) == ["4"] and names(inbox(recruiter, page=-1)) == ["0", "1"]
    assert inbox(recruiter).pages == 3


def test_what_needs_doing_comes_first_and_what_is_decided_goes_down(client, everybody, recruiter, make):
    position, questions = make.position(created_by=recruiter), make.question_set()
    longer = make.invitation(position=position, question_set=questions, created_by=recruiter, name="Waits longer")
    waits = make.interview(invitation=longer, state=InterviewState.SUBMITTED, submitted_at=now() - timedelta(days=5))
    db.session.add(Report(interview=waits, body={}))
    values = {"position": position, "question_set": questions, "created_by": recruiter}
    make.invitation(**values, name="Ends soon", deadline=now() + timedelta(hours=3))
    make.invitation(**values, name="Long gone", deadline=now() - timedelta(days=60))
    found = names(inbox(recruiter))
    assert found[:3] == ["Waits longer", "Is ready", "Is expired"]
    assert found.index("Ends soon") < found.index("Is invited") < found.index("Long gone")
    assert client.get("/interviews").text.count('tag-warn">To review') == 2
    waits.review_state = ReviewState.DECIDED
    db.session.commit()
    found = names(inbox(recruiter))
    assert found[0] == "Is ready" and found.index("Waits longer") > found.index("Is in progress")
    page = client.get("/interviews").text
    assert page.count('tag-warn">To review') == 1 and page.count('tag">Decided') == 1


def test_people_are_found_by_their_email_too(recruiter, make):
    make.invitation(created_by=recruiter, name="A", email="jo.smith@viva.test")
    make.invitation(created_by=recruiter, name="B", email="other@viva.test")
    assert names(inbox(recruiter, Filters(q="Jo.Smith@"))) == ["A"]


def test_counts_stay_when_something_is_searched_for(client, everybody, recruiter):
    found = inbox(recruiter, Filters(q="nobody at all"))
    assert found.counts == dict.fromkeys(Status, 0) and found.all_counts == dict.fromkeys(Status, 1)
    page = client.get("/interviews?q=nobody+at+all").text
    assert "0 of 7" in page and page.count("0 of 1") == 7
    assert " of 6" not in client.get("/interviews?status=ready").text


def test_a_page_costs_the_same_few_queries_however_many_are_on_it(app: Flask, recruiter, make):
    seen: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))

    def queries() -> int:
        db.session.commit()
        _ = recruiter.id
        seen.clear()
        for entry in inbox(recruiter).entries:
            _ = entry.invitation.position.title, entry.invitation.question_set.title, entry.invitation.created_by.name
        return len(seen)

    make.invitation(created_by=recruiter)
    one = queries()
    for _ in range(5):
        make.invitation(created_by=recruiter)
    assert queries() == one


def test_the_page_links_to_the_report_once_submitted(client: FlaskClient, everybody):
    page = client.get("/interviews").text
    assert page.count("/reviews/") == 3  # one to review, one to look at, and the way to the next
    assert "sort" not in page.lower().replace("analyses never rank or sort candidates", "").replace(
        "no model's output sorts people here", ""
    )
    ready = client.get("/interviews?status=ready").text
    assert "Is ready" in ready and "Is invited" not in ready


@pytest.mark.parametrize(
    "query", ["status=nonsense", "position=nothing", "page=x", "page=0", "sort=score", "q=" + "x" * 500]
)
def test_an_address_with_nonsense_is_no_error(client: FlaskClient, everybody, query: str):
    assert client.get(f"/interviews?{query}").status_code == 200


def test_empty_states_say_what_to_do_next(client: FlaskClient, recruiter, make):
    assert "Create a position first" in client.get("/interviews").text
    make.position(created_by=recruiter)
    assert "No one has been invited yet" in client.get("/interviews").text
    make.invitation(created_by=recruiter)
    assert "No candidate matches" in client.get("/interviews?q=zzz").text


def test_recruiters_see_their_own_and_admins_all_and_nobody_practice(client: FlaskClient, everybody, make, sign_in):
    make.practice(make.user(Role.CANDIDATE, name="Practising Person"))
    make.invitation(name="Of somebody else")
    own = client.get("/interviews").text
    assert "Is invited" in own and "Of somebody else" not in own and "Practising Person" not in own
    sign_in(make.user(Role.ADMIN))
    every = client.get("/interviews").text
    assert "Is invited" in every and "Of somebody else" in every and "Practising Person" not in every
