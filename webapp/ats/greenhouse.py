"""Greenhouse's Assessment Partner API: docs/ats/greenhouse.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from webapp.ats.forms_of import Call, NewOrder, News, Status, basic, full_name, inside, text
from webapp.ats.models import Offer

ADDRESS = "https://greenhouse.io"


def tests(offers: Sequence[Offer]) -> list[dict[str, str]]:
    """The answer to list_tests."""
    return [{"partner_test_id": each.id, "partner_test_name": each.title} for each in offers]


def order(body: Mapping[str, Any]) -> NewOrder:
    """What send_test asks for. Raises BadOrder."""
    candidate = inside(body, "candidate")
    return NewOrder(
        offer_id=text(body, "partner_test_id"), name=full_name(candidate), email=text(candidate, "email", longest=254),
        their_id=text(candidate, "greenhouse_profile_url", required=False, longest=500)[-200:],
        callback=text(body, "url", required=False, longest=500),
    )  # fmt: skip


def status(news: News, started_at: str | None, submitted_at: str | None) -> dict[str, Any]:
    """The answer to test_status. No number is ever said of a person, so there is no score."""
    facts: dict[str, Any] = {"partner_status": "complete" if news.status is Status.SUBMITTED else news.status.value}
    if news.status is Status.SUBMITTED:
        facts["partner_profile_url"] = news.result_url
    facts["metadata"] = {_("Started at"): started_at, _("Completed at"): submitted_at}
    return facts


def update(news: News) -> Call | None:
    """The request that has Greenhouse ask for the status, once an interview is submitted."""
    if news.status is not Status.SUBMITTED or not news.callback:
        return None
    return Call("PATCH", news.callback, headers={"Authorization": basic(news.our_key)})
