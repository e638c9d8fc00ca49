"""Question sets."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, and hold published sets to what they were."""
    from webapp.questions import given, immutability, personal
    from webapp.questions.forms import KIND_NAMES, STATE_NAMES
    from webapp.questions.guide import guide_of
    from webapp.questions.views import (
        library,
        prompts,  # these two add their views to the blueprint
        questions,
    )
    from webapp.questions.views.question_sets import blueprint

    immutability.install()
    app.register_blueprint(blueprint)
    app.register_blueprint(library.blueprint)
    app.jinja_env.globals.update(
        guide_of=guide_of, wanted_is_met=given.is_met, wanted_words=given.wanted_words, given_in_words=given.in_words
    )
    app.jinja_env.filters.update(
        set_state=lambda state: str(STATE_NAMES[state]), kind_name=lambda kind: str(KIND_NAMES[kind])
    )
