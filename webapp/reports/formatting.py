"""Numbers of readings in plain words, for the report's templates."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ml.core.naming import has_interval, is_open
from ml.core.readings import Estimate, Track
from webapp.core.pages import decimal, percent
from webapp.reports import fusion

#: How each emotion label of the models is named as an expression, in the order in which reports list them.
EMOTIONS = {
    "neutral": _l("Neutral"),
    "calm": _l("Calm"),
    "happy": _l("Happy"),
    "surprise": _l("Surprised"),
    "surprised": _l("Surprised"),
    "sad": _l("Sad"),
    "angry": _l("Angry"),
    "disgust": _l("Disgusted"),
    "contempt": _l("Contemptuous"),
    "fear": _l("Fearful"),
    "fearful": _l("Fearful"),
}
TRAITS = {
    "openness": (_l("Openness"), _l("curious and inventive rather than consistent and cautious")),
    "conscientiousness": (_l("Conscientiousness"), _l("organised and careful rather than easy-going")),
    "extraversion": (_l("Extraversion"), _l("outgoing rather than reserved")),
    "agreeableness": (_l("Agreeableness"), _l("trusting and helpful rather than critical")),
    "neuroticism": (_l("Neuroticism"), _l("sensitive and worried rather than steady")),
}
MODALITIES = {"face": _l("Face"), "speech": _l("Voice"), "text": _l("Words")}
STATES = {
    "queued": _l("Waiting"),
    "running": _l("Running"),
    "done": _l("Done"),
    "not_done": _l("Not analysed"),
    "failed": _l("Failed"),
}


def init_app(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.filters.update(
        emotion=emotion, trait=trait, modality=modality, state_word=state_word, number=number, interval=interval
    )
    app.jinja_env.filters.update(fusion.filters())
    app.jinja_env.tests["overlapping"] = is_open


def emotion(label: str) -> str:
    """An emotion as the pages call it."""
    return str(EMOTIONS.get(label, label.capitalize()))


def trait(name: str) -> str:
    """A trait as the pages call it."""
    return str(TRAITS.get(name, (name.capitalize(), ""))[0])


def modality(name: str) -> str:
    """A modality as the pages call it."""
    return str(MODALITIES.get(str(name), str(name).capitalize()))


def state_word(state: str) -> str:
    """An analysis's state in a word."""
    return str(STATES.get(str(state), str(state)))


def number(value: Any, digits: int = 1, unit: str = "") -> str:
    """A number with its unit and a true minus sign, or "not enough to tell"; what rounds to nought has no sign."""
    if not isinstance(value, int | float):  # None, or a key that this version of the model does not have
        return _("not enough data")
    written = decimal(value, digits)
    return f"{written} {unit}" if unit else written


def interval(estimate: Estimate | None) -> str:
    """A share with its 95 % interval: "31 % (24 to 38 %)"; a single observation says nothing of the spread."""
    if estimate is None:
        return _("not enough data")
    if not has_interval(estimate):
        return _("%(share)s (not enough data for an interval)", share=percent(estimate.value))
    return _(
        "%(share)s (%(low)s to %(high)s)",
        share=percent(estimate.value),
        low=decimal(100 * estimate.low),
        high=percent(estimate.high),
    )


def bins(track: Track, rows: int = 30) -> list[dict[str, Any]]:
    """A track as at most ``rows`` equal stretches of time: start and end in seconds, the most likely label and its mean
    probability (None where nothing could be read)."""
    times, probabilities, labels = track.times, track.probabilities, track.labels
    if not times:
        return []
    step = max(1.0, (times[-1] + 1e-6) / rows)
    table: dict[int, list[list[float]]] = {}
    for time, row in zip(times, probabilities, strict=True):
        table.setdefault(int(time // step), [])
        if row is not None:
            table[int(time // step)].append(row)
    result = []
    for index, found in sorted(table.items()):
        means = [sum(column) / len(found) for column in zip(*found, strict=True)] if found else []
        best = max(range(len(means)), key=means.__getitem__) if means else None
        result.append(
            {
                "start": index * step,
                "end": (index + 1) * step,
                "label": None if best is None else labels[best],
                "value": None if best is None else means[best],
            }
        )
    return result
