"""SCIM 2.0 (RFC 7644) for an organisation's directory, which shows a token of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from pydantic import ValidationError
from scim2_models import (
    Context,
    Error,
    ForbiddenException,
    InvalidSyntaxException,
    ListResponse,
    Meta,
    NotFoundException,
    PatchOp,
    ResourceType,
    ResponseParameters,
    Schema,
    SCIMException,
    SearchRequest,
    UnauthorizedException,
)

from webapp.core.database import db
from webapp.core.extensions import csrf, limiter
from webapp.core.hosts import base_url
from webapp.core.limits import network_of_client
from webapp.core.scoping import keep_to
from webapp.core.security_log import record
from webapp.identity import directory, operations
from webapp.identity.scim_user import CONFIG, MOST, PROVIDER, User

blueprint = Blueprint("scim", __name__, url_prefix="/scim/v2")
#: No cookie is looked at, so that there is nothing to forge.
csrf.exempt(blueprint)
limiter.limit("600 per minute", key_func=lambda: f"scim from {network_of_client()}")(blueprint)

#: The longest body that is read, in bytes.
LONGEST = 256 * 1024


def _answer(body: Any, status: int = 200, location: str | None = None) -> Response:
    text = body if isinstance(body, str) else json.dumps(body)
    answer = Response(text, status, mimetype="application/scim+json")
    if location:
        answer.headers["Location"] = location
    return answer


def _error(error: SCIMException) -> Response:
    answer = _answer(error.to_error().model_dump(mode="json"), error.status)
    if error.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def by_token(view: Callable[..., Response]) -> Callable[..., Response]:
    """Let in whoever shows an organisation's token, keep them to it, and answer errors as SCIM has them."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Response:
        kind, _space, shown = request.headers.get("Authorization", "").partition(" ")
        token = operations.token_shown(shown.strip()) if kind.lower() == "bearer" else None
        if token is None:
            return _error(UnauthorizedException(detail=_("Show the token that an admin made in Viva.")))
        g.directory_of = token.organisation_id
        keep_to(token.organisation_id)
        try:
            with PROVIDER:
                answer = view(*args, **kwargs)
        except SCIMException as error:
            db.session.rollback()
            return _error(error)
        except ValidationError as error:
            db.session.rollback()
            return _answer(Error.from_validation_error(error.errors()[0]).model_dump(mode="json"), 400)
        db.session.commit()
        return answer

    return guarded


def sent_body() -> Any:
    """The body, a JSON object. Raises InvalidSyntaxException."""
    raw = request.get_data(cache=False)
    try:
        if len(raw) > LONGEST:
            raise ValueError
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise InvalidSyntaxException(detail=_("The body is no JSON, or too long.")) from None
    if not isinstance(found, dict):
        raise InvalidSyntaxException(detail=_("The body is no JSON object."))
    return found


def _with_address(found: dict[str, Any]) -> dict[str, Any]:
    """What was sent of a user; a userName that is an address is the address, where there is no other."""
    names = {name.lower(): name for name in found}
    user_name = found.get(names.get("username", ""), "")
    if not found.get(names.get("emails", "")) and isinstance(user_name, str) and "@" in user_name:
        return {**found, "emails": [{"value": user_name, "primary": True}]}
    return found


def answered(resource: Any, context: Context, status: int = 200) -> Response:
    """One user or group, with the attributes that were asked for."""
    kind: Any = type(resource)
    names = ("attributes", "excludedAttributes")
    parameters: Any = ResponseParameters
    asked = parameters[kind].model_validate({name: request.args[name] for name in names if name in request.args})
    body = resource.model_dump(mode="json", scim_ctx=context, response_parameters=asked)
    return _answer(body, status, f"{base_url()}/scim/v2/{kind.__name__}s/{resource.id}")


def listed(found: list[Any], model: Any, query: dict[str, Any] | None = None) -> Response:
    """A page of ``found``, filtered and sorted as the query says; without one that of the address."""
    context = Context.DEFAULT if query is None else Context.SEARCH_REQUEST
    asked = SearchRequest[model].model_validate(request.args.to_dict() if query is None else query, scim_ctx=context)
    if asked.filter is not None:
        found = [each for each in found if asked.filter.match(each)]
    if asked.sort_by is not None:
        found = asked.sort(found)
    start, count = asked.start_index or 1, MOST if asked.count is None else min(asked.count, MOST)
    page = found[start - 1 : start - 1 + count]
    body = ListResponse[model](
        total_results=len(found), start_index=start, items_per_page=len(page), resources=page
    ).model_dump(mode="json", scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=asked)
    return _answer(body)


