"""Positions: vacancies, and what may be analysed at their places."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, and those that answer under its earlier addresses."""
    from webapp.positions import personal  # registers what is held about people
    from webapp.positions.views import earlier, positions

    app.register_blueprint(positions.blueprint)
    app.register_blueprint(earlier.blueprint)
