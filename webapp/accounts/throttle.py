"""Attempts at passwords are counted before anything is hashed: what comes at once is refused at once.

Counted are failed attempts, from one network (an IPv6 /64 is one), from there at one account, and at one account from
everywhere. An attempt counts when it begins and is taken back when it succeeds, so that sixty at the same moment are
not all tried.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import current_app, request
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from limits import RateLimitItem, parse_many
from werkzeug.exceptions import TooManyRequests

from webapp.accounts import pending
from webapp.core.extensions import limiter
from webapp.core.limits import network_of_client
from webapp.core.security_log import record

TOO_OFTEN = _l(
    "Wait a few minutes, then try again. If you forgot your password, choose “Forgot your password?” or ask your "
    "administrator for a link."
)


#: Limits with their keys, the narrowest first: what that refuses does not count against others.
Limits = list[tuple[RateLimitItem, tuple[str, ...]]]


def throttled(view: Callable[..., Any]) -> Callable[..., Any]:
    """Count attempts by POST at the password of an account; too many answer 429."""
    return _counting(view, _at_passwords)


def throttled_second_step(view: Callable[..., Any]) -> Callable[..., Any]:
    """Count attempts by POST at the second step of whoever gave their password in this browser."""
    return _counting(view, _at_second_steps)


def _counting(view: Callable[..., Any], limits: Callable[[], Limits]) -> Callable[..., Any]:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if request.method != "POST" or not limiter.enabled:
            return view(*args, **kwargs)
        counted: Limits = []
        for item, key in limits():
            if not limiter.limiter.hit(item, *key):
                _take_back(counted)
                record("too many attempts", limit=key[0])
                raise TooManyRequests(TOO_OFTEN, retry_after=_seconds_until_free(item, key))
            counted.append((item, key))
        answer = view(*args, **kwargs)
        status = answer[1] if isinstance(answer, tuple) else answer.status_code
        if status != 422:
            _take_back(counted)
        return answer

    return guarded


def _at_passwords() -> Limits:
    network = network_of_client()
    account = current_user.id if current_user.is_authenticated else request.form.get("email", "").strip().lower()[:254]
    keys = {
        "SIGN_IN_RATE_PER_ACCOUNT": ("sign-in here at", network, account),
        "SIGN_IN_RATE_AT_ACCOUNT": ("sign-in at", account),
        "SIGN_IN_RATE": ("sign-in from", network),
    }
    return _parsed(keys)


def _at_second_steps() -> Limits:
    step = pending.of(pending.SECOND_STEP)
    keys = {"SIGN_IN_RATE": ("second step from", network_of_client())}
    if step is not None and step.user_id:
        keys = {"SECOND_STEP_RATE": ("second step of", step.user_id), **keys}
    return _parsed(keys)


def _parsed(keys: Mapping[str, tuple[str, ...]]) -> Limits:
    return [(item, key) for name, key in keys.items() for item in parse_many(current_app.config[name])]


def _seconds_until_free(item: RateLimitItem, key: tuple[str, ...]) -> int:
    return max(1, round(limiter.limiter.get_window_stats(item, *key).reset_time - time.time()))


def _take_back(counted: Limits) -> None:
    for item, key in counted:
        limiter.storage.incr(item.key_for(*key), item.get_expiry(), amount=-1)
