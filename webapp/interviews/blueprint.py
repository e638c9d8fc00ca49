"""The views of this feature."""

from flask import Blueprint

blueprint = Blueprint("interviews", __name__)
