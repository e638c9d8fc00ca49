"""The quick network beside the one it was made from."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from ml.core import registry
from ml.face import classifier, features, quantised


@pytest.fixture(scope="module")
def faces(portrait):
    grey = features.grey(portrait)
    points = features.landmarks(grey, features.detect(grey)[0])
    shifts = np.random.default_rng(2).normal(0, 3, (6, 1, 2))
    return np.stack([features.crop(grey, points + shift) for shift in shifts])


def test_it_says_nearly_the_same(faces):
    assert quantised.is_current(), "face_quick.onnx was made from other weights: python -m ml.training quantise"
    exact, near = classifier.probabilities(faces, mirror=False), quantised.probabilities(faces)
    assert near.shape == (6, 8) and np.allclose(near.sum(1), 1)
    assert np.abs(exact - near).mean() < 0.03
    assert quantised.probabilities(faces[:0]).shape == (0, 8)


@pytest.mark.parametrize("there", [True, False])
def test_what_was_made_from_other_weights_is_not_used(faces, there, tmp_path, monkeypatch):
    folder = registry.weights_folder()
    for name in ("face.json", "face.onnx", "face.keras", "face_familiarity.npz"):
        shutil.copy(folder / name, tmp_path / name)
    if there:
        (tmp_path / "face_quick.json").write_text(json.dumps({"of": "0" * 64, "files": {}}))
    monkeypatch.setenv("VIVA_WEIGHTS", str(tmp_path))
    assert not quantised.is_current()
    assert np.allclose(quantised.probabilities(faces), classifier.probabilities(faces, mirror=False))
