"""Errors as pages for people and as JSON for programs, each with what to do next."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, g, jsonify, render_template, request
from flask.json.provider import DefaultJSONProvider
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response

from webapp.core import problems
from webapp.core.database import db
from webapp.core.s3_storage import StorageAwayError
from webapp.core.write_path import RETRY_AFTER, is_busy, is_full, is_gone

ADVICE = {
    400: (_l("The request could not be understood"), _l("Go back, reload the page and try again.")),
    401: (_l("Please sign in"), _l("Sign in and open the page again.")),
    403: (
        _l("You do not have access to this page"),
        _l("If you think you should have access, ask your administrator."),
    ),
    404: (_l("Page not found"), _l("Check the address. The page may have been removed.")),
    405: (_l("This is not possible here"), _l("Go back and use the buttons on the page.")),
    409: (_l("This has changed in the meantime"), _l("Reload the page to see the current state.")),
    410: (_l("This is no longer available"), _l("Ask the person who sent you the link for a new one.")),
    413: (_l("This is too large"), _l("Record a shorter answer, or ask for the limit to be raised.")),
    429: (_l("Too many attempts"), _l("Wait a minute, then try again.")),
    500: (_l("Something went wrong"), _l("Nothing you saved is lost. Try again in a moment.")),
    503: (_l("Viva is busy"), _l("Nothing was changed. Wait a few seconds, then try again.")),
    507: (
        _l("There is not enough storage on this server"),
        _l("Nothing you saved is lost. Tell your administrator, and try again later."),
    ),
}


class JsonThatEnds(DefaultJSONProvider):
    """JSON whose brackets go too deep is as bad as any other that cannot be read: 400."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read JSON. Raises ValueError for everything that is none."""
        try:
            return super().loads(s, **kwargs)
        except RecursionError:
            raise ValueError("The JSON is nested too deeply.") from None


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
            _("This page has been open for too long"),
            _("Reload the page and try again. Nothing you saved is lost."),
        )

    def busy() -> Response:
        _let_go()  # what failed must not stand in the way of the page that says so
        app.logger.warning("The database or storage was busy at %s", request.endpoint)
        response = app.make_response(_answer(503, *ADVICE[503]))
        response.headers["Retry-After"] = str(RETRY_AFTER)
        return response

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response | tuple[Response | str, int]:
        if error.code is None or error.code < 400:
            return error.get_response()  # a redirect
        original = error.original_exception if isinstance(error, InternalServerError) else None
        if original is not None and _may_pass(original):
            return busy()  # it failed after the view, or while a failure was answered
        title, advice = ADVICE.get(error.code, ADVICE[400 if error.code < 500 else 500])
        written_by_us = error.description != type(error).description
        if isinstance(error, RateLimitExceeded) and not error.limit.error_message:
            written_by_us = False  # the limit in a program's words, "60 per 1 minute"
        words = error.description if written_by_us and error.description else advice
        if problems.wanted():
            return _problem(error, str(words))
        response = app.make_response(_answer(error.code, title, words))
        if wait := getattr(error, "retry_after", None):
            response.headers.setdefault("Retry-After", str(wait))
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> tuple[Response | str, int] | Response:
        if _may_pass(error):
            return busy()
        _let_go()
        if is_gone(error):
            app.logger.info("Something was deleted while %s was answered", request.endpoint)
            return _answer(409, *ADVICE[409])
        if is_full(error):
            app.logger.error("No room left on the disk at %s", request.endpoint)
            return _answer(507, *ADVICE[507])
        if app.testing or app.debug:
            raise error
        app.logger.exception("Unexpected error at %s", request.endpoint)
        return _answer(500, *ADVICE[500])

    @app.teardown_appcontext
    def end(_error: BaseException | None) -> None:
        """What a request only read it still holds: where the database is gone by then, its answer is as good."""
        if db.session.registry.has():
            _let_go()


def _may_pass(error: BaseException) -> bool:
    """Whether the same request may well be answered in a moment."""
    return is_busy(error) or isinstance(error, StorageAwayError)


def _let_go() -> None:
    try:
        db.session.rollback()
    except SQLAlchemyError:  # the connection is gone, and with it what was to be rolled back
        db.session().invalidate()


def _problem(error: HTTPException, words: str) -> Response:
    """An error of the API, with the fields that a schema refused."""
    found = getattr(error, "data", None) or {}
    errors: list[dict[str, str]] = []
    for part in (found.get("messages") or {}).values():  # by where it stood: json, query, files
        errors += problems.field_errors(part)
    headers = {
        name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "WWW-Authenticate")
    }
    detail = _("Some values cannot be taken. See the list.") if errors else words
    return problems.problem(error.code or 500, detail, errors=errors, headers=headers)


def _answer(code: int, title: str, advice: str) -> tuple[Response | str, int]:
    title, advice = str(title), str(advice)
    if problems.wanted():
        return problems.problem(code, advice), code
    if wants_json():
        return jsonify(error={"code": code, "title": title, "message": advice}), code
    g.is_error = True  # the page does not repeat the address: what is unknown and what is not ours look the same
    try:
        return render_template("errors/error.html", code=code, title=title, advice=advice), code
    except Exception:
        # The page's frame asks the database who is signed in, and that may be what fails.
        current_app.logger.exception("The page of an error could not be drawn")
        return Response(f"{title}. {advice}\n", code, mimetype="text/plain"), code
