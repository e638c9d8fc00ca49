"""How near the shipped models come to the raters of interviews (or of clips)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ml.core import registry
from ml.interview import invite, model
from ml.interview.model import RATINGS
from ml.training.interview import rated
from ml.training.interview.data import find, fingerprint, read_clips, read_interviews, rows_of
from ml.training.interview.scores import merit


def evaluate(data: Path) -> dict[str, Any]:
    """Rate every interview of a .csv.gz with its prosody beside it, or every clip of First Impressions.

    ``overall`` and ``excited`` are the full model's (words and Praat's prosody), ``product`` those of the model that
    the report shows, each {r, r_interval, mae, mae_interval, mae_of_the_mean, n, groups} with intervals over
    students. ``trained_on`` counts rows that the model was trained on, ``warning`` says so; ``cross_validated`` are
    the figures on the training students, each predicted without their own interviews. For clips: ``invite``.

    Raises ValueError and FileNotFoundError where the data are not what they should be, ModelMissing.
    """
    card = registry.describe("interview")
    result: dict[str, Any]
    base = {"model_version": card["version"], "cross_validated": card["figures"]}
    if data.is_file() and "video" in (rows_of(data) or [{}])[0]:
        clips = read_clips(data)
        fitted = invite.load(registry.file_of("interview", invite.FILE))
        seen = set(fitted.seen.tolist())
        known = [invite.fingerprint(text) in seen for text in clips.texts]
        result = {**base, "n": len(clips.texts), "trained_on": sum(known)}
        result["invite"] = merit(fitted.predict(clips.texts), clips.invite, clips.videos, 300)
        return result | _warning(known, "clips")
    interviews = read_interviews(find(data, "mit_interviews"))
    models = model.load(registry.file_of("interview", model.FILE))
    result = {**base, "n": len(interviews), "students": len(set(interviews.students))}
    for name, rows in (("full", rated.full_rows(interviews)), ("product", rated.product_rows(interviews))):
        predicted = models[name].predict(rows)
        figures = {
            rating: merit(predicted[:, i], interviews.ratings[:, i], interviews.students)
            for i, rating in enumerate(RATINGS)
        }
        result |= figures if name == "full" else {name: figures}
    seen = set(card["trained_on"])
    known = [fingerprint(turns) in seen for turns in interviews.turns]
    result["trained_on"] = sum(known)
    result["trained_on_participants"] = [name for name, was in zip(interviews.participants, known, strict=True) if was]
    return result | _warning(known, "interviews")


def _warning(known: list[bool], what: str) -> dict[str, str]:
    if not any(known):
        return {}
    return {
        "warning": f"{sum(known)} of these {len(known)} {what} were trained on: the figures are too good for them. "
        "See cross_validated."
    }
