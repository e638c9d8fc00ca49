"""What a candidate needs: asked for at any moment, granted at once by rule or by a person, unseen by those who rate."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from webapp.core.database import db
from webapp.employer.operations import page_of
from webapp.interviews import accommodations
from webapp.interviews.accommodation_models import Accommodation, Help
from webapp.interviews.answering import think_seconds_left
from webapp.interviews.models import CandidateRequest, InterviewState
from webapp.messages.models import Message
from webapp.organisations.models import TeamRole
from webapp.organisations.operations import put_in_team
from webapp.questions.models import QuestionKind, SetState
from webapp.recordings.takes import takes_left
from webapp.recordings.verification import allowed_seconds


@pytest.fixture
def interview(make, open_interview):
    questions = make.question_set(state=SetState.DRAFT)
    first = questions.questions[0]
    first.think_seconds, first.limit_seconds, first.takes_allowed = 40, 120, 3
    questions.state = SetState.PUBLISHED
    return open_interview(make.interview(invitation=make.invitation(question_set=questions)))


def rule(interview, *at_once, **values):
    page = page_of(interview.organisation_id)
    page.at_once = list(at_once)
    for name, value in values.items():
        setattr(page, name, value)
    db.session.add(page)
    db.session.commit()


def ask(client, interview, *kinds, words=""):
    return client.post(f"/interview/{interview.id}/help", data={"kind": list(kinds), "words": words})


def test_what_the_organisation_grants_at_once_holds_from_now_on(client, make, interview):
    rule(interview, "time", "takes", extra_time=50)
    question = interview.question_set.questions[0]
    answer = make.answer(interview, question)  # in the middle of the interview: the question is shown already
    assert 39 < think_seconds_left(answer) <= 40 and takes_left(answer) == 3
    assert ask(client, interview, "time", "takes").status_code == 302
    assert 59 < think_seconds_left(answer) <= 60 and takes_left(answer) == 5
    terms = accommodations.terms_of(interview, question)
    assert terms.limit_seconds == 180 and allowed_seconds(terms) == 180 * 1.1 + 15
    page = client.get(f"/interview/{interview.id}/questions/1").text
    assert 'data-limit="180"' in page and "5 of 5 takes left" in page
    assert db.session.scalars(sa.select(CandidateRequest)).all() == []  # nobody had to be asked
    assert db.session.scalars(sa.select(Message.kind)).all().count("accommodation") >= 1


def test_anything_else_goes_to_whoever_invited_and_can_be_granted_in_mid_interview(client, interview):
    ask(client, interview, "no_clock", "sound_only", words="I stammer.")
    row = db.session.scalars(sa.select(CandidateRequest)).one()
    assert "I stammer." in row.text and "No clock" in row.text
    question = interview.question_set.questions[0]
    assert accommodations.terms_of(interview, question).clock  # not before somebody grants it
    staff = client.application.test_client()
    by = interview.invitation.created_by
    staff.post("/sign-in", data={"email": by.email, "password": "correct horse battery staple"})
    page = f"/invitations/{interview.invitation_id}"
    assert "asked for" in staff.get(page).text
    for kind in ("no_clock", "sound_only"):
        staff.post(f"{page}/help", data={"kind": kind, "then": "grant"})
    terms = accommodations.terms_of(interview, question)
    assert (terms.kind, terms.clock, terms.limit_seconds) == (QuestionKind.AUDIO, False, 3600)
    client.post(f"/interview/{interview.id}/questions/1/show")
    assert 'data-kind="audio"' in client.get(f"/interview/{interview.id}/questions/1").text
    staff.post(f"{page}/help", data={"kind": "no_clock", "then": "decline"})
    assert accommodations.terms_of(interview, question).clock


def test_more_days_move_the_deadline(client, interview):
    rule(interview, "days")
    before = interview.invitation.deadline
    ask(client, interview, "days")
    ask(client, interview, "days")  # twice is once
    assert (interview.invitation.deadline - before).days == 7


def test_nothing_asked_for_is_said(client, interview):
    assert ask(client, interview).status_code == 422
    assert ask(client, interview, "nonsense").status_code == 422


def test_those_who_rate_see_none_of_it(client, make, interview, sign_in):
    ask(client, interview, "time", words="I am dyslexic.")
    accommodations.give(interview.invitation, Help.TAKES, 3, by=interview.invitation.created_by)
    interview.state = InterviewState.SUBMITTED
    db.session.commit()
    reviewer = make.user()
    put_in_team(interview.position.team, reviewer, TeamRole.REVIEWER)
    interview.position.team.own_only = False
    db.session.commit()
    sign_in(reviewer)
    for page in (f"/invitations/{interview.invitation_id}", f"/reports/{interview.id}", f"/interviews/{interview.id}"):
        answer = client.get(page)
        assert "dyslexic" not in answer.text and "Two more takes" not in answer.text and "More time" not in answer.text
    sent = client.post(f"/invitations/{interview.invitation_id}/help", data={"kind": "time"})
    assert sent.status_code == 403
    assert db.session.scalar(sa.select(sa.func.count(Accommodation.id))) == 2


def test_an_open_page_is_told_what_holds_now_without_a_change(client, interview, make):
    where = f"/interview/{interview.id}/questions/1"
    question = interview.question_set.questions[0]
    answer = make.answer(interview, question)
    page = client.get(where).text
    assert f'data-terms="{where}/terms"' in page and 'id="granted" role="status" aria-live="polite"' in page
    assert 'data-takes-allowed="3" data-think-seconds="40" data-clock="true"' in page
    before = client.get(f"{where}/terms").json
    assert {name: before[name] for name in ("limit", "takes", "takes_left", "think", "clock", "kind")} == {
        "limit": 120, "takes": 3, "takes_left": 3, "think": 40, "clock": True, "kind": "video",
    }  # fmt: skip
    assert 39 < before["think_left"] <= 40
    by = interview.invitation.created_by
    for kind, amount in ((Help.TIME, 50), (Help.TAKES, 2)):
        accommodations.give(interview.invitation, kind, amount, by=by)
    db.session.commit()
    after = client.get(f"{where}/terms").json
    assert (after["limit"], after["takes"], after["takes_left"], after["think"]) == (180, 5, 5, 60)
    assert 59 < after["think_left"] <= 60
    accommodations.give(interview.invitation, Help.NO_CLOCK, None, by=by)
    db.session.commit()
    answer_to_it = client.get(f"{where}/terms")
    assert (answer_to_it.json["clock"], answer_to_it.json["think_left"]) == (False, 0)
    assert answer_to_it.headers["Cache-Control"] == "no-store" and answer.shown_at is not None
    unseen = client.get(f"/interview/{interview.id}/questions/2/terms").json
    assert unseen["takes_left"] == unseen["takes"]
    assert all(each.question_id == question.id for each in interview.answers)  # looking notes nothing
    assert client.application.test_client().get(f"{where}/terms").status_code in {302, 401, 403, 404, 410}
