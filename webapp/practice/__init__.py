"""Practice: interviews that belong to the candidate alone."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.practice.views.practice import blueprint

    app.register_blueprint(blueprint)
