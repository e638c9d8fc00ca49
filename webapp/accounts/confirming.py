"""What admins do to others asks for their own password again, where that was long ago."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from webapp.accounts import sessions


def confirmed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Send whoever has not given their password lately to do so; they come back to the page they were on."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if sessions.is_confirmed(current_user):
            return view(*args, **kwargs)
        if request.method == "GET":
            back = request.full_path.rstrip("?")
        else:
            back = _page_of(request.path, (request.view_args or {}).get("user_id"))
            flash(_("Confirm it is you, then try again. Nothing has been changed yet."), "info")
        return redirect(url_for("accounts.confirm", next=back))

    return guarded


def _page_of(path: str, user_id: str | None) -> str:
    """The page on which somebody tried to do something that has to be confirmed."""
    if path.startswith("/profile"):
        return url_for("accounts.two_step")
    return url_for("accounts.person", user_id=user_id) if user_id else url_for("accounts.people")
