"""Moments: which part of a face spoke for which expression, at one moment of an answer."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's view."""
    from webapp.moments.blueprint import blueprint

    app.register_blueprint(blueprint)
