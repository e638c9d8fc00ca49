"""Organisations and their teams: who works with whom, and with which rights."""

from flask import Flask, request
from flask_login import current_user

from webapp.core import translation
from webapp.core.scoping import keep_to


def init_app(app: Flask) -> None:
    """Keep whoever works here to their own organisation, and register this feature's views."""
    from webapp.organisations import personal, profile, receivers  # connects them
    from webapp.organisations.forms import ROLE_NAMES
    from webapp.organisations.views import settings
    from webapp.organisations.views.teams import blueprint

    app.register_blueprint(blueprint)
    app.register_blueprint(settings.blueprint)
    profile.init_app()
    translation.fall_back_on(app, profile.language_here)
    app.jinja_env.filters["team_role"] = lambda role: str(ROLE_NAMES[role])

    @app.before_request
    def keep_apart() -> None:
        if request.endpoint != "static" and current_user.is_authenticated and current_user.role.is_staff:
            keep_to(current_user.organisation_id)
