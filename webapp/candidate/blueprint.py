"""The views of this feature."""

from flask import Blueprint

blueprint = Blueprint("candidate", __name__)
