"""The views of this feature."""

from flask import Blueprint

blueprint = Blueprint("recordings", __name__, url_prefix="/recordings")
