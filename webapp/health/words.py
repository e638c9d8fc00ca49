"""Lengths of time and numbers of bytes, as pages say them."""

from __future__ import annotations

from datetime import timedelta

from babel.units import format_unit
from flask_babel import format_timedelta, get_locale


def ago(seconds: float) -> str:
    """How long ago something was: "3 hours ago"."""
    return str(format_timedelta(timedelta(seconds=-max(1.0, seconds)), add_direction=True))


def lasting(seconds: float) -> str:
    """A length of time, no finer than anybody needs: "3 hours"."""
    return str(format_timedelta(timedelta(seconds=max(1.0, seconds))))


def gigabytes(size: float) -> str:
    """Bytes, in GB."""
    return str(format_unit(round(size / 1e9, 1), "digital-gigabyte", "short", locale=get_locale()))
