"""Practice: interviews that belong to the candidate alone."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.practice import wording
    from webapp.practice.views.practice import blueprint

    wording.init_app(app)
    app.register_blueprint(blueprint)
