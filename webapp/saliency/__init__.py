"""Saliency: which part of a face, and which seconds and bands of a voice, spoke for an expression at one moment."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.saliency import receivers  # connects them
    from webapp.saliency.views import moments, voice

    app.register_blueprint(moments.blueprint)
    app.register_blueprint(voice.blueprint)
