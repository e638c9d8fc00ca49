"""Days at the ends of the calendar, in addresses of lists."""

from __future__ import annotations

import pytest

from webapp.accounts.models import Role
from webapp.interviews.filters import Filters


@pytest.mark.parametrize(
    "path",
    [
        "/interviews?since=0001-01-01",
        "/interviews?until=9999-12-30",
        "/interviews?since=9999-12-31",
        "/interviews?q=%00&page=99999999999999999999999",
        "/audit?until=9999-12-31",
        "/audit?before=0001-01-01T00:00:00%2B14:00+x",
        "/policy/consents/?until=9999-12-31",
        "/policy/consents/?before=0001-01-01T00:00:00%2B14:00+x",
    ],
)
def test_a_day_at_an_end_of_the_calendar_is_answered(client, make, sign_in, path):
    sign_in(make.user(Role.ADMIN))
    for zone in ("Asia/Tokyo", "America/New_York"):
        client.set_cookie("viva_zone", zone)
        assert client.get(path).status_code in (200, 404)


def test_such_a_day_is_left_out_of_a_list_of_interviews():
    assert Filters.read({"since": "0001-01-01", "until": "9999-12-31"}) == Filters()
    assert Filters.read({"since": "2026-01-01"}) != Filters()
