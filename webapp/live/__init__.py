"""The live room: a video call between people, which reads emotion for those who may and want to."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, settings and housekeeping."""
    from webapp.core import append_only
    from webapp.live import models, personal, tasks  # known to the mapper
    from webapp.live.models import LiveConsent
    from webapp.live.views import guide, hosting  # add their views to the blueprint
    from webapp.live.views.call import blueprint

    append_only.guard(LiveConsent, "member")
    app.register_blueprint(blueprint)
    tasks.init_app(app)
