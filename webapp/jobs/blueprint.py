"""The views of this feature."""

from flask import Blueprint

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")
