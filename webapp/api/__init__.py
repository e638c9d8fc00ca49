"""The REST API: everything that people do every day, for programs, by keys."""

from flask import Flask

from webapp.core.extensions import csrf


def init_app(app: Flask) -> None:
    """Register the operations, the page of the keys, and who asks."""
    from webapp.api import document, identify, personal, receivers  # connects them
    from webapp.api.framework import blueprint, make_api
    from webapp.api.views import (  # adds their operations to the blueprint
        governance,
        interviews,
        invitations,
        library,
        people,
        positions,
        questions,
        reviews,
        webhooks,
    )
    from webapp.api.views.keys import blueprint as keys

    identify.init_app(app)
    api = make_api(app)
    document.init_app(app)
    document.describe(api)
    api.register_blueprint(blueprint)
    csrf.exempt(blueprint)  # it believes no cookie
    app.register_blueprint(keys)
