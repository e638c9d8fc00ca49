"""People with an account: signing in and out, and, for admins, who may do what."""

from flask import Flask

from webapp.core.extensions import login_manager


def init_app(app: Flask) -> None:
    """Register this feature's views and tell Flask-Login how to find a person."""
    from webapp.accounts import sessions
    from webapp.accounts.views import people  # noqa: F401  (adds its views to the blueprint)
    from webapp.accounts.views.pages import blueprint

    app.register_blueprint(blueprint)
    login_manager.login_view = "accounts.sign_in"
    login_manager.login_message = "Please sign in to go on."
    login_manager.login_message_category = "info"

    sessions.init_app(app)
    login_manager.user_loader(sessions.load)
