"""Guest reviewers: links that are bound to an address, expire, and hide what the guest is not to see."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's models and views."""
    from webapp.sharing import models  # known to the database
