"""Full-text search over names, transcripts and written answers."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views and receivers."""
    from webapp.search import models, personal, receivers, schema  # known to the mapper, connects them, makes the index
    from webapp.search.views.search import blueprint

    app.register_blueprint(blueprint)
