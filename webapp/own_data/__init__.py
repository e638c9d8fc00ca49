"""A candidate's own data: what is held and why, who opened it, what programs read in it, and what they can do."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.own_data.views import acting, correcting, page  # they add their pages to the blueprint
    from webapp.own_data.views.base import blueprint

    app.register_blueprint(blueprint)
    app.register_blueprint(acting.receipts)
