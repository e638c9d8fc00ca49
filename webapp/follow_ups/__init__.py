"""One follow-up question after an answer, by the same rule for everybody (ml/content/follow_up.py)."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Make this feature known to the mapper, the workers and the pages."""
    from webapp.follow_ups import models, operations, personal, receivers, tasks  # known to mapper and workers

    app.jinja_env.globals["asks_follow_ups"] = operations.may_be_asked
    app.jinja_env.globals["follow_ups_of"] = operations.of_interview
