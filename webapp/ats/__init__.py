"""Applicant tracking systems that order interviews and hear what became of them: one model, and a thin adapter each."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, its way of sending and its receivers."""
    from webapp.ats import personal, receivers, sending  # connects them
    from webapp.ats.views import inbound, settings

    app.register_blueprint(inbound.blueprint)
    app.register_blueprint(settings.blueprint)
    sending.init_app()
