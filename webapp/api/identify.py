"""Who asks: by a key in the ``Authorization`` header and by nothing else. Cookies mean nothing to the API."""

from __future__ import annotations

import time

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, request
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin
from limits import RateLimitItem, parse

from webapp.api import operations
from webapp.api.models import ApiKey
from webapp.core import problems
from webapp.core.database import db, now
from webapp.core.extensions import limiter
from webapp.core.limits import network_of_client
from webapp.core.security_log import note_means, record

PREFIX = "/api/v1"


def init_app(app: Flask) -> None:
    """Look at every request before any feature asks who makes it."""
    app.before_request(identify)
    app.after_request(add_headers)


def present_key() -> ApiKey | None:
    """The key of this request."""
    key: ApiKey | None = g.get("api_key")
    return key


def identify() -> Response | None:
    """Say who asks, whatever cookies say: the key's person, or nobody. 401 for a key that opens nothing."""
    if not request.path.startswith(PREFIX):
        return None
    g._login_user = AnonymousUserMixin()
    g.api_key = None
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    key = operations.find_key(secret.strip()) if scheme.lower() == "bearer" else None
    if (refused := _count(key)) is not None:
        return refused
    if key is None:
        return None
    g.api_key, g._login_user = key, key.person
    note_means(api_key=key.id)
    if operations.note_use(key):
        record("api key used", api_key=key.id, person=key.person_id)
        statement = sa.update(ApiKey).where(ApiKey.id == key.id).values(last_used_at=now())
        with db.engine.begin() as connection:
            connection.execute(statement)
    return None


def _count(key: ApiKey | None) -> Response | None:
    """Count this request; 429 beyond the rate."""
    if not limiter.enabled:
        return None
    name = "API_RATE" if key else "API_RATE_UNKNOWN"
    rate: RateLimitItem = parse(current_app.config[name])
    who = f"key {key.id}" if key else f"address {network_of_client()}"
    allowed = limiter.limiter.hit(rate, "api", who)
    reset, left = limiter.limiter.get_window_stats(rate, "api", who)
    g.api_rate = (rate.amount, left, max(0, round(reset - time.time())))
    if allowed:
        return None
    wait = {"Retry-After": str(max(1, g.api_rate[2]))}
    return problems.problem(429, _("Too many requests. Wait, then try again."), headers=wait)


def add_headers(response: Response) -> Response:
    """Say how many requests are left."""
    if request.path.startswith(PREFIX):
        response.headers["Vary"] = "Authorization"
        if (rate := g.get("api_rate")) is not None:
            for name, value in zip(("Limit", "Remaining", "Reset"), rate, strict=True):
                response.headers[f"RateLimit-{name}"] = str(value)
    return response
