"""What guests see: the interviews that were shared with them, to watch and to score, and nothing else."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.guests.views.guest import blueprint

    app.register_blueprint(blueprint)
