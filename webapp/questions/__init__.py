"""Question sets."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.questions.blueprint import blueprint

    app.register_blueprint(blueprint)
