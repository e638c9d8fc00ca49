"""Viva on a home screen or in a window of its own: its manifest, and the page for when there is no network.

What a browser keeps for that time is this one page with its styles and its script. It names nobody, and nothing of a
person's page is ever kept: the service worker (``js/pages/service_worker.js``) asks the network for all else.
"""

from __future__ import annotations

import json

from flask import Blueprint, current_app, render_template, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.core.pages import built_file

blueprint = Blueprint("installing", __name__)

#: Edges in pixels that Chromium asks for: icon.svg with ground on all sides, so that a launcher may cut a circle.
SIZES = (192, 512)
ACCENT, GROUND = "#0d6b62", "#f6f5f1"


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """What a browser needs to know to install Viva (W3C's Web Application Manifest), in the reader's language."""
    icons = [
        {
            "src": url_for("static", filename=f"icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in SIZES
        for purpose in ("any", "maskable")
    ]
    described = {
        "id": "/",
        "name": _("Viva"),
        "short_name": _("Viva"),
        "description": _("Interviews people can trust"),
        "start_url": url_for("pages.home"),
        "scope": "/",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": ACCENT,
        "icons": icons,
    }
    return current_app.response_class(json.dumps(described), mimetype="application/manifest+json")


@blueprint.get("/service-worker.js")
def service_worker() -> Response:
    """The service worker, at the root so that it may answer for every page; browsers ask anew each time."""
    response = send_file(built_file("service_worker.js"), mimetype="text/javascript", max_age=0)
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/offline")
def offline() -> str:
    """What opens without a network, in the language of whoever loaded it while there was one."""
    return render_template("offline.html")
