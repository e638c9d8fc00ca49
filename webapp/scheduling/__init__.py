"""Live interviews at a time that suits both: hosts offer slots, candidates choose one."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, and what it adds to the candidate's status page."""
    from webapp.candidate.status import adds_blocks
    from webapp.scheduling import blocks, personal, receivers
    from webapp.scheduling.views import choosing, offering  # they add their pages to the blueprint
    from webapp.scheduling.views.base import blueprint

    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(appointment_of=blocks.appointment_of)
    adds_blocks(blocks.blocks)
