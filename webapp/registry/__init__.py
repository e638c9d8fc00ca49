"""Which models serve, which served before, how their inputs and outputs drift, and the technical file about them."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.registry import cli, personal, receivers  # connects them
    from webapp.registry.views.models import blueprint

    app.register_blueprint(blueprint)
    cli.init_app(app)
