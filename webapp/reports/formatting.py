"""Numbers of readings in plain words, for the report's templates."""

from __future__ import annotations

from typing import Any

from flask import Flask

from ml.core.readings import Estimate, Track
from webapp.reports import fusion

#: How each emotion label of the models is named as an expression, in the order in which reports list them.
EMOTIONS = {
    "neutral": "Neutral",
    "calm": "Calm",
    "happy": "Happy",
    "surprise": "Surprised",
    "surprised": "Surprised",
    "sad": "Sad",
    "angry": "Angry",
    "disgust": "Disgusted",
    "fear": "Fearful",
    "fearful": "Fearful",
}
TRAITS = {
    "openness": ("Openness", "curious and inventive rather than consistent and cautious"),
    "conscientiousness": ("Conscientiousness", "organised and careful rather than easy-going"),
    "extraversion": ("Extraversion", "outgoing rather than reserved"),
    "agreeableness": ("Agreeableness", "trusting and helpful rather than critical"),
    "neuroticism": ("Neuroticism", "sensitive and worried rather than steady"),
}
MODALITIES = {"face": "Face", "speech": "Voice", "text": "Words"}
STATES = {
    "queued": "Waiting",
    "running": "Being read",
    "done": "Read",
    "not_done": "Not analysed",
    "failed": "Failed",
}


def init_app(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.filters.update(
        emotion=emotion, trait=trait, modality=modality, state_word=state_word, number=number, interval=interval
    )
    app.jinja_env.filters.update(fusion.filters())
    app.jinja_env.tests["overlapping"] = too_even


def emotion(label: str) -> str:
    """An emotion as the pages call it."""
    return EMOTIONS.get(label, label.capitalize())


def trait(name: str) -> str:
    """A trait as the pages call it."""
    return TRAITS.get(name, (name.capitalize(), ""))[0]


def modality(name: str) -> str:
    """A modality as the pages call it."""
    return MODALITIES.get(str(name), str(name).capitalize())


def state_word(state: str) -> str:
    """An analysis's state in a word."""
    return STATES.get(str(state), str(state))


def number(value: Any, digits: int = 1, unit: str = "") -> str:
    """A number with its unit and a true minus sign, or "not enough to tell"; what rounds to nought has no sign."""
    if not isinstance(value, int | float):  # None, or a key that this version of the model does not have
        return "not enough to tell"
    written = f"{value:z,.{digits}f}".replace("-", "−")
    return f"{written} {unit}" if unit else written


def interval(estimate: Estimate | None) -> str:
    """A share with its 95 % interval: "31 % (24 to 38 %)"; a single observation says nothing of the spread."""
    if estimate is None:
        return "not enough to tell"
    if estimate.n < 2:
        return f"{100 * estimate.value:.0f} % (too little for an interval)"
    return f"{100 * estimate.value:.0f} % ({100 * estimate.low:.0f} to {100 * estimate.high:.0f} %)"


def too_even(estimate: Estimate) -> bool:
    """Whether an interval holds one half: the reading says neither the upper nor the lower half."""
    return estimate.low <= 0.5 <= estimate.high


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
