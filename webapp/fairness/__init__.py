"""Who is chosen, by group: voluntary self-identification under its own key, and reports of numbers alone."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.fairness import personal, receivers  # connects them
    from webapp.fairness.views import identify, reports

    app.register_blueprint(reports.blueprint)
    app.register_blueprint(identify.blueprint)
