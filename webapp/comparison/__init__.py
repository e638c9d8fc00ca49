"""Two to four candidates beside each other, question by question."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.comparison.views.comparison import blueprint

    app.register_blueprint(blueprint)
