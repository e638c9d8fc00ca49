"""Explanations: which seconds and bands of the sound moved the reading of a voice, at one moment of an answer."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's view."""
    from webapp.explanations.blueprint import blueprint

    app.register_blueprint(blueprint)
