"""Guests: one link, one address, one browser, what was shared and nothing else, until it ends."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.analysis.conftest import models, run_all
from tests.webapp.analysis.samples import answer_all
from webapp.accounts.models import Role, User
from webapp.core.database import db, now
from webapp.reviews import operations
from webapp.reviews.models import Scorecard, ScorecardState
from webapp.sharing import operations as sharing
from webapp.sharing.models import Share, ShareAct
from webapp.sharing.operations import ShareError

__all__ = ["models", "run_all"]


@pytest.fixture
def recruiter(make):
    return make.user()


@pytest.fixture
def interview(make, recruiter):
    interview = answer_all(make, make.interview(invitation=make.invitation(created_by=recruiter)))
    for answer in interview.answers:
        for take in answer.takes:
            take.recording.playable_key = take.recording.original_key
    db.session.commit()
    return interview


@pytest.fixture
def shared(interview, recruiter):
    """A link that hides the second question, its path and its code."""
    share, code = sharing.share(
        interview.position,
        [interview],
        name="Gil Marsh",
        email="Gil@example.org",
        until=now() + timedelta(days=7),
        by=recruiter,
        hidden_questions=[interview.question_set.questions[1].id],
    )
    db.session.commit()
    path = sharing.share_url(share)
    return share, path[path.index("/guest/") :], code


@pytest.fixture
def guest(client, shared):
    """The test client, bound to the link."""
    _share, path, code = shared
    assert client.post(path, data={"code": code}).status_code == 302
    return client


def media(interview, number: int) -> str:
    question = interview.question_set.questions[number - 1]
    answer = next(each for each in interview.answers if each.question_id == question.id)
    return f"/recordings/{answer.takes[0].recording.id}/media"


def test_a_link_alone_opens_nothing(client, shared, interview):
    _share, path, _code = shared
    page = client.get(path).text
    assert "eight digits" in page and interview.candidate_name not in page
    assert client.get(f"{path}/{interview.id}").status_code == 403
    assert client.get(media(interview, 1)).status_code == 404
    assert client.get("/guest/nonsense").status_code == 404


def test_the_code_works_once_and_binds_one_browser(app, client, shared, interview):
    share, path, code = shared
    assert client.post(path, data={"code": f"{code[:4]} {code[4:]}"}).status_code == 302
    assert interview.candidate_name in client.get(path).text
    other = app.test_client()
    assert other.post(path, data={"code": code}).status_code == 422
    assert interview.candidate_name not in other.get(path).text
    db.session.refresh(share)
    assert share.code_hash is None and code not in str(share.browser)


def test_five_wrong_codes_end_the_code(client, shared, recruiter):
    share, path, code = shared
    wrong = "00000000" if code != "00000000" else "11111111"
    for _time in range(5):
        assert client.post(path, data={"code": wrong}).status_code == 422
    assert client.post(path, data={"code": code}).status_code == 422
    assert [event.act for event in share.events].count(ShareAct.WRONG_CODE) == 5
    fresh = sharing.new_code(share, by=recruiter)
    assert client.post(path, data={"code": fresh}).status_code == 302


def test_hidden_questions_are_neither_shown_nor_played(guest, shared, interview):
    _share, path, _code = shared
    page = guest.get(f"{path}/{interview.id}").text
    assert "Question 1?" in page and "Question 2?" not in page and "Question 3?" in page
    assert guest.get(media(interview, 1)).status_code == 200
    assert guest.get(media(interview, 2)).status_code == 404
    hidden = interview.question_set.questions[1]
    answer = next(each for each in interview.answers if each.question_id == hidden.id)
    assert guest.post(f"{path}/{interview.id}/answers/{answer.id}/opened").status_code == 404


def test_playback_carries_the_guests_address_and_is_written_down(guest, shared, interview):
    share, path, _code = shared
    page = guest.get(f"{path}/{interview.id}").text
    assert re.search(r'class="watermark"[^>]*data-watermark="gil@example.org">gil@example.org · \d{4}-', page)
    assert "nodownload" in page and "disablepictureinpicture" in page
    guest.get(media(interview, 1))
    db.session.refresh(share)
    assert [(event.act, event.address) for event in share.events if event.answer_id] == [("played", "127.0.0.1")]


def test_no_analysis_no_other_candidate_and_no_colleague_shows(guest, make, shared, interview, recruiter):
    _share, path, _code = shared
    other = answer_all(make, make.interview(invitation=make.invitation(created_by=recruiter, name="Someone Else")))
    assert guest.get(f"{path}/{other.id}").status_code == 404
    for address in (f"/reports/{interview.id}", f"/reviews/{interview.id}/scorecard", "/interviews", "/people"):
        assert guest.get(address).status_code in {302, 404}
    assert "Someone Else" not in guest.get(path).text


def test_a_guests_scorecard_is_one_like_any_other(guest, shared, interview):
    share, path, _code = shared
    shown = [interview.question_set.questions[0], interview.question_set.questions[2]]
    form = {f"score-{question.id}": "4" for question in shown} | {"summary": "Clear.", "then": "submit"}
    assert guest.post(f"{path}/{interview.id}", data=form).status_code == 302
    card = operations.latest(interview, share.guest)
    assert card.state is ScorecardState.SUBMITTED and card.reviewer.name == "Gil Marsh"
    assert "submitted" in guest.get(path).text


def test_an_ended_and_a_closed_link_are_out_at_once(guest, shared, interview, recruiter):
    share, path, _code = shared
    share.expires_at = now() - timedelta(seconds=1)
    db.session.commit()
    assert guest.get(path).status_code == 410 and guest.get(media(interview, 1)).status_code == 404
    share.expires_at = now() + timedelta(days=1)
    db.session.commit()
    assert guest.get(media(interview, 1)).status_code == 200
    sharing.revoke(share, by=recruiter)
    db.session.commit()
    assert guest.get(path).status_code == 410 and guest.get(media(interview, 1)).status_code == 404


def test_a_guest_cannot_sign_in_and_is_not_among_the_people(client, make, sign_in, shared):
    guest = db.session.scalars(sa.select(User).where(User.role == Role.GUEST)).one()
    guest.set_password("correct horse battery staple")
    db.session.commit()
    answer = client.post("/sign-in", data={"email": guest.email, "password": "correct horse battery staple"})
    assert answer.status_code == 422
    sign_in(make.user(Role.ADMIN))
    assert "Gil Marsh" not in client.get("/people").text


def test_what_cannot_be_shared_is_refused(make, interview, recruiter):
    values = {"name": "Gil", "email": "gil@example.org", "until": now() + timedelta(days=1), "by": recruiter}
    position = interview.position
    everything = [question.id for question in interview.question_set.questions]
    begun = make.interview(invitation=make.invitation(created_by=recruiter, position=position))
    colleague = make.user(email="colleague@example.org")
    for wrong, words in (
        ({"hidden_questions": everything}, "at least one question"),
        ({"until": now() + timedelta(days=90)}, "60 days"),
        ({"email": "colleague@example.org"}, "has an account here"),
        ({"email": "no address"}, "email"),
        ({"by": colleague}, "does not allow"),
    ):
        with pytest.raises(ShareError, match=words):
            sharing.share(position, [interview], **{**values, **wrong})
    with pytest.raises(ShareError, match="submitted"):
        sharing.share(position, [begun], **values)
    with pytest.raises(ShareError, match="at least one interview"):
        sharing.share(position, [], **values)


def test_two_organisations_with_one_guest_know_nothing_of_it(make, shared):
    admin = make.user(Role.ADMIN, organisation_id=make.organisation().id)
    theirs = answer_all(make, make.interview(invitation=make.invitation(created_by=admin)))
    other, _code = sharing.share(
        theirs.position, [theirs], name="G. Marsh", email="gil@example.org", until=now() + timedelta(days=1), by=admin
    )
    assert other.guest is not shared[0].guest and other.guest.name == "G. Marsh"


def test_the_sharer_sees_the_code_once_and_what_the_guest_did(client, sign_in, recruiter, interview):
    sign_in(recruiter)
    form = {"name": "Gil Marsh", "email": "gil@example.org", "days": "7", "id": interview.invitation_id}
    page = client.post(f"/positions/{interview.position_id}/guests/new", data=form).text
    code = re.search(r"data-code>([\d ]+)<", page).group(1)
    share = db.session.scalars(sa.select(Share)).one()
    shown = client.get(f"/guests/{share.id}").text
    assert code not in shown and "/guest/" in shown
    assert "Gil Marsh" in client.get(f"/positions/{interview.position_id}/guests").text
    client.post(f"/guests/{share.id}/revoke")
    assert db.session.get(Share, share.id).revoked_at is not None


def test_in_blind_review_a_guest_reads_and_neither_sees_nor_hears(guest, shared, interview, recruiter):
    _share, path, _code = shared
    interview.position.blind_review = True
    db.session.commit()
    page = guest.get(f"{path}/{interview.id}").text
    assert "blind review" in page and "<video" not in page and interview.candidate_name not in page
    assert guest.get(media(interview, 1)).status_code == 403
    assert guest.get(media(interview, 1).replace("/media", "/poster")).status_code == 403


@pytest.mark.parametrize("with_analyses", [True, False])
def test_analyses_show_only_where_they_were_chosen_and_once_the_scorecard_is_in(
    guest, shared, interview, run_all, with_analyses
):
    share, path, _code = shared
    run_all(interview)
    share.with_analyses = with_analyses
    db.session.commit()
    here = f"{path}/{interview.id}"
    assert 'class="tl-' not in guest.get(here).text
    shown = [each for each in interview.question_set.questions if each.id not in share.hidden_questions]
    guest.post(here, data={f"score-{each.id}": "4" for each in shown} | {"then": "submit"})
    assert db.session.scalar(sa.select(Scorecard.state)) is ScorecardState.SUBMITTED
    assert ('class="tl-name"' in guest.get(here).text) is with_analyses
