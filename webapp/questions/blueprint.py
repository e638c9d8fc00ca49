"""The views of this feature."""

from flask import Blueprint

blueprint = Blueprint("questions", __name__, url_prefix="/questions")
