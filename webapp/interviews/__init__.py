"""Invitations, interviews and the candidate's passage through one."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.core import append_only
    from webapp.interviews import personal, receivers  # connects them
    from webapp.interviews.models import Consent
    from webapp.interviews.status import STATUS_NAMES
    from webapp.interviews.views import attachments, invitations  # add their views to the blueprint
    from webapp.interviews.views.inbox import blueprint, state_name

    append_only.guard(Consent, "interview")
    app.register_blueprint(blueprint)
    app.jinja_env.filters["review_state"] = state_name
    app.jinja_env.filters["status_name"] = lambda status: str(STATUS_NAMES[status])
