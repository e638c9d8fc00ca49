"""The figures of the shipped model on labelled faces."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ml.errors import ModelMissing
from ml.face.evaluate import evaluate
from ml.readings import FACE_EMOTIONS


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    random = np.random.default_rng(1)
    y = np.repeat(np.arange(7), [5, 0, 4, 6, 5, 5, 5]).astype(np.int8)
    x = random.integers(0, 256, (30, 48, 48), dtype=np.uint8)
    np.savez(tmp_path / "faces.npz", x=x, y=y, classes=np.array(FACE_EMOTIONS))
    return tmp_path / "faces.npz"


def test_the_figures_are_json_and_fit_together(faces: Path) -> None:
    result = json.loads(json.dumps(evaluate(faces)))
    matrix = np.array(result["confusion_matrix"])
    assert result["n"] == 30 == matrix.sum()
    assert matrix.sum(1).tolist() == [5, 0, 4, 6, 5, 5, 5]
    assert result["accuracy"] == pytest.approx(np.trace(matrix) / 30)
    recalls = result["per_class_recall"]
    assert recalls["disgust"] is None
    assert result["uar"] == pytest.approx(np.mean([r for r in recalls.values() if r is not None]))
    assert 0 <= result["expected_calibration_error"] <= 1
    assert result["model_version"].startswith("face-")


def test_classes_are_matched_by_name(faces: Path, tmp_path: Path) -> None:
    with np.load(faces) as file:
        x, y = file["x"], file["y"]
    order = ["neutral", "surprise", "sad", "Happy", "fear", "angry"]  # disgust has no rows
    renamed = np.array([[name.lower() for name in order].index(FACE_EMOTIONS[label]) for label in y])
    np.savez(tmp_path / "other.npz", x=x[..., None], y=renamed, classes=np.array(order))
    assert evaluate(tmp_path / "other.npz") == evaluate(faces)


def test_what_is_no_faces_file_is_said(tmp_path: Path, faces: Path) -> None:
    with pytest.raises(FileNotFoundError, match="There is no file"):
        evaluate(tmp_path / "none.npz")
    np.savez(tmp_path / "no_y.npz", x=np.zeros((1, 48, 48)))
    with pytest.raises(ValueError, match="x, y and classes"):
        evaluate(tmp_path / "no_y.npz")
    np.savez(tmp_path / "strange.npz", x=np.zeros((1, 48, 48)), y=[0], classes=np.array(["bored"]))
    with pytest.raises(ValueError, match="bored"):
        evaluate(tmp_path / "strange.npz")


def test_missing_weights(faces: Path, no_weights: Path) -> None:
    with pytest.raises(ModelMissing):
        evaluate(faces)


def test_public_test(real_data: Path, tmp_path: Path) -> None:
    with np.load(real_data / "faces" / "fer2013_public.npz") as file:
        np.savez(tmp_path / "some.npz", x=file["x"][:1000], y=file["y"][:1000], classes=file["classes"])
    result = evaluate(tmp_path / "some.npz")
    assert result["accuracy"] > 0.62
    assert result["expected_calibration_error"] < 0.06
