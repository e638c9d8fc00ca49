"""Choosing the language of pages, on any page and signed in or not."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import abort, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from webapp.accounts.views.base import blueprint, safe_target
from webapp.core import events
from webapp.core.database import db
from webapp.core.translation import chosen_here, languages


@blueprint.post("/language")
def choose_language() -> Response:
    """Have pages be in a language (form field ``language``), and go back to the one that it was chosen on (``next``).

    It is kept in this browser, with the account of whoever is signed in, and with the invitation whose page it was.
    """
    name = request.form.get("language", "")
    if name not in languages():
        abort(400)
    chosen_here(name)
    if current_user.is_authenticated:
        current_user.language = name
    target = safe_target(request.form.get("next")) or _page_before() or url_for("pages.home")
    path = target.partition("?")[0]
    try:
        _endpoint, found = current_app.url_map.bind("").match(path, method="GET")
    except RequestRedirect:
        found = {}
    except HTTPException:  # a page that only answers a form
        target, found = url_for("pages.home"), {}
    if found:
        events.send(events.language_chosen, language=name, place=dict(found))
    db.session.commit()
    return redirect(target)


def _page_before() -> str | None:
    """The page that the browser says it was on: a page of an error does not repeat the address that was asked for."""
    before = urlsplit(request.referrer or "")
    return safe_target(before.path) if before.netloc == request.host else None
