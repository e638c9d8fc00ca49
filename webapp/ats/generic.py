"""Any other ATS that can call and be called, in the manner of HiBob's assessments: docs/ats/webhook.md."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from webapp.ats.forms_of import Call, NewOrder, News, Status, full_name, inside, text
from webapp.ats.models import Offer

ADDRESS = ""
_WORDS = {
    Status.INVITED: "sent", Status.STARTED: "inProgress", Status.SUBMITTED: "completed", Status.EXPIRED: "expired",
    Status.CANCELLED: "cancelled",
}  # fmt: skip


def tests(offers: Sequence[Offer]) -> list[dict[str, str]]:
    """What can be ordered."""
    return [{"id": each.id, "name": each.title, "position": each.position.title} for each in offers]


def order(body: Mapping[str, Any]) -> NewOrder:
    """An order. Raises BadOrder."""
    candidate = inside(body, "candidate")
    return NewOrder(
        offer_id=text(body, "test_id"), name=text(candidate, "name", required=False) or full_name(candidate),
        email=text(candidate, "email", longest=254), their_id=text(body, "request_id"),
        callback=text(body, "callback_url", required=False, longest=500),
    )  # fmt: skip


def status(news: News) -> dict[str, Any]:
    """How far an order is: the answer to a question, and the body of the PATCH."""
    facts = {"status": _WORDS[news.status], "providerAssessmentId": news.order_id}
    return {**facts, "resultUrl": news.result_url} if news.status is Status.SUBMITTED else facts


def update(news: News) -> Call | None:
    """The PATCH that says it; None where the ATS gave no address."""
    url = news.callback or (f"{news.address.rstrip('/')}/{quote(news.their_id, safe='')}" if news.address else "")
    if not url:
        return None
    headers = {"Content-Type": "application/json"}
    if news.their_key:
        headers["Authorization"] = f"Bearer {news.their_key}"
    return Call("PATCH", url, json.dumps(status(news)).encode(), headers)
