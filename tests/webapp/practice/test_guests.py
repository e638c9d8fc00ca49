"""Private practice by an invitation, without an account."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import answer_all
from tests.webapp.conftest import PASSWORD
from webapp.accounts.models import Role, User
from webapp.core.database import db, now
from webapp.core.personal_data import Scope
from webapp.governance import erasure
from webapp.interviews.models import Interview
from webapp.interviews.operations import invitation_url
from webapp.messages.models import Message
from webapp.policy import Mode
from webapp.practice import guests
from webapp.practice.models import PracticeGuest
from webapp.practice.questions import LINEAGE


@pytest.fixture(autouse=True)
def _admin(make):
    make.user(Role.ADMIN)


@pytest.fixture
def invitation(make):
    return make.invitation(name="Rosalind Ochre", email="rosalind@practice.test")


def practise(client, invitation):
    """Look at the link in this browser and practise by it; the answer."""
    client.get(link(invitation))
    return client.post(link(invitation).replace("/i/", "/practice/by-invitation/"))


def link(invitation) -> str:
    url = invitation_url(invitation)
    return url[url.index("/i/") :]


def theirs() -> list[Interview]:
    return list(db.session.scalars(sa.select(Interview).where(Interview.mode == Mode.PRACTICE)))


def test_the_link_leads_to_a_practice_of_ones_own(client, invitation):
    page = client.get(link(invitation)).text
    assert "Practise in private first" in page and "/practice/by-invitation/" in page
    answer = practise(client, invitation)
    (interview,) = theirs()
    assert answer.location.endswith(f"/interview/{interview.id}")
    assert interview.question_set.lineage == LINEAGE and interview.candidate_name == "Rosalind Ochre"
    assert interview.invitation_id is None and interview.organisation_id is None and interview.consents == []
    assert invitation.interview is None  # nothing of the interview itself has begun
    assert "Only you can see this practice" in client.get(answer.location).text
    assert client.get("/practice").status_code == 200
    assert practise(client, invitation).location == answer.location and len(theirs()) == 1


def test_the_interview_itself_goes_on_in_the_same_browser(client, invitation):
    client.get(link(invitation))
    client.post(link(invitation))
    welcome = client.get(f"/interview/{invitation.interview.id}").text
    assert f"/practice/before/{invitation.interview.id}" in welcome
    answer = client.post(f"/practice/before/{invitation.interview.id}")
    assert answer.status_code == 302 and len(theirs()) == 1
    assert client.get(f"/interview/{invitation.interview.id}").status_code == 200
    assert client.get(answer.location).status_code == 200


def test_another_browser_sees_nothing_of_it_and_their_number_is_bounded(app, client, invitation):
    practise(client, invitation)
    (first,) = theirs()
    for count in range(2, guests.MOST_BROWSERS + 2):
        other = app.test_client()
        answer = practise(other, invitation)
        assert other.get(f"/interview/{first.id}").status_code == 404
        assert len(theirs()) == min(count, guests.MOST_BROWSERS)
    assert answer.location.endswith(link(invitation))
    assert app.test_client().post(link(invitation).replace("/i/", "/practice/by-invitation/")).status_code == 302
    assert db.session.query(PracticeGuest).count() == guests.MOST_BROWSERS


def test_whoever_has_no_account_reaches_their_practice_alone(client, invitation, make):
    practise(client, invitation)
    for path in ("/live", "/profile", "/people", "/interviews", "/api/v1/interviews"):
        assert client.get(path).status_code in (302, 401, 403) and "Rosalind" not in client.get(path).text
    assert client.get("/profile").location == "/practice"
    assert client.post("/live/new").status_code == 403
    page = client.get("/practice").text
    assert "You practise without an account" in page and "/live" not in page


def test_as_many_practice_interviews_as_fit_and_no_more(client, invitation, monkeypatch):
    monkeypatch.setattr(guests, "MOST_INTERVIEWS", 2)
    practise(client, invitation)
    client.post("/practice/start")
    assert client.post("/practice/start").location == "/practice" and len(theirs()) == 2


@pytest.mark.parametrize("change", ["revoked_at", "withdrawn_at", "deadline"])
def test_a_link_that_is_closed_leads_nowhere(client, invitation, change):
    client.get(link(invitation))
    setattr(invitation, change, now() - timedelta(minutes=1))
    assert practise(client, invitation).location.endswith(link(invitation)) and theirs() == []
    assert client.post("/practice/by-invitation/nonsense").status_code == 404


def test_whoever_has_an_account_practises_with_it_and_staff_do_not(client, invitation, make, sign_in):
    for role, place in ((Role.CANDIDATE, "/practice"), (Role.RECRUITER, link(invitation))):
        sign_in(make.user(role))
        assert practise(client, invitation).location.endswith(place)
    assert theirs() == []


def test_nothing_of_it_shows_to_those_who_hire(app, client, invitation, make, run_all):
    practise(client, invitation)
    (interview,) = theirs()
    run_all(answer_all(make, interview, text="My ochre harpsichord was repaired in three days. " * 6))
    guest = db.session.scalars(sa.select(PracticeGuest)).one()
    mail = db.session.query(Message).count()
    admin = make.user(Role.ADMIN)
    staff = app.test_client()
    staff.post("/sign-in", data={"email": admin.email, "password": PASSWORD})
    mine = f"/invitations/{invitation.id}"
    for path in (
        mine, "/interviews", "/people", "/search?q=harpsichord", "/messages", "/policy", "/policy/consents", "/health",
        "/policy/consents/export.csv", "/audit", "/audit/export.csv", "/audit/export.jsonl", f"{mine}/erase",
        f"/positions/{invitation.position_id}", f"/positions/{invitation.position_id}/interviews.csv", "/policy/bias",
    ):  # fmt: skip
        answer = staff.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        page = answer.text
        assert interview.id not in page and guest.user_id not in page and "practised" not in page, path
        assert "practice opened" not in page and "practice.invalid" not in page, path
    assert staff.get(f"/reports/{interview.id}").status_code == 404
    assert staff.get(f"/practice/{interview.id}/attempts").status_code == 404
    assert db.session.query(Message).count() == mail
    # Neither an export nor what an erasure would remove names it.
    tables = erasure.plan(Scope((), (invitation.id,), (), invitation.email)).tables
    assert "practice_guests" not in tables


def test_it_is_erased_when_its_time_is_over(client, invitation, make, run_all):
    practise(client, invitation)
    (interview,) = theirs()
    run_all(answer_all(make, interview))
    assert guests.erase_expired() == 0
    assert guests.erase_expired(now() + guests.LASTS + timedelta(minutes=1)) == 1
    assert theirs() == [] and db.session.query(PracticeGuest).count() == 0
    assert not db.session.query(User).filter(User.email.endswith("@practice.invalid")).count()


def test_whoever_practises_erases_it_at_once(client, invitation):
    practise(client, invitation)
    assert "cannot be undone" in client.get("/practice/erase").text
    assert "has been erased" in client.post("/practice/erase", follow_redirects=True).text
    assert theirs() == [] and db.session.query(PracticeGuest).count() == 0
    assert client.get("/practice").status_code == 302
    assert client.get(link(invitation)).status_code == 200


def test_an_account_of_ones_own_is_not_erased_here(client, make, sign_in):
    person = sign_in(make.user(Role.CANDIDATE))
    assert client.get("/practice/erase").status_code == 404
    with pytest.raises(ValueError, match="without an account"):
        guests.erase(person)


def test_an_erasure_of_the_interview_erases_the_practice(client, invitation):
    practise(client, invitation)
    client.post(f"/practice/before/{theirs()[0].id}")
    client.post(link(invitation))
    erasure.request_erasure(erasure.scope_of_email(invitation.email), by=None)
    db.session.commit()
    assert theirs() == [] and db.session.query(PracticeGuest).count() == 0


def test_an_invitation_that_is_erased_leaves_nobody_behind(client, invitation):
    practise(client, invitation)
    erasure.request_erasure(erasure.scope_of_email(invitation.email), by=None)
    db.session.commit()
    assert db.session.query(PracticeGuest).count() == 0
    assert guests.erase_expired() == 1 and theirs() == []
