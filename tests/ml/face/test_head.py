"""The last layer, taught anew, and the temperatures."""

from __future__ import annotations

import numpy as np
import pytest

from ml.face import calibration
from ml.face.classifier import softmax
from ml.readings import FACE_EMOTIONS
from ml.statistics import expected_calibration_error


@pytest.fixture(scope="module")
def model():
    pytest.importorskip("keras", reason="Keras trains the model; only serving works without it")
    from ml.face.model import build

    return build(stem=8, width=16, middle=0, exit_channels=32)


def test_only_the_labels_head_is_taught_and_it_learns(model) -> None:
    from ml.face.head import features, refit

    random = np.random.default_rng(0)
    y = np.arange(140) % len(FACE_EMOTIONS)
    # faces that differ by how bright their halves are: something a random network's features tell
    faces = random.integers(0, 40, (140, 48, 48)) + (y * 25)[:, None, None]
    faces[y % 2 == 1, :24] //= 2
    faces = faces.clip(0, 255).astype(np.uint8)
    before = {layer.name: [w.copy() for w in layer.get_weights()] for layer in model.layers}
    refit(model, faces, y)
    changed = {
        layer.name
        for layer in model.layers
        if any(not np.array_equal(a, b) for a, b in zip(before[layer.name], layer.get_weights(), strict=True))
    }
    assert changed == {"labels"}
    import keras

    seen = features(keras.Model(model.inputs, model.get_layer("pool").output), faces)
    old, new = (
        -np.log(softmax(seen @ kernel + bias)[np.arange(140), y]).mean()
        for kernel, bias in (before["labels"], model.get_layer("labels").get_weights())
    )
    assert new < 0.9 * old


def test_the_temperature_undoes_what_makes_a_model_too_sure() -> None:
    random = np.random.default_rng(1)
    logits = random.normal(0, 2, (4000, 7))
    truth = np.array([random.choice(7, p=row) for row in softmax(logits)])
    assert calibration.fit(3 * logits, truth) == pytest.approx(3, abs=0.2)
    p = calibration.cross_fitted(3 * logits, truth)
    assert expected_calibration_error(p, truth) < 0.03 < expected_calibration_error(softmax(3 * logits), truth)
