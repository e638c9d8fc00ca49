"""Maps of single moments: made when somebody asks, kept under the reading's id, gone with the reading."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from flask_babel import gettext as _

from ml.core.errors import MediaError
from ml.core.readings import FaceReading
from webapp.core.storage import storage
from webapp.core.translation import translate_stored
from webapp.interviews.models import Answer
from webapp.reports.formatting import emotion
from webapp.saliency import cache

#: Moments closer together than this (seconds) are one.
STEP = 0.2


def moment(analysis_id: str, answer: Answer, reading: FaceReading, time: float) -> dict[str, Any]:
    """The map of one moment, from storage or made now.

    {time (s), model, same_model, faces, expressions: [{label, name, probability, words, alt, picture}, ...]}, the
    likeliest first, each ``picture`` a data URL. Raises SaliencyBusyError, MediaError, Unreadable, ModelMissing.
    """
    from ml.core import registry  # models are loaded by those who ask for maps alone

    version = registry.version_of("face").version
    tick = round(time / STEP)
    return cache.get_or_compute(
        analysis_id,
        str(tick),
        version,
        lambda: _make(answer, reading, tick * STEP) | {"same_model": version == reading.model.version},
    )


def _make(answer: Answer, reading: FaceReading, time: float) -> dict[str, Any]:
    from ml.core.emotions import FACE_EMOTIONS
    from ml.face import saliency

    with storage.local_path(_key(answer)) as path:
        seen = saliency.at(str(path), time, width=_width(reading))
    order = np.argsort(-seen.probabilities)
    return {
        "time": round(seen.time, 2),
        "faces": seen.faces,
        "plain": _url(np.repeat(seen.face[..., None], 3, axis=2)),
        "expressions": [
            _expression(
                FACE_EMOTIONS[i], float(seen.probabilities[i]), seen.words[i], saliency.picture(seen.face, seen.maps[i])
            )
            for i in order
        ],
    }


def _expression(label: str, probability: float, words: str, picture: np.ndarray) -> dict[str, Any]:
    words = ", ".join(translate_stored(place) for place in words.split(", ")) if words else words
    name = emotion(label)
    if words:
        alt = _(
            "The face at this moment with a map for %(expression)s. What supports it most: %(where)s.",
            expression=name,
            where=words,
        )
    else:
        alt = _(
            "The face at this moment with a map for %(expression)s. No part of the picture supports it.",
            expression=name,
        )
    return {
        "label": label,
        "name": name,
        "probability": round(probability, 3),
        "words": words,
        "alt": alt,
        "picture": _url(picture),
    }


def _key(answer: Answer) -> str:
    """The key of an answer's recording: the copy that seeks, else the bytes as they came.

    Raises MediaError (``missing``).
    """
    take = answer.kept_take
    recording = take.recording if take else None
    for key in (recording.playable_key, recording.original_key) if recording else ():
        if key and storage.exists(key):
            return key
    raise MediaError("missing", _("The recording of this answer is no longer stored, so no moment of it can be shown."))


def _width(reading: FaceReading) -> float | None:
    """How wide the face of the person read usually is, in pixels of the recording; None in earlier readings."""
    return next((float(track["median_box_px"]) for track in reading.tracks if track["candidate"]), None) or None


def _url(picture: np.ndarray) -> str:
    """An RGB picture as the data URL of a WebP."""
    import cv2

    done, data = cv2.imencode(".webp", picture[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, 80])
    if not done:
        raise RuntimeError("A picture cannot be encoded.")
    return "data:image/webp;base64," + base64.b64encode(data.tobytes()).decode("ascii")
