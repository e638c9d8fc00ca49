"""Invitations, interviews and the candidate's passage through one."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.interviews import invitations  # noqa: F401  (adds its views to the blueprint)
    from webapp.interviews.status import STATUS_NAMES
    from webapp.interviews.views.pages import blueprint

    app.register_blueprint(blueprint)
    app.jinja_env.filters["status_name"] = lambda status: str(STATUS_NAMES[status])
