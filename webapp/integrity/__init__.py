"""Neutral facts about how an answer was given: off unless a position asks for them, and told to candidates before."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, and what templates ask of it."""
    from webapp.integrity import models, operations, personal, texts  # known to the mapper and to erasure
    from webapp.integrity.views.settings import blueprint

    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        integrity_is_on=operations.is_on, integrity_facts=operations.facts_of, integrity_text=texts.text
    )
