"""The candidate's side: consent, device check, answering, submitting."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.candidate.views import (  # they add their pages to the blueprint
        consent,
        decision,
        device_check,
        help,
        link,
        question,
        review,
        signing,
        status,
        welcome,
    )
    from webapp.candidate.views.base import blueprint

    app.register_blueprint(blueprint)
