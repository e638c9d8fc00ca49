"""What keeps programs from filling in the form: a proof of work as ALTCHA has it, made by the page and checked here.

No third party is asked and nobody is watched. Who has no JavaScript waits a while instead, and may do so seldom.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from datetime import timedelta
from typing import Any

import altcha
import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from webapp.applying.models import UsedChallenge
from webapp.core.database import db, now
from webapp.core.keys import signer

#: The largest number that has to be tried: a second or two on a telephone.
HARDNESS = 80_000
#: How long a challenge counts, and the seconds that somebody without JavaScript waits.
LASTS, WAIT = timedelta(minutes=20), 20
_SALT = "viva.waited"


def _key() -> str:
    return hashlib.sha256(f"viva.altcha {current_app.config['SECRET_KEY']}".encode()).hexdigest()


def challenge() -> dict[str, Any]:
    """A new challenge, for the page."""
    options = altcha.ChallengeOptionsV1(hmac_key=_key(), max_number=HARDNESS, expires=now() + LASTS)
    made = altcha.create_challenge_v1(options)
    return {
        "algorithm": made.algorithm,
        "challenge": made.challenge,
        "maxnumber": HARDNESS,
        "salt": made.salt,
        "signature": made.signature,
    }


def is_solved(payload: str) -> bool:
    """Whether a page has done the work, for a challenge of ours that nobody has used."""
    if not payload or len(payload) > 2000:
        return False
    try:
        said = json.loads(base64.b64decode(payload, validate=True))
        good, _why = altcha.verify_solution_v1(payload, _key(), check_expires=True)
        signature = str(said["signature"])
    except (ValueError, TypeError, KeyError):
        return False
    return good and _is_unused(signature)


def _is_unused(signature: str) -> bool:
    """Whether a challenge was not used before; now it is. Flushes."""
    try:
        with db.session.begin_nested():
            db.session.add(UsedChallenge(signature=signature[:64]))
    except sa.exc.IntegrityError:
        return False
    return True


def forget_used() -> None:
    """Delete what has ended. For the sweep."""
    db.session.execute(sa.delete(UsedChallenge).where(UsedChallenge.used_at < now() - 2 * LASTS))


def ticket(name: str, email: str) -> str:
    """What somebody without JavaScript gets: with it, the same form is taken after a while."""
    return str(_signer().dumps([name, email, int(time.time())]))


def has_waited(waited: str, name: str, email: str) -> bool:
    """Whether a ticket is for this form and old enough, and not too old."""
    try:
        said_name, said_email, moment = _signer().loads(waited)
    except (BadData, ValueError, TypeError):
        return False
    age = time.time() - moment
    return [said_name, said_email] == [name, email] and WAIT <= age <= LASTS.total_seconds()


def _signer() -> URLSafeSerializer:
    return signer(_SALT)
