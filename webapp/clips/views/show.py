"""A clip's page for whoever edits what shows it: how far it is, and its captions."""

from __future__ import annotations

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ml.core.errors import VivaError
from webapp.accounts.models import Role
from webapp.clips import operations
from webapp.clips.models import Clip
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.core.translation import NAMES, languages, translate_stored

blueprint = Blueprint("clips", __name__, url_prefix="/clips")

_admin = require_role(Role.ADMIN)


def _load(clip_id: str) -> Clip:
    return db.session.get(Clip, clip_id) or abort(404)


def _page(clip: Clip, error: str = "") -> str:
    return render_template(
        "clips/show.html",
        clip=clip,
        use=operations.use_of(clip),
        error=error,
        languages={name: NAMES[name] for name in languages()},
        longest=operations.LONGEST_TEXT,
    )


@blueprint.get("/<clip_id>")
@_admin
def show(clip_id: str) -> str:
    """The clip and its captions."""
    return _page(_load(clip_id))


@blueprint.get("/<clip_id>/state")
@_admin
def state(clip_id: str) -> Response:
    """How far a worker is, as JSON, for the page to load itself again."""
    clip = _load(clip_id)
    return jsonify(state=clip.state.value, captions=clip.caption_state.value, reason=translate_stored(clip.reason))


@blueprint.post("/<clip_id>/captions")
@_admin
def captions(clip_id: str) -> Response | tuple[str, int]:
    """Corrected lines, a file, typed words, or that nothing is spoken: whichever button was pressed."""
    clip = _load(clip_id)
    language = request.form.get("language", "")
    language = language if language in languages() else ""
    given = request.files.get("file")
    try:
        if "silent" in request.form:
            operations.confirm_silent(clip)
        elif given is not None and given.filename:
            content = given.stream.read(operations.LONGEST_TEXT * 10 + 1)
            operations.give_captions(clip, content, language=language)
        elif "text" in request.form:
            operations.give_captions(clip, request.form["text"], language=language)
        else:
            operations.correct_captions(clip, request.form.getlist("line"))
    except (operations.ClipError, VivaError) as refused:
        db.session.rollback()
        return _page(_load(clip_id), str(refused)), 422
    db.session.commit()
    flash(_("Saved. Candidates see it with these captions.") if clip.captions else _("Saved."), "success")
    use = operations.use_of(clip)
    return redirect(use.url if use else url_for("clips.show", clip_id=clip.id))
