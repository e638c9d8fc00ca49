"""Jobs."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.positions.views.positions import blueprint

    app.register_blueprint(blueprint)
