"""A logo and colours, for pages that candidates see without signing in."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from webapp.core.storage import storage
from webapp.employer import operations
from webapp.employer.colours import shades
from webapp.employer.models import EmployerPage

blueprint = Blueprint("employer_public", __name__, url_prefix="/employers/<token>")


def _page(token: str) -> EmployerPage:
    return operations.page_of_token(token) or abort(404)


@blueprint.get("/logo.png")
def logo(token: str) -> Response:
    """The logo; 404 where there is none."""
    page = _page(token)
    picture = storage.read(page.logo_key) if page.logo else None
    return _kept(Response(picture, mimetype="image/png")) if picture else abort(404)


@blueprint.get("/colours.css")
def style(token: str) -> Response:
    """The accent of light and of dark pages, with enough contrast in both."""
    page = _page(token)
    rules = [
        f'[data-bs-theme="{theme}"] {{ --viva-accent: {shade.accent}; --viva-accent-ink: {shade.ink}; '
        f"--viva-accent-soft: {shade.soft}; }}"
        for theme, shade in (shades(page.colour) if page.colour else {}).items()
    ]
    return _kept(Response("\n".join(rules) + "\n", mimetype="text/css"))


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response
