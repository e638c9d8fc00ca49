"""The live room: a video call between people, which reads emotion for those who may and want to."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, settings and housekeeping."""
    from webapp.live import models, personal, tasks  # known to the mapper
    from webapp.live.views import hosting  # adds its views to the blueprint
    from webapp.live.views.call import blueprint

    app.register_blueprint(blueprint)
    tasks.init_app(app)
