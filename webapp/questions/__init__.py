"""Question sets."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, and hold published sets to what they were."""
    from webapp.questions import immutability, question_views  # noqa: F401  (lines adds its views to the blueprint)
    from webapp.questions.views.pages import blueprint

    immutability.install()
    app.register_blueprint(blueprint)
