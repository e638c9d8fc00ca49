"""The report of an interview."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, tasks and receivers, and its words for templates."""
    from webapp.interviews.ranks import ready_when
    from webapp.reports import (
        content,
        face_facts,
        feedback,
        formatting,
        operations,
        personal,
        progress,
        receivers,  # connects them, makes the triggers
    )
    from webapp.reports.views import points, report

    app.register_blueprint(report.blueprint)
    app.register_blueprint(points.blueprint)
    ready_when(operations.has_nothing_left())
    app.jinja_env.globals["story_pieces"] = content.marked
    formatting.init_app(app)
    face_facts.init_app(app)
    feedback.init_app(app)
