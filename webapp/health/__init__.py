"""How this Viva is: for a monitor at /healthz, for admins on a page."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.health.views import blueprint

    app.register_blueprint(blueprint)
