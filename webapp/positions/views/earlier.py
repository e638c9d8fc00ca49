"""Positions were at /jobs once: bookmarks, and forms that are open in a browser, go on working."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

blueprint = Blueprint("earlier_positions", __name__, url_prefix="/jobs")


@blueprint.route("/", defaults={"rest": ""}, methods=["GET", "POST"])
@blueprint.route("/<path:rest>", methods=["GET", "POST"])
def moved(rest: str) -> Response:
    """The same below /positions, for good and by the same method (308). Says nothing about whether it is there."""
    # Built from our own root, so that nothing in the address leads to another host.
    query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    path = f"{request.script_root}/positions/{request.path.removeprefix('/jobs').lstrip('/')}"
    return redirect(path + query, 308)
