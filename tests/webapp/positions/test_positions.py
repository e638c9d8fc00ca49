"""Positions, their places and what may be analysed there."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.policy.engine import EEA, EEA_TERRITORIES, WITH_CONSENT
from webapp.positions import operations
from webapp.positions.models import Position
from webapp.positions.places import countries, country_name, rules

POSITION = {"title": "Data engineer", "city": "Lyon", "country": "FR"}


@pytest.fixture
def recruiter(make, sign_in):
    return sign_in(make.user(Role.RECRUITER))


def test_all_countries_of_iso_3166_by_name():
    codes = [code for code, _name in countries()]
    assert len(codes) == len(set(codes)) == 249
    assert all(re.fullmatch("[A-Z]{2}", code) for code in codes)
    assert country_name("BO") == "Bolivia" and country_name("XX") == "XX"
    assert codes.index("AX") == codes.index("AL") - 1  # Åland stands among the As, not after Zimbabwe
    assert set(codes) >= EEA | EEA_TERRITORIES | WITH_CONSENT


@pytest.mark.parametrize("country", ["FR", "NO", "RE", "JP", "CA"])
def test_the_rules_say_what_the_engine_will_do(app: Flask, country: str):
    text, voice, face = rules(country)
    assert text.allowed
    assert voice.allowed == face.allowed == (country == "CA")
    for rule in (voice, face):
        assert ("Art. 5(1)(f)" in rule.why) == (country in {"FR", "NO", "RE"})
        assert "It was not done" not in rule.why


def test_making_a_job_shows_the_law_before_anybody_is_invited(client: FlaskClient, recruiter):
    assert "There are no positions yet" in client.get("/positions/").text
    page = client.post("/positions/new", data=POSITION, follow_redirects=True).text
    assert "Lyon, France" in page and "prohibited in recruitment in the EU" in page
    assert "Data engineer" in client.get("/positions/").text


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", " "), ("city", ""), ("country", ""), ("country", "XX"), ("country", "fr"), ("title", "x" * 161)],
)
def test_a_job_with_a_fault_says_which(client: FlaskClient, recruiter, field: str, value: str):
    answer = client.post("/positions/new", data={**POSITION, field: value})
    assert answer.status_code == 422 and f'id="{field}-errors"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count(Position.id))) == 0


def test_the_country_stays_once_somebody_is_invited(client: FlaskClient, recruiter, make):
    position = make.position("FR", created_by=recruiter)
    client.post(f"/positions/{position.id}/edit", data={**POSITION, "country": "BE"})
    assert position.country == "BE"
    make.invitation(position=position, created_by=recruiter)
    refused = client.post(f"/positions/{position.id}/edit", data={**POSITION, "country": "CA", "region": "CA-QC"})
    assert refused.status_code == 422 and "Create a new position" in refused.text and position.country == "BE"
    client.post(f"/positions/{position.id}/edit", data={**POSITION, "title": "Engineer", "country": "BE"})
    assert position.title == "Engineer"


def test_archiving_and_bringing_back(client: FlaskClient, recruiter, make):
    position = make.position(created_by=recruiter)
    client.post(f"/positions/{position.id}/archive")
    assert position.archived_at and "All positions are archived" in client.get("/positions/").text
    client.post(f"/positions/{position.id}/restore")
    assert position.archived_at is None


def test_another_recruiter_s_job_is_not_there_and_an_admin_s_view_has_it(client: FlaskClient, make, sign_in):
    position = make.position(title="Theirs")
    sign_in(make.user(Role.RECRUITER))
    assert "Theirs" not in client.get("/positions/").text
    for method, path in (
        ("GET", ""),
        ("GET", "/edit"),
        ("POST", "/edit"),
        ("POST", "/archive"),
        ("POST", "/restore"),
    ):
        assert client.open(f"/positions/{position.id}{path}", method=method, data=POSITION).status_code == 404
    assert client.get("/positions/nothing").status_code == 404
    sign_in(make.user(Role.ADMIN))
    assert "Theirs" in client.get("/positions/").text
    assert client.get(f"/positions/{position.id}").status_code == 200


def test_candidates_have_no_jobs(app: Flask, make):
    make.position()
    assert db.session.scalars(operations.positions_of(make.user(Role.CANDIDATE))).all() == []


# Parts of countries

QUEBEC = {"title": "Engineer", "city": "Montréal", "country": "CA", "region": "CA-QC"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"region": ""}, "each has laws of its own"),
        ({"region": "US-IL"}, "not in the country above"),
        ({"region": "CA-XX"}, "Choose an option"),
        ({"country": "FR", "region": "CA-QC"}, "not in the country above"),
    ],
)
def test_a_position_in_canada_or_the_states_names_its_part(client: FlaskClient, recruiter, values, said):
    answer = client.post("/positions/new", data=QUEBEC | values)
    assert answer.status_code == 422 and said in answer.text
    assert db.session.scalar(sa.select(sa.func.count(Position.id))) == 0


def test_the_page_of_a_position_says_which_acts_apply_and_why(client: FlaskClient, recruiter):
    page = client.post("/positions/new", data=QUEBEC, follow_redirects=True).text
    assert "Quebec" in page.replace("é", "e") and "CQLR c. P-39.1" in page and "Last checked on" in page
    city = {"title": "Analyst", "city": "New York", "country": "US", "region": "US-NY-NYC"}
    page = client.post("/positions/new", data=city, follow_redirects=True).text
    assert "New York City, New York, United States" in page
    assert "Local Law 144" in page and "there is none" in page and "at least 10 business days" in page
    denver = {"title": "Analyst", "city": "Denver", "country": "US", "region": "US-CO"}
    page = client.post("/positions/new", data=denver, follow_redirects=True).text
    assert "What comes later (1)" in page and "announced" in page


def test_naming_the_part_is_no_move_and_changing_it_is(client: FlaskClient, recruiter, make):
    position = make.position("CA", created_by=recruiter)
    make.invitation(position=position, created_by=recruiter)
    client.post(f"/positions/{position.id}/edit", data=QUEBEC)
    assert position.region == "CA-QC"
    refused = client.post(f"/positions/{position.id}/edit", data=QUEBEC | {"region": "CA-ON"})
    assert refused.status_code == 422 and "Create a new position" in refused.text and position.region == "CA-QC"


def test_a_region_of_another_country_is_refused_whoever_asks(recruiter):
    for region in ("US-IL", "CA-ZZ", "nonsense"):
        with pytest.raises(operations.PositionError):
            operations.create_position(title="A", city="B", country="CA", region=region, by=recruiter)
