"""A link belongs to the browser in which it was begun: a cookie of its own holds a secret, the interview its hash.

Another browser needs a code that goes to the candidate's address, or the inviter's release: by either somebody proves
that they are the candidate.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

import sqlalchemy as sa
from flask import Response, current_app, g, request

from webapp.core import events, mail
from webapp.core.database import db, now
from webapp.core.security_log import record
from webapp.interviews.models import Interview, LinkCode

#: How long a browser remembers, in seconds: longer than any deadline.
LASTS = 400 * 24 * 3600
#: How long a code works, how often one may be entered wrongly, and how many an interview gets within an hour.
CODE_WORKS, CODE_TRIES, CODES_PER_HOUR = timedelta(minutes=15), 5, 5


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


def greet() -> None:
    """Give this browser its secret before it begins: whoever presses twice, or loses the answer, is known by it."""
    if not secret_of_browser():
        g.candidate_secret = secrets.token_urlsafe(32)


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


def may_send_code(interview: Interview) -> bool:
    """Whether a code can go to the candidate: their address is known, and there is a mail server."""
    return bool(interview.invitation and interview.invitation.email and mail.is_configured())


def send_code(interview: Interview) -> bool:
    """Have a code sent to the candidate's address; whether one goes out. Earlier codes end. Flushes."""
    if not may_send_code(interview):
        return False
    moment = now()
    recent = sa.select(sa.func.count(LinkCode.id)).where(
        LinkCode.interview_id == interview.id, LinkCode.created_at > moment - timedelta(hours=1)
    )
    if (db.session.scalar(recent) or 0) >= CODES_PER_HOUR:
        return False
    db.session.execute(
        sa.update(LinkCode)
        .where(LinkCode.interview_id == interview.id, LinkCode.expires_at > moment)
        .values(expires_at=moment)
    )
    code = LinkCode(interview_id=interview.id, expires_at=moment + CODE_WORKS)
    db.session.add(code)
    db.session.flush()
    record("link code asked", interview=interview.id)
    events.send(events.link_code_asked, code_id=code.id)
    return True


def prove(interview: Interview, typed: str) -> bool:
    """Whether ``typed`` is the code that was sent; then ``interview`` is bound to this browser. Flushes."""
    moment = now()
    code = db.session.scalar(
        sa.select(LinkCode)
        .where(LinkCode.interview_id == interview.id, LinkCode.expires_at > moment, LinkCode.used_at.is_(None))
        .order_by(LinkCode.created_at.desc())
        .limit(1)
    )
    if code is None:
        return False
    counted = db.session.execute(  # by one UPDATE: sixty attempts at once are not all tried
        sa.update(LinkCode)
        .where(LinkCode.id == code.id, LinkCode.tries < CODE_TRIES)
        .values(tries=LinkCode.tries + 1)
        .execution_options(synchronize_session=False)
    )
    digits = "".join(filter(str.isdigit, typed))
    if not getattr(counted, "rowcount", 0) or not hmac.compare_digest(digits, _digits(code.id)):
        record("link code wrong", interview=interview.id)
        return False
    code.used_at, interview.browser = moment, None
    db.session.flush()
    record("link code right", interview=interview.id)
    return bind(interview)


def code_is_alive(code_id: str) -> bool:
    """Whether a code can still be used."""
    code = db.session.get(LinkCode, code_id)
    return code is not None and code.used_at is None and code.expires_at > now()


def code_in_words(code_id: str) -> str:
    """A code as people read it: two groups of three digits."""
    digits = _digits(code_id)
    return f"{digits[:3]} {digits[3:]}"


def _digits(code_id: str) -> str:
    """Six digits that only this installation can make of a row's id."""
    made = hmac.new(
        str(current_app.config["SECRET_KEY"]).encode(), f"viva.link-code {code_id}".encode(), hashlib.sha256
    )
    return f"{int.from_bytes(made.digest()[:8], 'big') % 1_000_000:06d}"


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
