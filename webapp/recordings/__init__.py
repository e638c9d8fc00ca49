"""Recordings: resumable upload, verification, playback."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.recordings import models  # noqa: F401  (known to the mapper and to migrations)
    from webapp.recordings.blueprint import blueprint

    app.register_blueprint(blueprint)
