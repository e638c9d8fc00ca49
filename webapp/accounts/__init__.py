"""People with an account: signing in and out, and, for admins, who may do what."""

import hmac

from flask import Flask
from flask_babel import lazy_gettext as _l

from webapp.core.database import db
from webapp.core.extensions import login_manager


def init_app(app: Flask) -> None:
    """Register this feature's views and tell Flask-Login how to find a person."""
    from webapp.accounts.forms import ROLE_NAMES
    from webapp.accounts.models import User
    from webapp.accounts.views import people  # noqa: F401  (adds its views to the blueprint)
    from webapp.accounts.views.pages import blueprint

    app.register_blueprint(blueprint)
    app.jinja_env.filters["role_name"] = lambda role: str(ROLE_NAMES.get(role, role))
    login_manager.login_view = "accounts.sign_in"
    login_manager.login_message = _l("Please sign in to continue.")
    login_manager.login_message_category = "info"

    @login_manager.user_loader
    def load(session_id: str) -> User | None:
        user = db.session.get(User, session_id.partition(".")[0])
        if user is None or not user.active or not hmac.compare_digest(user.get_id(), session_id):
            return None
        return user
