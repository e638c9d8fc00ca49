"""Analyses: jobs, their leases and their progress."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views and tasks, and the policy's third check for templates."""
    from webapp.analysis import (
        models,
        personal,
        receivers,
        tasks,
    )  # known to the mapper, to migrations and to the worker
    from webapp.analysis.views import progress, transcription
    from webapp.policy import all_allowed, decide_for

    app.register_blueprint(progress.blueprint)
    app.register_blueprint(transcription.blueprint)
    app.jinja_env.globals.update(policy_decision=decide_for, policy_allows=all_allowed)
