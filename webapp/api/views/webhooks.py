"""Webhooks."""

from __future__ import annotations

from typing import Any

from flask import abort

from webapp.accounts.models import Role
from webapp.api.framework import me, operation
from webapp.api.paging import page_of, whole
from webapp.api.schemas.administration import (
    DeliveryOut,
    SecretOut,
    WebhookChange,
    WebhookIn,
    WebhookOut,
    picked,
)
from webapp.api.scopes import Scope
from webapp.core.database import db
from webapp.core.security_log import record
from webapp.integrations import operations, signing
from webapp.integrations.models import Endpoint, EventType

TAG = "Webhooks"
READ: Any = {"scope": Scope.WEBHOOKS_READ, "role": Role.ADMIN}
WRITE: Any = {"scope": Scope.WEBHOOKS_WRITE, "role": Role.ADMIN}
_ONE = "/webhooks/<id:endpoint_id>"


def _shown(row: Endpoint) -> dict[str, Any]:
    return picked(WebhookOut, row)


WEBHOOK: Any = {"answers": WebhookOut, "show": _shown}


def _endpoint(endpoint_id: str) -> Endpoint:
    return db.session.get(Endpoint, endpoint_id) or abort(404)


def _types(chosen: list[EventType]) -> list[str]:
    """All of them is none: whatever comes later too."""
    return [] if len(set(chosen)) == len(EventType) else [each.value for each in chosen]


@operation("GET", "/webhooks", TAG, answers=page_of(WebhookOut), **READ)
def list_webhooks() -> Any:
    """List webhooks"""
    rows = db.session.scalars(db.select(Endpoint).order_by(Endpoint.created_at, Endpoint.id))
    return whole([_shown(row) for row in rows])


@operation("POST", "/webhooks", TAG, body=WebhookIn, status=201, **WRITE, **WEBHOOK)
def create_webhook(body: dict[str, Any]) -> Endpoint:
    """Add a webhook

    Not for addresses in private networks, unless the operator allows them."""
    return operations.add_endpoint(title=body["title"], url=body["url"], types=_types(body["types"]), by=me())


@operation("GET", _ONE, TAG, **READ, **WEBHOOK)
def get_webhook(endpoint_id: str) -> Endpoint:
    """Read a webhook"""
    return _endpoint(endpoint_id)


@operation("PATCH", _ONE, TAG, body=WebhookChange, **WRITE, **WEBHOOK)
def change_webhook(body: dict[str, Any], endpoint_id: str) -> Endpoint:
    """Change a webhook"""
    row = _endpoint(endpoint_id)
    types = _types(body["types"]) if "types" in body else list(row.types)
    values = {"title": row.title, "url": row.url, "active": row.active, **body, "types": types}
    operations.change_endpoint(row, **values, by=me())
    return row


@operation("DELETE", _ONE, TAG, status=204, **WRITE)
def delete_webhook(endpoint_id: str) -> None:
    """Remove a webhook"""
    operations.remove(_endpoint(endpoint_id), by=me())


@operation("POST", f"{_ONE}/secret", TAG, answers=SecretOut, **WRITE)
def show_webhook_secret(endpoint_id: str) -> Any:
    """Read the secret of a webhook, which is noted"""
    row = _endpoint(endpoint_id)
    record("webhook secret shown", endpoint=row.id)
    return {"secret": signing.secret_of(row)}


@operation("POST", f"{_ONE}/rotate", TAG, **WRITE, **WEBHOOK)
def rotate_webhook_secret(endpoint_id: str) -> Endpoint:
    """Give a webhook a new secret

    For a day messages are signed with both."""
    row = _endpoint(endpoint_id)
    operations.rotate(row, by=me())
    return row


@operation("POST", f"{_ONE}/test", TAG, status=204, **WRITE)
def try_webhook(endpoint_id: str) -> None:
    """Send a test"""
    operations.test(_endpoint(endpoint_id))


@operation("GET", f"{_ONE}/deliveries", TAG, answers=page_of(DeliveryOut), **READ)
def list_deliveries(endpoint_id: str) -> Any:
    """List the last hundred messages to a webhook"""
    return whole([picked(DeliveryOut, row) for row in operations.deliveries(_endpoint(endpoint_id))])


@operation("POST", f"{_ONE}/replay", TAG, status=204, **WRITE)
def replay_webhook(endpoint_id: str) -> None:
    """Send everything that failed again, under the same ids"""
    operations.replay_failed(_endpoint(endpoint_id))
