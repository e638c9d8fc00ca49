"""The blueprint of a candidate's own data."""

from flask import Blueprint

blueprint = Blueprint("own_data", __name__, url_prefix="/interview/<interview_id>/data")
