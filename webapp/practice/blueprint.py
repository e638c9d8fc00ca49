"""The views of this feature."""

from flask import Blueprint

blueprint = Blueprint("practice", __name__, url_prefix="/practice")


@blueprint.get("/")
def index() -> str:
    return ""
