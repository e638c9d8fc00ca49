"""How accessible Viva is: a page for everybody."""

from __future__ import annotations

from flask import Blueprint, render_template

blueprint = Blueprint("accessibility", __name__, url_prefix="/accessibility")


@blueprint.get("")
def statement() -> str:
    """What Viva conforms to, what it does not, how that was found out, and what to do about a barrier."""
    return render_template("employer/accessibility.html")
