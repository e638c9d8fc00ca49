"""What an organisation says of practice: its own questions, and what becomes of them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import answer_all
from tests.webapp.conftest import PASSWORD
from tests.webapp.practice.test_guests import practise, theirs
from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.governance.models import AuditEntry
from webapp.messages.models import Message
from webapp.practice import settings
from webapp.practice.questions import LINEAGE
from webapp.questions import operations as questions
from webapp.questions.models import SetState


@pytest.fixture
def admin(make):
    return make.user(Role.ADMIN)


@pytest.fixture
def own(make, admin):
    """A set of the organisation that was chosen for practice."""
    found = make.question_set("text", title="Ochre practice", created_by=admin)
    settings.choose(admin.organisation_id, found.lineage, by=admin)
    db.session.commit()
    return found


def test_an_admin_chooses_a_published_set_and_it_is_noted(client, make, admin, sign_in):
    sign_in(admin)
    mine = make.question_set("text", title="Ochre practice", created_by=admin)
    draft = make.question_set("text", state=SetState.DRAFT, title="Umber draft", created_by=admin)
    other = make.user(Role.ADMIN, organisation_id=make.organisation().id)
    theirs_ = make.question_set("text", title="Sepia of others", created_by=other)
    page = client.get("/employer/practice").text
    assert "Ochre practice" in page and "Umber draft" not in page and "Sepia of others" not in page
    assert "/employer/practice" in client.get("/employer/").text
    for refused in (draft.lineage, theirs_.lineage, LINEAGE, "nonsense"):
        answer = client.post("/employer/practice", data={"lineage": refused}, follow_redirects=True)
        assert "no longer available" in answer.text and settings.settings_of(admin.organisation_id).lineage is None
    assert "Saved." in client.post("/employer/practice", data={"lineage": mine.lineage}, follow_redirects=True).text
    assert settings.chosen(admin.organisation_id).question_set is mine
    assert settings.chosen(other.organisation_id) == settings.Chosen()
    assert db.session.scalar(sa.select(AuditEntry.action).where(AuditEntry.action == "practice settings changed"))
    client.post("/employer/practice", data={"lineage": ""})
    assert settings.chosen(admin.organisation_id) == settings.Chosen()


def test_whoever_was_invited_practises_with_it(client, make, own):
    invitation = make.invitation()
    practise(client, invitation)
    (interview,) = theirs()
    assert interview.question_set is own and interview.organisation_id is None
    page = client.get("/practice").text
    assert "the organisation chose" in page and "Ochre practice" in page
    client.post("/practice/start")
    assert [each.question_set for each in theirs()] == [own, own]


def test_candidates_with_an_account_practise_with_it_and_others_do_not(client, make, own, sign_in):
    sign_in(make.user(Role.CANDIDATE))
    client.post("/practice/start")
    client.post("/sign-out")
    sign_in(make.user(Role.CANDIDATE, organisation_id=make.organisation().id))
    client.post("/practice/start")
    assert {each.question_set.lineage for each in theirs()} == {own.lineage, LINEAGE}


def test_a_newer_version_takes_its_place_and_a_withdrawn_set_leaves_the_built_in_questions(
    client, make, admin, own, sign_in
):
    newer = questions.new_version(own, by=admin)
    questions.publish(newer, by=admin)
    assert settings.chosen(admin.organisation_id).question_set is newer
    for each in (newer, own):
        questions.archive(each, by=admin)
    db.session.commit()
    practise(client, make.invitation())
    assert [each.question_set.lineage for each in theirs()] == [LINEAGE]
    client.post("/practice/erase")
    sign_in(admin)
    page = client.get("/employer/practice").text
    assert "own questions are used" in page and "Ochre practice (not published)" in page
    # Saving the page as it is keeps what was chosen, for when it is published again.
    client.post("/employer/practice", data={"lineage": own.lineage})
    assert settings.settings_of(admin.organisation_id).lineage == own.lineage


def test_what_is_answered_is_nowhere_that_those_who_hire_look(app, client, make, admin, own, run_all):
    invitation = make.invitation(question_set=own)  # even where the same questions are asked
    practise(client, invitation)
    (interview,) = theirs()
    run_all(answer_all(make, interview, text="My ochre harpsichord was repaired in three days. " * 6))
    mail = db.session.query(Message).count()
    staff = app.test_client()
    staff.post("/sign-in", data={"email": admin.email, "password": PASSWORD})
    position = invitation.position_id
    for path in (
        f"/questions/{own.id}", "/questions/", "/interviews", f"/invitations/{invitation.id}", "/search?q=harpsichord",
        f"/positions/{position}", f"/positions/{position}/interviews.csv", "/audit", "/messages", "/employer/practice",
    ):  # fmt: skip
        answer = staff.get(path)
        assert answer.status_code == 200, path
        page = answer.text.replace("q=harpsichord", "").replace('value="harpsichord"', "")
        assert interview.id not in page and interview.candidate_id not in page, path
        assert "ochre harpsichord" not in page, path
    assert staff.get(f"/reports/{interview.id}").status_code == 404
    assert db.session.query(Message).count() == mail
