"""A link belongs to the browser in which it was begun: a cookie of its own holds a secret, the interview its hash.

Another browser needs the inviter's release. Until mail brings a code, that is how somebody proves that they are the
candidate: by asking the person who knows them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

import sqlalchemy as sa
from flask import Response, current_app, g, request

from webapp.core.database import db
from webapp.interviews.models import Interview

#: How long a browser remembers, in seconds: longer than any deadline.
LASTS = 400 * 24 * 3600


def secret_of_browser() -> str:
    """What this browser sent; empty where it has none."""
    return request.cookies.get(current_app.config["CANDIDATE_COOKIE_NAME"], "")[:100]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def is_bound_here(interview: Interview) -> bool:
    """Whether ``interview`` was begun in this browser. One that is bound to none is open to whoever has its link."""
    if interview.browser is None:
        return True
    secret = secret_of_browser()
    return bool(secret) and hmac.compare_digest(interview.browser, _hash(secret))


def bind(interview: Interview) -> bool:
    """Bind ``interview`` to this browser unless it is bound to another; whether it is bound here now. Flushes."""
    secret = secret_of_browser() or g.get("candidate_secret") or secrets.token_urlsafe(32)
    db.session.execute(
        sa.update(Interview)
        .where(Interview.id == interview.id, Interview.browser.is_(None))
        .values(browser=_hash(secret))
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(interview, ["browser"])
    if not hmac.compare_digest(interview.browser or "", _hash(secret)):
        return False
    g.candidate_secret = secret
    return True


def remember(response: Response) -> Response:
    """Send the browser its secret, where it was just bound. To be called after each request."""
    if secret := g.pop("candidate_secret", None):
        response.set_cookie(
            current_app.config["CANDIDATE_COOKIE_NAME"],
            secret,
            max_age=LASTS,
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )
    return response
