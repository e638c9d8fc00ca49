"""What candidates are told, what they sign, and what an organisation says in public about AI and data."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.notices.views.public import blueprint

    app.register_blueprint(blueprint)
