"""A clip and its captions, by an address that a page which may show it was given."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from ml.media.containers import media_type
from ml.transcripts.captions import to_vtt
from webapp.clips import operations
from webapp.clips.models import Clip
from webapp.core.storage import storage

blueprint = Blueprint("clips_public", __name__, url_prefix="/clips/<token>")


def _clip(token: str) -> Clip:
    return operations.of_token(token) or abort(404)


@blueprint.get("/media")
def media(token: str) -> Response:
    """The video or sound, whole or in ranges."""
    clip = _clip(token)
    kind = media_type(f".{clip.suffix}", has_video=bool(clip.has_video))
    try:
        response = storage.send(clip.key, mimetype=kind, max_age=0)
    except FileNotFoundError:
        abort(404)
    response.headers["Content-Security-Policy"] = "default-src 'none'; media-src 'self'; sandbox"
    return response


@blueprint.get("/captions.vtt")
def captions(token: str) -> Response:
    """What is said, as WebVTT; 404 where nothing is spoken."""
    clip = _clip(token)
    words = clip.words or abort(404)
    response = Response(to_vtt(words, clip.seconds), mimetype="text/vtt")
    response.headers["Cache-Control"] = "private, no-store"
    return response
