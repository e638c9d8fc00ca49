"""Made when somebody asks, kept under the reading's id, gone with the reading (as the face's maps are)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from ml.core.emotions import SPEECH_EMOTIONS
from webapp.analysis import readers
from webapp.core.pages import decimal, percent
from webapp.interviews.models import Answer
from webapp.reports.formatting import emotion
from webapp.saliency import cache

if TYPE_CHECKING:
    from ml.speech.explain import Explanation

STEP = 0.5  # s; stretches that begin closer together than this are one
LONGEST = 4.0  # s


def explain(analysis_id: str, answer: Answer, start: float, end: float, label: str) -> dict[str, Any]:
    """{figure, summary, probability, label, start, end, model} of a stretch in seconds.

    Raises SaliencyBusyError, Unreadable, MediaError and ModelMissing.
    """
    from ml.core import registry  # models are loaded by those who ask for explanations alone

    version = registry.version_of("speech").version
    first = round(start / STEP)
    last = first * STEP + min(end - start, LONGEST)
    return cache.get_or_compute(
        analysis_id,
        f"s{first}x{round((end - start) / STEP)}e{SPEECH_EMOTIONS.index(label)}",
        version,
        lambda: _make(answer, first * STEP, last, label),
    )


def _make(answer: Answer, start: float, end: float, label: str) -> dict[str, Any]:
    from ml.figures.timeline import explanation
    from ml.speech.explain import _excerpt, explain
    from ml.speech.features import log_mel
    from ml.speech.quality import band_centres

    with readers.recording_of(answer).local_path() as path:
        found = explain(path, start, end, label)
        figure = explanation(found, log_mel(_excerpt(path, start, end)), band_centres().tolist(), start)
    drawn = json.loads(figure.to_json())
    drawn["layout"].pop("template", None)
    return {
        "figure": drawn,
        "summary": summary(found),
        "probability": found.probability,
        "label": label,
        "start": found.start,
        "end": found.end,
    }


def summary(found: Explanation) -> list[str]:
    """The strongest pieces in words, for who cannot see the picture."""
    name = emotion(found.label)
    sentences = [
        _(
            "Between %(start)s and %(end)s s the model gives “%(expression)s” %(share)s.",
            start=decimal(found.start, 1),
            end=decimal(found.end, 1),
            expression=name,
            share=percent(found.probability),
        )
    ]
    pieces = [
        (value, first, last, low, high)
        for row, first, last in zip(found.values, found.times, found.times[1:], strict=False)
        for value, low, high in zip(row, found.bands, found.bands[1:], strict=False)
    ]
    most = sorted(pieces, key=lambda piece: -abs(piece[0]))[:3]
    if not most or not any(abs(piece[0]) >= 0.05 for piece in most):
        return [
            *sentences,
            _("No single part of the sound was decisive: turned down one by one, each changes almost nothing."),
        ]
    for value, first, last, low, high in most:
        if abs(value) < 0.05:
            continue
        place = {
            "first": decimal(first, 1),
            "last": decimal(last, 1),
            "low": f"{low / 1000:g}",
            "high": f"{high / 1000:g}",
        }
        if value > 0:
            sentences.append(_("%(first)s to %(last)s s, %(low)s to %(high)s kHz: evidence for it.", **place))
        else:
            sentences.append(_("%(first)s to %(last)s s, %(low)s to %(high)s kHz: evidence against it.", **place))
    return sentences
