"""The review workspace: one answer at a time, with all that a reviewer needs on one screen."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's pages."""
    from webapp.workspace.views import analyses, answers, calibration, comments, deciding, overview

    app.register_blueprint(overview.blueprint)
