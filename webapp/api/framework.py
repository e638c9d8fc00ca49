"""How operations of the API are made: one decorator says what each takes, answers, needs, and puts into the document.

A view gets what was sent, checked, calls the same operations as the pages, and returns a row or a page of rows. What it
changed is committed once its answer is made, so that a failure leaves nothing behind.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast

import marshmallow as ma
from flask import Flask, Response, abort, jsonify, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_smorest import Api, Blueprint
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from ml.core.errors import VivaError
from webapp.accounts.models import Role, User
from webapp.accounts.operations import AccountError
from webapp.api import idempotency
from webapp.api.fields import ID
from webapp.api.identify import PREFIX, present_key
from webapp.api.operations import ApiKeyError
from webapp.api.scopes import NAMES, Scope
from webapp.core import problems
from webapp.core.database import db
from webapp.governance.erasure import ErasureError
from webapp.integrations.operations import EndpointError
from webapp.interviews.attachments import AttachmentError
from webapp.interviews.operations import BatchError, InvitationError
from webapp.interviews.pipeline import PipelineError
from webapp.organisations.operations import TeamError
from webapp.policy.operations import PolicyError
from webapp.positions.operations import PositionError
from webapp.questions.guide import GuideError
from webapp.questions.immutability import ImmutableError
from webapp.questions.library import LibraryError
from webapp.questions.operations import QuestionSetError
from webapp.reviews.comments import CommentError
from webapp.reviews.operations import ReviewError
from webapp.transcripts.operations import TranscriptError

#: What operations raise when something cannot be done; their words are for a person.
REFUSALS = (
    AccountError, ApiKeyError, AttachmentError, CommentError, EndpointError, ErasureError, GuideError, InvitationError,
    LibraryError, PipelineError, PolicyError, PositionError, QuestionSetError, ReviewError, TeamError, TranscriptError,
    VivaError,
)  # fmt: skip

#: What can go wrong anywhere, and where something is changed.
ALWAYS, CHANGING = (401, 403, 429, 503), (409, 413, 415, 507)
DESCRIPTIONS = {
    400: "What was sent could not be read.",
    401: "There is no valid API key in the Authorization header.",
    403: "The key has not the scope, or its person has not the right.",
    404: "There is no such thing, or it is not this person's to see.",
    409: "Something stands in the way: it was published, changed meanwhile, or the same request is still being done.",
    413: "What was sent is too large.",
    415: "The body is not of the type that is asked for.",
    422: "Some values cannot be taken, or this cannot be done as things are; `detail` and `errors` say why.",
    429: "Too many requests; `Retry-After` says how long to wait.",
    503: "The database is busy; nothing was changed. Try again after `Retry-After`.",
    507: "The server has no room left.",
}
_BYTES = {"type": "string", "format": "binary"}
_FILE = {"application/json": {"type": "object"}}
_RATES = {
    "RateLimit-Limit": "How many requests a key may make in a minute.",
    "RateLimit-Remaining": "How many of them are left.",
    "RateLimit-Reset": "In how many seconds there are all of them again.",
}


class Problem(ma.Schema):
    """An error, as RFC 9457 has it."""

    type = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(required=True)
    errors = ma.fields.List(ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String()))


class IdConverter(BaseConverter):
    """An identifier of ours in an address; anything else is no address."""

    regex = "[0-9a-f]{32}"


class ViewApi(Api):
    """flask-smorest without its own errors, which would be every page's, and without pages of its own.

    Its document is written when somebody first asks for it: that takes longer than all else at the start of a process.
    """

    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask) -> None:
        self._undocumented: list[Blueprint] = []
        self._writing = threading.Lock()
        super().__init__(app)

    def register_blueprint(self, blp: Blueprint, *, parameters: Any = None, **options: Any) -> None:
        """Register the operations of ``blp`` with the application, to be documented later."""
        app = cast(Flask, self._app)
        app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        app.register_blueprint(blp, **options)
        self._undocumented.append(blp)

    def documented(self) -> dict[str, Any]:
        """The OpenAPI document of all that is registered."""
        with self._writing:
            while self._undocumented:
                blp = self._undocumented.pop()
                blp.register_views_in_doc(self, self._app, self.spec, name=blp.name, parameters=None)
            return cast(dict[str, Any], cast(Any, self.spec).to_dict())

    def _register_error_handlers(self) -> None:
        """Errors are webapp/core/errors.py's."""

    def _register_responses(self) -> None:
        """Each operation says its own."""


class ViewBlueprint(Blueprint):
    """A blueprint whose operations name their tags."""


blueprint = ViewBlueprint("api", __name__, url_prefix=PREFIX)


def me() -> User:
    """The person for whom the key acts, as a row."""
    return cast(User, current_user._get_current_object())


