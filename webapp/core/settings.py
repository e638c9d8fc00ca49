"""Settings, read from the environment. The embedded default needs none of them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from webapp.core.write_path import engine_options

#: The repository: templates and migrations lie beside the package.
ROOT = Path(__file__).resolve().parents[2]


def init_app(app: Flask, settings: Mapping[str, Any] | None = None) -> None:
    """Fill ``app.config``: defaults, then the environment, then ``settings``; make the data folder."""
    settings = dict(settings or {})
    home = Path(settings.get("HOME") or os.environ.get("VIVA_HOME") or ROOT / ".viva").resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    app.config.from_mapping(
        #: The folder of everything that people gave us.
        HOME=home,
        SQLALCHEMY_DATABASE_URI=os.environ.get("VIVA_DATABASE_URL") or f"sqlite:///{home / 'viva.db'}",
        BROKER_URL=os.environ.get("VIVA_BROKER_URL") or "filesystem://",
        SECRET_KEY=None,
        #: The address at which people reach Viva; needed for links made outside of a request.
        PUBLIC_URL=os.environ.get("VIVA_PUBLIC_URL"),
        #: Cookies travel over TLS alone when people reach us by TLS.
        SESSION_COOKIE_SECURE=(os.environ.get("VIVA_PUBLIC_URL") or "").startswith("https://"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="viva_session",
        PERMANENT_SESSION_LIFETIME=timedelta(days=14),
        #: How long somebody stays signed in without doing anything, and at most; the second of each for those who asked
        #: to stay signed in.
        SESSION_IDLE=timedelta(hours=12),
        REMEMBERED_IDLE=timedelta(days=7),
        SESSION_LONGEST=timedelta(days=2),
        REMEMBERED_LONGEST=timedelta(days=14),
        #: How long a password counts as given just now, for what admins do to others.
        CONFIRMED_FOR=timedelta(minutes=15),
        REMEMBER_COOKIE_SECURE=(os.environ.get("VIVA_PUBLIC_URL") or "").startswith("https://"),
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_DURATION=timedelta(days=14),
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session: a two-hour interview must not expire
        #: Number of proxies in front of us whose X-Forwarded-* headers are to be believed.
        PROXIES=int(os.environ.get("VIVA_PROXIES", "0")),
        RATELIMIT_STORAGE_URI=os.environ.get("VIVA_RATELIMIT_URL") or "memory://",
        RATELIMIT_HEADERS_ENABLED=True,
        #: Failed attempts to sign in: from one network address, and from one network address at one account.
        SIGN_IN_RATE="20 per minute; 100 per hour",
        SIGN_IN_RATE_PER_ACCOUNT="5 per minute; 20 per hour",
        #: And at one account from everywhere, so that many addresses do not help.
        SIGN_IN_RATE_AT_ACCOUNT="10 per minute; 60 per hour",
        #: How long a link to set a password works, in seconds.
        PASSWORD_LINK_SECONDS=3 * 24 * 3600,
        #: The largest recording accepted, in bytes.
        MAX_RECORDING_BYTES=int(os.environ.get("VIVA_MAX_RECORDING_BYTES", 1024**3)),
        #: The largest part of a recording in one request, and the largest form, in bytes.
        MAX_CONTENT_LENGTH=32 * 1024**2,
        MAX_FORM_MEMORY_SIZE=2 * 1024**2,
        #: Offer the pseudo-locale en_XA (webapp/core/translation.py) to browsers that ask for it.
        PSEUDO_LOCALE=os.environ.get("VIVA_PSEUDO_LOCALE") == "1",
        #: A job whose worker has not been heard of for so long (seconds) is queued again.
        LEASE_SECONDS=30,
        #: How often a job's worker is heard of, in seconds.
        HEARTBEAT_SECONDS=5,
        #: How often a job is tried before it counts as failed.
        MAX_ATTEMPTS=3,
    )
    app.config.from_mapping(settings)
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", engine_options(app.config["SQLALCHEMY_DATABASE_URI"]))
    app.config["HOME"] = home
    app.config["SECRET_KEY"] = (
        app.config["SECRET_KEY"] or os.environ.get("VIVA_SECRET_KEY") or _secret_of(home / "secret_key")
    )


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
