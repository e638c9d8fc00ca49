"""Analyses: jobs, their leases and their progress."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.analysis import models  # noqa: F401  (known to the mapper and to migrations)
    from webapp.analysis.blueprint import blueprint

    app.register_blueprint(blueprint)
