"""Browsers that are known with a person: a cookie holds a secret, each session its hash. For mail about new ones."""

from __future__ import annotations

import hashlib
import secrets

import sqlalchemy as sa
from flask import Response, current_app, g, request

from webapp.accounts.models import User, UserSession
from webapp.core.database import db

#: How long a browser is known, in seconds.
LASTS = 400 * 24 * 3600


def _name() -> str:
    prefix = "__Host-" if current_app.config["SESSION_COOKIE_NAME"].startswith("__Host-") else ""
    return f"{prefix}viva_browser"


def hash_of_browser() -> str:
    """What is kept of this browser's secret; one that has none gets one with the answer (``remember``)."""
    secret = request.cookies.get(_name(), "")[:100] or g.get("browser_secret")
    if not secret:
        secret = g.browser_secret = secrets.token_urlsafe(24)
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def is_new(user: User, device: str) -> bool:
    """Whether ``user`` was signed in before, and never in this browser, as far as sessions are kept."""
    known = list(db.session.scalars(sa.select(UserSession.device).where(UserSession.user_id == user.id).distinct()))
    return any(known) and device not in known


def remember(response: Response) -> Response:
    """Send the browser its secret, where it just got one. To be called after each request."""
    if secret := g.pop("browser_secret", None):
        response.set_cookie(
            _name(),
            secret,
            max_age=LASTS,
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )
    return response
