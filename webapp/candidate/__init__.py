"""The candidate's side: consent, device check, answering, submitting."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.candidate import questions  # noqa: F401  (adds its views to the blueprint)
    from webapp.candidate.views.pages import blueprint

    app.register_blueprint(blueprint)
