"""Readings as they were stored by every version so far, opened by this one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml.core.readings import (
    DELIVERY,
    READINGS,
    ContentReading,
    Estimate,
    FaceReading,
    FusedReading,
    RatersReading,
    SpeechReading,
    Track,
    open_reading,
)
from ml.core.stored import Stored, strict

#: By type and by what the shape did not know yet: one reading each, as its version wrote it.
SAMPLES: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("stored_readings.json").read_text("utf-8"))
TYPES: dict[str, type[Stored]] = {
    **READINGS,
    "fused": FusedReading,
    "content": ContentReading,
    "raters": RatersReading,
}
EVERY = [(kind, shape) for kind, shapes in SAMPLES.items() for shape in shapes]


@pytest.mark.parametrize(("kind", "shape"), EVERY, ids=[f"{kind} {shape}" for kind, shape in EVERY])
def test_every_shape_opens_and_loses_nothing(kind: str, shape: str):
    stored = SAMPLES[kind][shape]
    reading = TYPES[kind].from_json(stored)
    again = reading.to_json()
    assert again["schema_version"] == 2
    for name, value in stored.items():
        if isinstance(value, dict):
            assert value.items() <= again[name].items(), name
        else:
            assert again[name] == value, name
    assert TYPES[kind].from_json(again) == reading
    json.dumps(again, allow_nan=False)


def test_an_old_face_has_everything_that_a_new_one_has():
    face = open_reading("face", SAMPLES["face"]["before tracks"])
    assert isinstance(face, FaceReading)
    assert face.tracks == [] and face.mouth is None and face.state == "read" and face.blinks["covered"] == 0
    assert isinstance(face.track, Track) and isinstance(face.blinks["per_minute"], Estimate)
    assert all(isinstance(value, Estimate) for value in face.distribution.values())


def test_an_old_voice_has_every_fact_of_delivery():
    speech = open_reading("speech", SAMPLES["speech"]["before activity"])
    assert isinstance(speech, SpeechReading)
    assert set(DELIVERY) <= set(speech.delivery) and speech.delivery["loudness_rise_db"] is None
    assert speech.sure_seconds is None and speech.activity == []


def test_what_was_not_looked_for_is_not_nothing_found():
    assert FusedReading.from_json(SAMPLES["fused"]["before agreement"]).agreement is None
    assert FusedReading.from_json({**SAMPLES["fused"]["before schema versions"], "agreement": []}).agreement == []


def test_keys_of_a_later_version_are_left_out():
    later = {**SAMPLES["face"]["before schema versions"], "schema_version": 99, "gaze": [1, 2]}
    assert open_reading("face", later) == open_reading("face", SAMPLES["face"]["before schema versions"])


def test_what_is_no_reading_is_refused():
    with pytest.raises(ValueError, match="no FaceReading"):
        open_reading("face", {"labels": []})


def test_strict_json_has_no_numpy_and_no_nan():
    value = {"a": np.float32(1.5), "b": [float("nan"), np.int64(3)], "c": Estimate(np.inf, 0, 1, 2)}
    assert strict(value) == {"a": 1.5, "b": [None, 3], "c": {"value": None, "low": 0, "high": 1, "n": 2}}
