"""One link for many: whoever has it can ask for an interview, after confirming an address."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views and its receivers."""
    from webapp.applying import personal, receivers
    from webapp.applying.views import apply, links  # they add their pages to the blueprint
    from webapp.applying.views.base import blueprint

    app.register_blueprint(blueprint)
