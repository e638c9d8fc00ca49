"""The views of this feature."""

from flask import Blueprint

blueprint = Blueprint("analysis", __name__, url_prefix="/analysis")
