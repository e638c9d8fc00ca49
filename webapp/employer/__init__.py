"""How an organisation shows itself to candidates, and what it offers them."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, and what templates ask of it."""
    from webapp.employer import operations, personal
    from webapp.employer.views import accessibility, public, settings

    for each in (settings, public, accessibility):
        app.register_blueprint(each.blueprint)
    app.jinja_env.globals["employer_of"] = operations.employer_of
