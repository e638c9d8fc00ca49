"""The page on which a clip is recorded, uploaded or taken off, for each feature that shows one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.clips import operations
from webapp.clips.models import Clip
from webapp.core.database import db


@dataclass(frozen=True)
class Place:
    """Where a clip is to be shown, in words: the page's heading, what is said below it and of which words, where it
    leads back to, and what is said once the clip was taken off."""

    heading: str
    lead: str
    back: operations.Use
    taken_off: str
    after: str
    quote: str = ""
    #: The clip by itself.
    label: str = ""


def take(place: Place, present: Clip | None, keep: Callable[[Clip | None], object]) -> Response | str | tuple[str, int]:
    """The page, or what its form did: ``keep`` gets the new clip, or None where it was taken off. Commits."""
    error = ""
    if request.method == "POST" and "remove" in request.form:
        keep(None)
        db.session.commit()
        flash(place.taken_off, "success")
        return redirect(place.after)
    if request.method == "POST":
        given = request.files.get("clip")
        try:
            made = operations.receive(given.stream if given else None, by=current_user)
        except operations.ClipError as refused:
            db.session.rollback()
            error = str(refused)
        else:
            keep(made)
            db.session.commit()
            return redirect(url_for("clips.show", clip_id=made.id))
    page = render_template("clips/record.html", place=place, clip=present, error=error)
    return (page, 422) if error else page
