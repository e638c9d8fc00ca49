"""Which passwords are refused, and how many are hashed at once."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import gettext as _
from werkzeug.exceptions import ServiceUnavailable
from zxcvbn import zxcvbn

SHORTEST = 12
#: zxcvbn's score of a password that withstands guessing at a service: more than a hundred million guesses.
STRONG = 3
#: Verifying takes 64 MB and a core for some 50 ms (Argon2id): so many at once, and so many seconds for one's turn.
AT_ONCE, PATIENCE = 2, 20.0

_turns = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def turn() -> Iterator[None]:
    """Hold one of the few places for hashing. Raises ServiceUnavailable where none becomes free."""
    if not _turns.acquire(timeout=PATIENCE):
        raise ServiceUnavailable(_("Many people are signing in at the moment. Wait a few seconds, then try again."))
    try:
        yield
    finally:
        _turns.release()


def weakness(password: str, *own: str) -> str | None:
    """Why ``password`` is refused, for a person; None where it is not.

    :param own: names and addresses of the person and the organisation, which somebody who guesses tries first.
    """
    words = password.strip().casefold()
    if len(words) < SHORTEST:
        return _("Use at least %(number)s characters. Three or four words work well.", number=SHORTEST)
    parts = [part for text in ("viva", *own) for part in (text.casefold(), *re.split(r"[^\w]+", text.casefold()))]
    for whole in [text for text in (*own, *parts) if len(text) > 3]:
        words = words.replace(whole.casefold(), "")
    found = zxcvbn(password.strip().casefold()[:72], user_inputs=[part for part in parts if len(part) > 2])
    if found["score"] < STRONG or len(set(words)) < 5:
        return _(
            "This password is easy to guess: it is common, repeats itself, or is made of names. Use "
            "three or four words."
        )
    return None
