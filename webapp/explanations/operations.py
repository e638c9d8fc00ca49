"""Made when somebody asks, kept under the reading's id, gone with the reading (as the face's maps are)."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from typing import Any

from ml.readings import SPEECH_EMOTIONS
from webapp import storage
from webapp.analysis import readers
from webapp.analysis.readers import plain
from webapp.interviews.models import Answer
from webapp.policy import Modality
from webapp.reports.words import emotion

#: Where they lie in storage, with the pictures of the face: whatever deletes a reading deletes all of its kind.
KIND = "maps"
STEP = 0.5  # s; stretches that begin closer together than this are one
LONGEST = 4.0  # s
KEPT = 60
PATIENCE = 10.0  # s that a request waits for another that computes: one at a time takes the server's processor

_one_at_a_time = threading.Lock()


class Busy(Exception):
    """Somebody else's is being made; try again."""


def explain(analysis_id: str, answer: Answer, start: float, end: float, label: str) -> dict[str, Any]:
    """{figure, summary, probability, label, start, end, model} of a stretch in seconds.

    Raises Busy, Unreadable, MediaError and ModelMissing.
    """
    from ml import registry  # models are loaded by those who ask for explanations alone

    version = registry.version_of("speech").version
    first = round(start / STEP)
    key = f"{KIND}/{analysis_id}-s{first}x{round((end - start) / STEP)}e{SPEECH_EMOTIONS.index(label)}.json"
    kept = storage.read(key)
    if kept is not None and (found := json.loads(kept))["model"] == version:
        return found
    if not _one_at_a_time.acquire(timeout=PATIENCE):
        raise Busy
    try:
        path = readers.source_of(answer, Modality.SPEECH)
        found = _make(path, first * STEP, first * STEP + min(end - start, LONGEST), label) | {"model": version}
    finally:
        _one_at_a_time.release()
    storage.write(key, json.dumps(found).encode())
    for old in storage.keys_of(KIND, analysis_id)[:-KEPT]:
        storage.delete(old)
    return found


def _make(path: str, start: float, end: float, label: str) -> dict[str, Any]:
    from ml.figure_together import explanation
    from ml.speech.explain import _excerpt, explain
    from ml.speech.features import log_mel
    from ml.speech.quality import band_centres

    found = plain(asdict(explain(path, start, end, label)))
    figure = explanation(found, log_mel(_excerpt(path, start, end)), band_centres().tolist(), start)
    drawn = json.loads(figure.to_json())
    drawn["layout"].pop("template", None)
    return {
        "figure": drawn,
        "summary": summary(found),
        "probability": found["probability"],
        "label": label,
        "start": found["start"],
        "end": found["end"],
    }


def summary(found: dict[str, Any]) -> list[str]:
    """The strongest pieces in words, for who cannot see the picture."""
    name = emotion(found["label"]).lower()
    sentences = [
        f"Between {found['start']:.1f} and {found['end']:.1f} s the model gives “{name}” "
        f"{100 * found['probability']:.0f} %."
    ]
    pieces = [
        (value, first, last, low, high)
        for row, first, last in zip(found["values"], found["times"], found["times"][1:], strict=False)
        for value, low, high in zip(row, found["bands"], found["bands"][1:], strict=False)
    ]
    most = sorted(pieces, key=lambda piece: -abs(piece[0]))[:3]
    if not most or not any(abs(piece[0]) >= 0.05 for piece in most):
        return [
            *sentences,
            "No single piece of the sound decided it: turned down one by one, each changes next to nothing.",
        ]
    for value, first, last, low, high in most:
        if abs(value) < 0.05:
            continue
        side = "for" if value > 0 else "against"
        sentences.append(f"{first:.1f} to {last:.1f} s, {low / 1000:g} to {high / 1000:g} kHz spoke {side} it.")
    return sentences
