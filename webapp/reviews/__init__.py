"""What people say of an interview: scorecards against the rubric, verdicts on what the models found, decisions."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, and what the report's templates ask of it."""
    from webapp.interviews.filters import scored_when
    from webapp.reviews import (
        access,
        calibration_models,  # known to the mapper
        comment_models,
        formatting,
        personal,  # connects
        queue,
        receivers,  # connects them
    )
    from webapp.reviews.views import decisions, files, position  # adds its views to the blueprint
    from webapp.reviews.views.scorecard import blueprint

    app.register_blueprint(blueprint)
    # What positions know of people is what reviews know, so their page is made here.
    app.add_url_rule("/positions/<position_id>", endpoint="positions.show", view_func=position.show)
    app.jinja_env.globals["files_of"] = access.files_of
    scored_when(queue.scored_by)
    formatting.init_app(app)
