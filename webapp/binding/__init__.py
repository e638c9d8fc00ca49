"""Texts that people agree to, sign or are told: in which language each binds."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.binding import operations, personal  # registers what is held
    from webapp.binding.views import blueprint

    app.register_blueprint(blueprint)
    app.jinja_env.globals["binds_words"] = operations.binds_words
