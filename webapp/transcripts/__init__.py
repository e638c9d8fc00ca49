"""What was said, written down: by a recogniser or by people, corrected, and shown as captions."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, and what templates ask of it."""
    from webapp.transcripts import languages, models, personal, receivers, store  # known to mapper and migrations
    from webapp.transcripts.views.transcript import blueprint

    app.register_blueprint(blueprint)
    app.jinja_env.globals["transcript_of"] = store.visible
    app.jinja_env.globals["spoken_languages"] = languages.choices
    app.jinja_env.globals["spoken_languages_known"] = languages.known
    app.jinja_env.filters["language_name"] = languages.name_of
