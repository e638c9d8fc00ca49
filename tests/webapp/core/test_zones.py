"""Moments are written in the reader's own zone, whoever reads."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from webapp.core.database import now
from webapp.core.zones import COOKIE, moment_text
from webapp.interviews.operations import invitation_url

DEADLINE = (now() + timedelta(days=10)).replace(month=1, day=15, hour=17, minute=30, second=0, microsecond=0)
DEADLINE = DEADLINE.replace(year=DEADLINE.year + (now() > DEADLINE))
YEAR = DEADLINE.year


@pytest.fixture
def recruiter(make, sign_in):
    return sign_in(make.user())


def times(page: str) -> list[str]:
    return re.findall(r'<time datetime="[^"]+\+00:00" data-local="\w+">([^<]+)</time>', page)


def test_without_a_known_zone_it_is_utc_and_says_so(client, recruiter, make):
    invitation = make.invitation(created_by=recruiter, deadline=DEADLINE)
    assert f"15 January {YEAR}, 17:30 UTC" in times(client.get(f"/invitations/{invitation.id}").text)


def test_staff_read_their_own_zone(client, recruiter, make):
    invitation = make.invitation(created_by=recruiter, deadline=DEADLINE)
    client.set_cookie(COOKIE, "America%2FToronto", domain="viva.test")
    for address in (
        f"/invitations/{invitation.id}",
        "/interviews",
        f"/invitations/links?position={invitation.position_id}",
    ):
        page = client.get(address).text
        assert f"15 January {YEAR}, 12:30" in times(page), address
        assert "UTC" not in " ".join(times(page))
    client.set_cookie(COOKIE, "Asia%2FTokyo", domain="viva.test")
    assert f"16 January {YEAR}, 02:30" in times(client.get(f"/invitations/{invitation.id}").text)


def test_every_page_marks_its_moments_for_the_browser(client, recruiter, make):
    for address in ("/positions", "/profile", "/questions"):
        make.position(created_by=recruiter)
        make.question_set(created_by=recruiter)
        page = client.get(address).text
        outside = re.sub(r"<time.*?</time>", "", page)
        assert times(page) and " UTC" not in outside, address


def test_candidates_read_their_own_first_and_utc_in_brackets(client, make):
    invitation = make.invitation(deadline=DEADLINE)
    path = urlsplit(invitation_url(invitation)).path
    client.set_cookie(COOKIE, "Asia%2FKolkata", domain="viva.test")
    assert f"15 January {YEAR}, 23:00 (17:30 UTC)" in times(client.get(path).text)
    client.set_cookie(COOKIE, "Asia%2FTokyo", domain="viva.test")
    assert f"16 January {YEAR}, 02:30 (15 January {YEAR}, 17:30 UTC)" in times(client.get(path).text)


def test_the_csv_of_links_and_the_forms_are_in_it_too(client, recruiter, make):
    invitation = make.invitation(created_by=recruiter, deadline=DEADLINE)
    client.set_cookie(COOKIE, "America%2FToronto", domain="viva.test")
    text = client.get(f"/invitations/links.csv?position={invitation.position_id}").text
    row = next(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert row["deadline"] == f"{YEAR}-01-15 12:30 America/Toronto"
    for address in ("/invitations/new", "/invitations/upload"):
        assert '<option selected value="America/Toronto">' in client.get(address).text


def test_signing_in_keeps_the_zone_for_texts_that_no_browser_asks_for(client, make, sign_in):
    person = make.user()
    client.set_cookie(COOKIE, "Europe%2FParis", domain="viva.test")
    sign_in(person)
    assert person.time_zone == "Europe/Paris"
    client.delete_cookie(COOKIE, domain="viva.test")
    invitation = make.invitation(created_by=person, deadline=DEADLINE)
    assert f"15 January {YEAR}, 18:30" in times(client.get(f"/invitations/{invitation.id}").text)


@pytest.mark.parametrize(
    "name", ["", "Nowhere/City", "../../etc/passwd", "/etc/localtime", "x" * 500, "Z\u00fcrich", "%00"]
)
def test_a_zone_that_is_none_is_utc(client, recruiter, make, name):
    invitation = make.invitation(created_by=recruiter, deadline=DEADLINE)
    client.set_cookie(COOKIE, name, domain="viva.test")
    assert f"15 January {YEAR}, 17:30 UTC" in times(client.get(f"/invitations/{invitation.id}").text)


def test_outside_of_a_request_it_is_utc(app):
    assert moment_text(datetime(2026, 1, 15, 17, 30, tzinfo=UTC)) == "15 January 2026, 17:30 UTC"
