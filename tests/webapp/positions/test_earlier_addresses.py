"""What was under /jobs answers 308 with its place under /positions, for every route of today and by every method."""

from __future__ import annotations

import pytest

from webapp.accounts.models import Role

ROUTES = [
    ("GET", "/"),
    ("GET", ""),
    ("GET", "/new"),
    ("POST", "/new"),
    ("GET", "/{id}"),
    ("GET", "/{id}/edit"),
    ("POST", "/{id}/edit"),
    ("POST", "/{id}/archive"),
    ("POST", "/{id}/restore"),
]


def test_every_route_of_positions_is_walked(app):
    there = {
        (method, rule.rule.removeprefix("/positions").replace("<position_id>", "{id}"))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("positions.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert there <= set(ROUTES)


@pytest.mark.parametrize(("method", "rest"), ROUTES)
def test_an_old_address_leads_to_the_new_one(client, make, sign_in, method, rest):
    person = sign_in(make.user(Role.RECRUITER))
    position = make.position(created_by=person)
    rest = rest.format(id=position.id)
    answer = client.open(f"/jobs{rest}?page=2", method=method)
    assert answer.status_code == 308
    assert answer.location == f"/positions/{rest.lstrip('/')}?page=2"
    assert client.open(answer.location, method=method).status_code in (200, 302, 422)


def test_no_other_host_is_led_to(client):
    answer = client.get("/jobs//evil.test/x")
    assert answer.location is None or answer.location.startswith(("/positions/", "http://viva.test/"))


def test_a_list_that_was_asked_for_by_job_is_asked_for_by_position(client, make, sign_in):
    position = make.position(created_by=sign_in(make.user(Role.RECRUITER)))
    answer = client.get(f"/interviews?job={position.id}&q=kim")
    assert answer.status_code == 308
    assert answer.location == f"/interviews?position={position.id}&q=kim"
