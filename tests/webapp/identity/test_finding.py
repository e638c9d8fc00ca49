"""With several organisations the sign-in page shows nobody's providers but those of the one that was asked for."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.identity import operations
from webapp.identity.models import Protocol
from webapp.identity.operations import Draft
from webapp.organisations.profile import change_profile


def add(person, name: str, **values: object) -> None:
    draft = Draft(name, "https://login.example.org", client_id="viva", **values)
    operations.add_provider(Protocol.OIDC, draft, by=person)
    db.session.commit()


@pytest.fixture
def ours(make):
    admin = make.user(Role.ADMIN, email="ada@ours.test")
    add(admin, "Our login")
    return admin


@pytest.fixture
def theirs(make, ours):
    organisation = make.organisation("Bird Ltd")
    admin = make.user(Role.ADMIN, email="bo@bird.test", organisation_id=organisation.id)
    add(admin, "Bird login")
    add(admin, "Bird login of before", active=False)
    change_profile(organisation, by=admin, slug="bird-ltd")
    db.session.commit()
    return organisation


def test_one_organisation_shows_its_providers_at_once(client: FlaskClient, ours):
    page = client.get("/sign-in").text
    assert "Sign in with Our login" in page and "Sign in with your organisation" not in page


def test_of_several_none_is_named_until_somebody_asks_for_it(client: FlaskClient, theirs):
    page = client.get("/sign-in?next=/positions/").text
    assert "Our login" not in page and "Bird" not in page
    assert 'href="/sso/?next=/positions/"' in page
    for said in ("me@bird.test", "ME@Bird.test", "bird ltd", "bird-ltd", theirs.id):
        answer = client.post("/sso/?next=/positions/", data={"organisation": said})
        assert answer.location == "/sign-in?organisation=bird-ltd&next=/positions/", said
    page = client.get(answer.location).text
    assert "Sign in with Bird login" in page and "Our login" not in page and "of before" not in page


@pytest.mark.parametrize("said", ["x@elsewhere.test", "Nobody Ltd", "%", "x@", "x@%.test", ""])
def test_what_fits_nobody_leads_nowhere(client: FlaskClient, theirs, said):
    answer = client.post("/sso/", data={"organisation": said})
    assert answer.status_code == 422 and "login" not in answer.text.replace("Back to sign-in", "")


def test_people_of_two_organisations_at_one_domain_name_theirs(client: FlaskClient, make, theirs):
    make.user(Role.ADMIN, email="cy@ours.test", organisation_id=theirs.id)
    assert client.post("/sso/", data={"organisation": "x@ours.test"}).status_code == 422


def test_candidates_and_the_deactivated_lead_nowhere(client: FlaskClient, make, theirs):
    make.user(Role.CANDIDATE, email="c@person.test", organisation_id=theirs.id)
    make.user(email="d@left.test", organisation_id=theirs.id, active=False)
    for said in ("c@person.test", "d@left.test"):
        assert client.post("/sso/", data={"organisation": said}).status_code == 422


def test_admins_see_where_their_people_sign_in(client: FlaskClient, sign_in, theirs, ours):
    sign_in(ours)
    assert f"/sign-in?organisation={ours.organisation_id}" in client.get("/people/single-sign-on/").text
