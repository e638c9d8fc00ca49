"""The report of an interview."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.reports import models  # noqa: F401  (known to the mapper and to migrations)
    from webapp.reports.blueprint import blueprint

    app.register_blueprint(blueprint)
