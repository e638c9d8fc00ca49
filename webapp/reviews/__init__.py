"""What people say of an interview: scorecards against the rubric, verdicts on what the models found, decisions."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, and what the report's templates ask of it."""
    from webapp.reviews import (
        calibration_models,  # known to the mapper
        comment_models,
        formatting,
        personal,
        receivers,  # connects them
        status,
    )
    from webapp.reviews.views.scorecard import blueprint

    app.register_blueprint(blueprint)
    status.init_app()
    formatting.init_app(app)
