"""Recordings: resumable upload, verification, playback."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views and tasks."""
    from webapp.recordings import (
        models,
        operations,
        personal,
        receivers,
        tasks,
    )  # known to the mapper, to migrations and to workers
    from webapp.recordings.method_override import MethodOverride
    from webapp.recordings.views.playback import blueprint
    from webapp.recordings.views.uploads import blueprint as uploads

    app.register_blueprint(blueprint)
    app.register_blueprint(uploads)
    app.jinja_env.globals.update(take_keys=operations.take_keys)
    vars(app)["wsgi_app"] = MethodOverride(app.wsgi_app)  # in place of the method, as Flask has it
