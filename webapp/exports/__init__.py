"""What people take with them: an interview as a document, a position as a spreadsheet."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.exports.views import document, position  # they add their pages to the blueprint
    from webapp.exports.views.base import blueprint

    app.register_blueprint(blueprint)
