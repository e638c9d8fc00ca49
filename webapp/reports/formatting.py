"""Numbers of readings in plain words, for the report's templates."""

from __future__ import annotations

from typing import Any

from flask import Flask

from ml.core.formatting import interval, number
from ml.core.naming import is_open
from ml.core.readings import Track
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
    app.jinja_env.tests["overlapping"] = is_open


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
