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
    leads back to, and what is said once the clip was taken off (empty: nothing)."""

    heading: str
    lead: str
    back: operations.Use
    taken_off: str = ""
    quote: str = ""
    #: The clip by itself.
    label: str = ""
    #: Which sign language it is in, as it was named; None where it is not in one.
    signed: str | None = None


def take(place: Place, present: Clip | None, keep: Callable[[Clip | None], str]) -> Response | str | tuple[str, int]:
    """The page, or what its form did. Commits.

    :param keep: gets the new clip, or None where it was taken off, and says at which address that is seen. May raise
        ClipError.
    """
    error = ""
    if request.method == "POST":
        given = request.files.get("clip")
        stream = given.stream if given else None
        try:
            made = None if "remove" in request.form else operations.receive(stream, by=current_user)
            address = keep(made)
        except operations.ClipError as refused:
            db.session.rollback()
            error = str(refused)
        else:
            db.session.commit()
            if made is not None and place.signed is None:  # what is signed has no captions to correct there
                return redirect(url_for("clips.show", clip_id=made.id))
            if made is None and place.taken_off:
                flash(place.taken_off, "success")
            return redirect(address)
    page = render_template("clips/record.html", place=place, clip=present, error=error)
    return (page, 422) if error else page
