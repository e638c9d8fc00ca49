"""The candidate's side: consent, device check, answering, submitting."""

from flask import Flask

from webapp.core import translation


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.candidate import languages
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
    translation.keep_by(app, languages.chosen)
    translation.fall_back_on(app, languages.invited_in)
