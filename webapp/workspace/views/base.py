"""What the workspace's views share."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, request
from flask_login import current_user

from webapp.accounts.models import User

blueprint = Blueprint("workspace", __name__, url_prefix="/reviews")


def me() -> User:
    """The person who is signed in, as a row."""
    return cast(User, current_user._get_current_object())


def by_script() -> bool:
    """Whether one of our scripts asks, and wants JSON."""
    return request.accept_mimetypes.best == "application/json"
