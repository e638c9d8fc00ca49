"""What people say of an interview: scorecards against the rubric, verdicts on what the models found, decisions."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, and what the report's templates ask of it."""
    from webapp.reports import advice, content
    from webapp.reviews import (
        models,  # noqa: F401  (known to the mapper and to migrations)
        words,
    )
    from webapp.reviews.blueprint import blueprint

    app.register_blueprint(blueprint)
    app.jinja_env.globals["story_pieces"] = content.marked
    advice.init_app(app)
    words.init_app(app)
