"""Errors as pages for people and as JSON for programs, each with what to do next."""

from __future__ import annotations

from flask import Flask, current_app, jsonify, render_template, request
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from webapp.core.database import db
from webapp.core.write_path import RETRY_AFTER, is_busy, is_full

ADVICE = {
    400: ("That request made no sense to us", "Go back, reload the page and try again."),
    401: ("Please sign in", "Sign in and open the page again."),
    403: ("This is not yours to see", "If you think that it should be, ask the person who runs this Viva."),
    404: ("There is nothing here", "The address may be mistyped, or what was here has been removed."),
    405: ("That cannot be done here", "Go back and use the buttons on the page."),
    409: ("That does not fit what is there now", "Reload the page to see the present state."),
    410: ("This is no longer here", "Ask the person who sent you the link for a new one."),
    413: ("That is too large", "Record a shorter answer, or ask for the limit to be raised."),
    429: ("Too many tries", "Wait a minute, then try again."),
    500: ("Something broke on our side", "Nothing that you saved is lost. Try again in a moment."),
    503: ("Viva is busy", "Nothing was changed. Wait a few seconds, then try again."),
    507: (
        "There is no room left on this server",
        "Nothing that you saved is lost. Tell the person who runs this Viva, and try again later.",
    ),
}


def wants_json() -> bool:
    """Whether the caller is a program: it asked for JSON or sent it."""
    accepted = request.accept_mimetypes
    uploads = "Tus-Resumable" in request.headers
    return uploads or request.is_json or accepted["application/json"] > accepted["text/html"]


def init_app(app: Flask) -> None:
    """Register one handler for every HTTP error."""

    @app.errorhandler(CSRFError)
    def csrf_failed(_error: CSRFError) -> Response | tuple[Response | str, int]:
        return _answer(
            400,
            "This page has been open too long",
            "Reload the page and try again. Nothing you saved is lost.",
        )

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response | tuple[Response | str, int]:
        if error.code is None or error.code < 400:
            return error.get_response()  # a redirect
        title, advice = ADVICE.get(error.code, ADVICE[400 if error.code < 500 else 500])
        written_by_us = error.description != type(error).description
        if isinstance(error, RateLimitExceeded) and not error.limit.error_message:
            written_by_us = False  # the limit in a program's words, "60 per 1 minute"
        response = app.make_response(
            _answer(error.code, title, error.description if written_by_us and error.description else advice)
        )
        if wait := getattr(error, "retry_after", None):
            response.headers.setdefault("Retry-After", str(wait))
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> tuple[Response | str, int] | Response:
        db.session.rollback()  # what failed must not stand in the way of the page that says so
        if is_busy(error):
            app.logger.warning("The database was busy at %s", request.endpoint)
            response = app.make_response(_answer(503, *ADVICE[503]))
            response.headers["Retry-After"] = str(RETRY_AFTER)
            return response
        if is_full(error):
            app.logger.error("No room left on the disk at %s", request.endpoint)
            return _answer(507, *ADVICE[507])
        if app.testing or app.debug:
            raise error
        app.logger.exception("Unexpected error at %s", request.endpoint)
        return _answer(500, *ADVICE[500])


def _answer(code: int, title: str, advice: str) -> tuple[Response | str, int]:
    if wants_json():
        return jsonify(error={"code": code, "title": title, "message": advice}), code
    try:
        return render_template("errors/error.html", code=code, title=title, advice=advice), code
    except Exception:
        # The page's frame asks the database who is signed in, and that may be what fails.
        current_app.logger.exception("The page of an error could not be drawn")
        return Response(f"{title}. {advice}\n", code, mimetype="text/plain"), code
