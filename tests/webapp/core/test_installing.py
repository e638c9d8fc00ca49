"""The manifest, the service worker and the page without a network."""

from __future__ import annotations

from webapp.accounts.models import Role


def test_all_that_the_manifest_names_is_there(client):
    response = client.get("/manifest.webmanifest", headers={"Accept-Language": "fr"})
    assert response.mimetype == "application/manifest+json"
    assert response.get_json(force=True)["start_url"] == "/"
    icons = [icon["src"] for icon in response.get_json(force=True)["icons"]]
    assert {client.get(icon).mimetype for icon in icons} == {"image/png"}


def test_the_service_worker_stands_at_the_root_and_is_asked_for_anew(client):
    response = client.get("/service-worker.js")
    assert (response.status_code, response.mimetype) == (200, "text/javascript")
    assert response.headers["Cache-Control"] == "no-cache"


def test_the_page_that_is_kept_names_nobody(client, make, sign_in):
    user = make.user(Role.CANDIDATE, name="Kim Example")
    sign_in(user)
    page = client.get("/offline").text
    assert user.name not in page and user.email not in page and "csrf" not in page
