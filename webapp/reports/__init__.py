"""The report of an interview."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views and tasks, and its words for templates."""
    from webapp.reports import face_facts, formatting, models, tasks  # noqa: F401  (known to the mapper, the worker …)
    from webapp.reports.views.pages import blueprint

    app.register_blueprint(blueprint)
    formatting.init_app(app)
    face_facts.init_app(app)
