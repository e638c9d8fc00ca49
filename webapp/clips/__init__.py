"""Clips: short videos or sound that an organisation shows to candidates, with captions. What shows them is a higher
feature's matter: a question, a welcome. Each keeps a clip's id in a column of its own."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views and tasks, and what templates ask of it."""
    from webapp.clips import operations, personal, receivers, tasks  # known to the sweep and to workers
    from webapp.clips.views import public, show

    app.register_blueprint(show.blueprint)
    app.register_blueprint(public.blueprint)
    app.jinja_env.globals.update(clip_addresses=operations.addresses_of, largest_clip=operations.LARGEST)
