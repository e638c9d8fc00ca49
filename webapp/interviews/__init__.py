"""Invitations, interviews and the candidate's passage through one."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.interviews import personal, receivers  # connects them
    from webapp.interviews.status import STATUS_NAMES
    from webapp.interviews.views import invitations  # adds its views to the blueprint
    from webapp.interviews.views.inbox import blueprint

    app.register_blueprint(blueprint)
    app.jinja_env.filters["status_name"] = lambda status: str(STATUS_NAMES[status])
