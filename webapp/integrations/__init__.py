"""Viva and other programs: events of interviews, and webhooks that tell them."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, its way of sending and its receivers."""
    from webapp.integrations import personal, receivers, webhook_way
    from webapp.integrations.views import webhooks

    app.register_blueprint(webhooks.blueprint)
    webhook_way.init_app()