@blueprint.get("/Users")
@by_token
def users() -> Response:
    """Those who work here."""
    return listed(directory.everybody(g.directory_of), User)


@blueprint.post("/Users/.search")
@by_token
def search() -> Response:
    """Those who work here, by a query that is no address."""
    return listed(directory.everybody(g.directory_of), User, sent_body())


@blueprint.post("/Users")
@by_token
def create() -> Response:
    """Add somebody."""
    sent = User.model_validate(_with_address(sent_body()), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    return answered(directory.create(g.directory_of, sent), Context.RESOURCE_CREATION_RESPONSE, 201)


@blueprint.get("/Users/<user_id>")
@by_token
def show(user_id: str) -> Response:
    """One of them."""
    return answered(directory.one(g.directory_of, user_id), Context.RESOURCE_QUERY_RESPONSE)


@blueprint.put("/Users/<user_id>")
@by_token
def replace(user_id: str) -> Response:
    """Replace what is known of somebody."""
    present = directory.one(g.directory_of, user_id)
    wanted = User.model_validate(_with_address(sent_body()), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
    wanted.replace(present)
    return answered(directory.change(g.directory_of, user_id, wanted), Context.RESOURCE_REPLACEMENT_RESPONSE)


@blueprint.patch("/Users/<user_id>")
@by_token
def patch(user_id: str) -> Response:
    """Change something about somebody."""
    wanted = directory.one(g.directory_of, user_id)
    asked = PatchOp[User].model_validate(sent_body(), scim_ctx=Context.RESOURCE_PATCH_REQUEST)
    asked.patch(wanted)
    return answered(directory.change(g.directory_of, user_id, wanted), Context.RESOURCE_PATCH_RESPONSE)


@blueprint.delete("/Users/<user_id>")
@by_token
def delete(user_id: str) -> Response:
    """End somebody's access."""
    directory.remove(g.directory_of, user_id)
    record("deactivated", person=user_id)
    return Response(status=204)


@blueprint.get("/ServiceProviderConfig")
@by_token
def config() -> Response:
    """What is possible here."""
    found = _located(CONFIG, "ServiceProviderConfig", "ServiceProviderConfig")
    return _answer(found.model_dump(mode="json", scim_ctx=Context.RESOURCE_QUERY_RESPONSE))


@blueprint.get("/Schemas")
@blueprint.get("/Schemas/<path:name>")
@by_token
def schemas(name: str = "") -> Response:
    """Which attributes there are."""
    found = [_located(each, "Schema", f"Schemas/{each.id}") for each in PROVIDER.schemas]
    return _one_or_all(found, Schema, name, lambda each: str(each.id))


@blueprint.get("/ResourceTypes")
@blueprint.get("/ResourceTypes/<name>")
@by_token
def resource_types(name: str = "") -> Response:
    """Which kinds of things there are."""
    found = [_located(each, "ResourceType", f"ResourceTypes/{each.name}") for each in PROVIDER.resource_types]
    return _one_or_all(found, ResourceType, name, lambda each: str(each.name))


@blueprint.route("/<path:anything>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@by_token
def nothing(anything: str) -> Response:
    """What there is not."""
    if anything.split("/")[0] in ("Users", "Groups", "Schemas", "ResourceTypes", "ServiceProviderConfig"):
        return _answer(Error(status=405, detail=_("This cannot be done here.")).model_dump(mode="json"), 405)
    raise NotFoundException(detail=_("There is nothing at this address."))


def _located(resource: Any, kind: str, path: str) -> Any:
    found = resource.model_copy(deep=True)
    found.meta = Meta(resource_type=kind, location=f"{base_url()}/scim/v2/{path}")
    return found


def _one_or_all(found: list[Any], model: Any, name: str, name_of: Callable[[Any], str]) -> Response:
    if not name:
        if "filter" in request.args:  # RFC 7644, 4: these lists are whole or not at all
            raise ForbiddenException(detail=_("These lists are not filtered."))
        return listed(found, model)
    one = next((each for each in found if name_of(each) == name), None)
    if one is None:
        raise NotFoundException(detail=_("There is nothing of this name."))
    return _answer(one.model_dump(mode="json", scim_ctx=Context.RESOURCE_QUERY_RESPONSE))
