"""SCIM's groups: the teams of an organisation, as its directory keeps them."""

from __future__ import annotations

from flask import Response, g
from scim2_models import Context, PatchOp

from webapp.identity import directory, groups
from webapp.identity.scim_user import Group, User
from webapp.identity.views.scim import answered, blueprint, by_token, listed, sent_body


@blueprint.post("/.search")
@by_token
def search_all() -> Response:
    """People and teams, by a query that is no address."""
    everything = [*directory.everybody(g.directory_of), *groups.all_of(g.directory_of)]
    return listed(everything, User | Group, sent_body())


@blueprint.get("/Groups")
@by_token
def group_list() -> Response:
    """The teams."""
    return listed(groups.all_of(g.directory_of), Group)


@blueprint.post("/Groups/.search")
@by_token
def search_groups() -> Response:
    """The teams, by a query that is no address."""
    return listed(groups.all_of(g.directory_of), Group, sent_body())


@blueprint.post("/Groups")
@by_token
def create_group() -> Response:
    """Make a team."""
    sent = Group.model_validate(sent_body(), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    return answered(groups.create(g.directory_of, sent), Context.RESOURCE_CREATION_RESPONSE, 201)


@blueprint.get("/Groups/<group_id>")
@by_token
def show_group(group_id: str) -> Response:
    """One of them."""
    return answered(groups.one(g.directory_of, group_id), Context.RESOURCE_QUERY_RESPONSE)


@blueprint.put("/Groups/<group_id>")
@by_token
def replace_group(group_id: str) -> Response:
    """Replace its name and who is in it."""
    present = groups.one(g.directory_of, group_id)
    wanted = Group.model_validate(sent_body(), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
    wanted.replace(present)
    return answered(groups.change(g.directory_of, group_id, wanted), Context.RESOURCE_REPLACEMENT_RESPONSE)


@blueprint.patch("/Groups/<group_id>")
@by_token
def patch_group(group_id: str) -> Response:
    """Change its name, or who is in it."""
    wanted = groups.one(g.directory_of, group_id)
    asked = PatchOp[Group].model_validate(sent_body(), scim_ctx=Context.RESOURCE_PATCH_REQUEST)
    asked.patch(wanted)
    return answered(groups.change(g.directory_of, group_id, wanted), Context.RESOURCE_PATCH_RESPONSE)


@blueprint.delete("/Groups/<group_id>")
@by_token
def delete_group(group_id: str) -> Response:
    """Have the directory's people leave the team, and the directory forget it."""
    groups.remove(g.directory_of, group_id)
    return Response(status=204)
