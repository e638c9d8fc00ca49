"""People with an account: signing in and out, and, for admins, who may do what."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from webapp.core.extensions import login_manager


def init_app(app: Flask) -> None:
    """Register this feature's views and tell Flask-Login how to find a person."""
    from webapp.accounts import personal, receivers, sessions
    from webapp.accounts.forms import ROLE_NAMES
    from webapp.accounts.views import (  # adds its views to the blueprint
        forgot_password,
        language,
        people,
        profile,
        second_step,
        set_password,
        sign_in,
        two_step,
    )
    from webapp.accounts.views.base import blueprint

    app.register_blueprint(blueprint)
    app.jinja_env.filters["role_name"] = lambda role: str(ROLE_NAMES.get(role, role))
    login_manager.login_view = "accounts.sign_in"
    login_manager.login_message = _l("Please sign in to continue.")
    login_manager.login_message_category = "info"

    sessions.init_app(app)
    two_step.init_app(app)
    login_manager.user_loader(sessions.load)
