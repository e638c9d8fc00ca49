"""Ashby's assessments: docs/ats/ashby.md."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from webapp.ats.forms_of import Call, NewOrder, News, Status, basic, full_name, inside, text
from webapp.ats.models import Offer

ADDRESS = "https://api.ashbyhq.com"


def tests(offers: Sequence[Offer]) -> list[dict[str, str]]:
    """The results of assessment.list."""
    return [{"assessment_type_id": each.id, "name": each.title, "description": each.position.title} for each in offers]


def order(body: Mapping[str, Any]) -> NewOrder:
    """What assessment.start asks for. Raises BadOrder."""
    candidate, application = inside(body, "candidate"), inside(body, "application")
    return NewOrder(
        offer_id=text(body, "assessment_type_id"), name=full_name(candidate),
        email=text(candidate, "email", longest=254), their_id=text(application, "ashby_id"),
    )  # fmt: skip


def update(news: News) -> Call | None:
    """The request assessment.update; None where nothing is to be said, or there is no key to say it with."""
    if not news.their_key:
        return None
    body: dict[str, Any] = {"assessment_id": news.order_id, "timestamp": int(news.at.timestamp() * 1000)}
    if news.status is Status.STARTED:
        body["assessment_status"] = _value("status", "Status", "string", "Started")
    elif news.status is Status.SUBMITTED:
        body["assessment_status"] = _value("status", "Status", "string", "Completed")
        body["assessment_result"] = _value("result", "Result", "string", _("Submitted: ready to be reviewed by people"))
        body["assessment_profile_url"] = _value("profile_url", _("Open in Viva"), "url", news.result_url)
    elif news.status in (Status.CANCELLED, Status.EXPIRED):
        reason = _("The deadline has passed") if news.status is Status.EXPIRED else _("Cancelled or withdrawn")
        body["cancelled_reason"] = _value("cancelled_reason", "Reason", "string", reason)
    else:
        return None
    headers = {
        "Authorization": basic(news.their_key), "Content-Type": "application/json",
        "Accept": "application/json; version=1",
    }  # fmt: skip
    return Call("POST", f"{news.address.rstrip('/')}/assessment.update", json.dumps(body).encode(), headers)


def _value(identifier: str, label: str, kind: str, value: str) -> dict[str, str]:
    return {"identifier": identifier, "label": label, "type": kind, "value": value}
