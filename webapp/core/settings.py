"""The application's settings: fixed ones here, those of the environment as environment.py declares them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from webapp.core import environment
from webapp.core.data_folder import make_private
from webapp.core.write_path import engine_options

#: The repository: templates and migrations lie beside the package.
ROOT = Path(__file__).resolve().parents[2]


def init_app(app: Flask, settings: Mapping[str, Any] | None = None) -> None:
    """Fill ``app.config``: defaults, then the environment, then ``settings``; make the data folder."""
    settings = dict(settings or {})
    home = Path(settings.get("HOME") or os.environ.get("VIVA_HOME") or ROOT / ".viva").resolve()
    make_private(home)
    for sentence in environment.unknown():
        app.logger.warning("%s", sentence)
    given = environment.values()
    by_tls = (given["PUBLIC_URL"] or "").startswith("https://")
    app.config.from_mapping(
        #: The folder of everything that people gave us.
        HOME=home,
        SQLALCHEMY_DATABASE_URI=given.pop("SQLALCHEMY_DATABASE_URI") or f"sqlite:///{home / 'viva.db'}",
        #: Cookies travel over TLS alone when people reach us by TLS.
        SESSION_COOKIE_SECURE=by_tls,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="viva_session",
        REMEMBER_COOKIE_NAME="remember_token",
        CANDIDATE_COOKIE_NAME="viva_candidate",
        PERMANENT_SESSION_LIFETIME=timedelta(days=14),
        #: How long somebody stays signed in without doing anything, and at most; the second of each for those who asked
        #: to stay signed in.
        SESSION_IDLE=timedelta(hours=12),
        REMEMBERED_IDLE=timedelta(days=7),
        SESSION_LONGEST=timedelta(days=2),
        REMEMBERED_LONGEST=timedelta(days=14),
        #: How long a password counts as given just now, for what admins do to others.
        CONFIRMED_FOR=timedelta(minutes=15),
        REMEMBER_COOKIE_SECURE=by_tls,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_DURATION=timedelta(days=14),
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session: a two-hour interview must not expire
        RATELIMIT_HEADERS_ENABLED=True,
        #: Failed attempts to sign in: from one network address, and from one network address at one account.
        SIGN_IN_RATE="20 per minute; 100 per hour",
        SIGN_IN_RATE_PER_ACCOUNT="5 per minute; 20 per hour",
        #: And at one account from everywhere, so that many addresses do not help.
        SIGN_IN_RATE_AT_ACCOUNT="10 per minute; 60 per hour",
        #: Wrong codes in the second step of one account, by whoever knows its password.
        SECOND_STEP_RATE="5 per minute; 20 per hour; 60 per day",
        #: How long a link to set a password works, in seconds.
        PASSWORD_LINK_SECONDS=3 * 24 * 3600,
        #: And one that somebody asked for themselves; how often they may ask, from one network and for one account.
        PASSWORD_RESET_SECONDS=3600,
        PASSWORD_RESET_RATE="10 per hour",
        PASSWORD_RESET_RATE_PER_ACCOUNT="3 per hour",
        #: The largest part of a recording in one request, and the largest form, in bytes.
        MAX_CONTENT_LENGTH=32 * 1024**2,
        MAX_FORM_MEMORY_SIZE=2 * 1024**2,
        #: A job whose worker has not been heard of for so long (seconds) is queued again.
        LEASE_SECONDS=30,
        #: How often a job's worker is heard of, in seconds.
        HEARTBEAT_SECONDS=5,
        #: How often a job is tried before it counts as failed.
        MAX_ATTEMPTS=3,
        #: Whether VIVA_LIVE_LISTEN was said; if not, browsers are sent to the port after the one that they asked.
        LIVE_LISTEN_SAID=bool(os.environ.get("VIVA_LIVE_LISTEN")),
        #: How long a token of the live service may be used to connect, in seconds.
        LIVE_TOKEN_SECONDS=60,
        LIVE_JOIN_RATE="240 per minute",
        LIVE_TOKEN_RATE="240 per minute",
        #: Requests to the REST API: with one key, and from one network address without a key that is known.
        API_RATE="600 per minute",
        API_RATE_UNKNOWN="60 per minute",
        **given,
    )
    app.config.from_mapping(settings)
    if (app.config["PUBLIC_URL"] or "").startswith("https://") and app.config["SESSION_COOKIE_SECURE"]:
        # A cookie of this name is this host's own: no other host of the domain, and no page without TLS, can set it.
        for name in ("SESSION_COOKIE_NAME", "REMEMBER_COOKIE_NAME", "CANDIDATE_COOKIE_NAME"):
            app.config[name] = f"__Host-{app.config[name]}"
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", engine_options(app.config["SQLALCHEMY_DATABASE_URI"]))
    app.config["HOME"] = home
    app.config["SECRET_KEY_GIVEN"] = bool(app.config["SECRET_KEY"])
    app.config["SECRET_KEY"] = app.config["SECRET_KEY"] or _secret_of(home / "secret_key")


def _secret_of(path: Path) -> str:
    """The installation's own secret, made on first use and readable by its owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        secret = secrets.token_urlsafe(48)
        stream.write(secret)
    return secret