def operation(
    method: str,
    path: str,
    tag: str,
    *,
    scope: Scope | None,
    answers: type[ma.Schema] | None = None,
    show: Callable[[Any], Any] | None = None,
    status: int = 200,
    query: type[ma.Schema] | None = None,
    body: type[ma.Schema] | None = None,
    files: type[ma.Schema] | None = None,
    role: Role | None = None,
    content: Mapping[int, tuple[str, ...]] | None = None,
    public: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a view an operation of the API.

    :param scope: what the key must be for.  :param answers: the schema of the answer; none where there is no body.
    :param show: makes of a row what ``answers`` describes.  :param role: of the person, where teams do not decide.
    :param content: by status the media types of answers that are files.  :param public: without a key.
    """
    changes = method != "GET"
    errors = (*(() if public else ALWAYS), *(CHANGING if changes else ()))
    if "<" in path or body is not None or changes:
        errors = (*errors, 404)
    if body is not None or query is not None or files is not None or changes:
        errors = (*errors, 422)
    if body is not None or files is not None:
        errors = (*errors, 400)

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        parsed = view
        for schema, location in ((files, "files"), (body, "json"), (query, "query")):
            if schema is not None:
                parsed = blueprint.arguments(schema, location=location)(parsed)

        @wraps(parsed)
        def guarded(*args: Any, **kwargs: Any) -> Response:
            if not public:
                _check_key(scope, role)
            if body is not None and not request.is_json:
                abort(415, _("Send a body of JSON, as application/json."))
            try:
                return idempotency.once(
                    lambda: parsed(*args, **kwargs), lambda found: _answer(found, answers, show, status), method
                )
            except HTTPException:
                db.session.rollback()
                raise
            except ImmutableError as refused:
                db.session.rollback()
                abort(409, str(refused))
            except BatchError as refused:
                db.session.rollback()
                return _lines(refused)
            except REFUSALS as refused:
                db.session.rollback()
                abort(422, str(refused))

        _document(guarded, answers, status, errors, content)
        found = _described(guarded, method, scope, public)
        return blueprint.route(path, methods=[method], tags=[tag])(found)

    return decorate


def _check_key(scope: Scope | None, role: Role | None) -> None:
    key = present_key()
    if key is None:
        raise _NoKey()
    if scope is not None and scope.value not in key.scopes:
        abort(403, _("This key has not the scope %(scope)s.", scope=scope.value))
    if role is not None and me().role is not role:
        abort(403, _("Only admins can do this."))


class _NoKey(HTTPException):
    code = 401

    def __init__(self) -> None:
        super().__init__(_("Send an API key: Authorization: Bearer viva_…"))

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        """What kind of key is wanted."""
        return [*super().get_headers(*args, **kwargs), ("WWW-Authenticate", "Bearer")]


def _lines(refused: BatchError) -> Response:
    errors = [{"field": f"people.{each.line}.{each.column or ''}", "message": each.message}
              for each in refused.problems]  # fmt: skip
    return problems.problem(422, str(refused), errors=errors)


def _answer(found: Any, answers: type[ma.Schema] | None, show: Callable[[Any], Any] | None, status: int) -> Response:
    if isinstance(found, Response):
        return found
    if answers is None:
        return Response(status=status)
    response = jsonify(answers().dump(show(found) if show else found))
    response.status_code = status
    return response


def _document(
    view: Callable[..., Any], answers: type[ma.Schema] | None, status: int, errors: tuple[int, ...],
    content: Mapping[int, tuple[str, ...]] | None,
) -> None:  # fmt: skip
    """Put the answers into the document."""
    headers = {name: {"description": words, "schema": {"type": "integer"}} for name, words in _RATES.items()}
    apidoc: dict[str, Any] = vars(view).setdefault("_apidoc", {})
    responses = apidoc.setdefault("response", {}).setdefault("responses", {})
    if content is not None:
        empty: dict[str, Any] = {"content_type": None, "description": "Nothing to send.", "headers": headers}
        for each, types in content.items():
            file = {"description": "The file.", "headers": headers}
            found = [{"content_type": name, "schema": _FILE.get(name, _BYTES), **file} for name in types]
            responses[each] = found or [empty]
    elif answers is None:
        responses[status] = [{"content_type": None, "description": "Done.", "headers": headers}]
    else:
        responses[status] = [
            {"content_type": None, "description": "Done.", "schema": answers(), "headers": headers}
        ]  # fmt: skip
    for code in sorted(set(errors)):
        responses[code] = [
            {"content_type": problems.MEDIA_TYPE, "description": DESCRIPTIONS[code], "schema": Problem()}
        ]  # fmt: skip


def _described(view: Callable[..., Any], method: str, scope: Scope | None, public: bool) -> Callable[..., Any]:
    """Say its name, and which key it needs."""
    extra: dict[str, Any] = {"operationId": view.__name__, "security": [] if public else [{"key": []}]}
    if scope is not None:
        extra["x-scope"] = scope.value
    if method == "POST":
        extra["parameters"] = [
            {
                "name": "Idempotency-Key", "in": "header", "required": False,
                "description": "Any text of up to 200 characters. A second request with it, within a day, does nothing "
                "and is answered like the first.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 200},
            }
        ]  # fmt: skip
    return cast("Callable[..., Any]", blueprint.doc(**extra)(view))


def make_api(app: Flask) -> ViewApi:
    """The API with its document, before its operations are registered."""
    app.config.from_mapping(
        API_TITLE="Viva", API_VERSION="1", OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={
            "info": {
                "description": "Everything that recruiters and admins do every day. A key acts for a person: it may do "
                "what its scopes and the person's role and teams allow, and the audit log names both. "
                "Lists are ordered by time, newest first; there is no order by what a model said.",
                "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
                "contact": {"name": "The admins of this Viva"},
            },
            "servers": [{"url": "/"}],
        },
    )  # fmt: skip
    api = ViewApi(app)
    app.url_map.converters["id"] = IdConverter
    api.register_converter(IdConverter, lambda _converter: {"type": "string", "pattern": ID})
    scheme = {
        "type": "http", "scheme": "bearer",
        "description": "An API key, made by an admin. Scopes:\n" + "\n".join(f"- `{each.value}`" for each in NAMES),
    }  # fmt: skip
    cast(Any, api.spec).components.security_scheme("key", scheme)
    return api
