"""Practice: interviews that belong to the candidate alone."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.practice import guests, models, personal, receivers, wording  # known to the mapper, connected
    from webapp.practice.views import by_mail, settings  # routes of the blueprint
    from webapp.practice.views import guests as of_guests
    from webapp.practice.views.practice import blueprint

    wording.init_app(app)
    app.jinja_env.globals["may_practise"] = guests.may_practise
    app.register_blueprint(blueprint)
    app.register_blueprint(settings.blueprint)
