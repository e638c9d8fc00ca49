"""The figures of the shipped model on labelled faces."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ml.core.emotions import FACE_EMOTIONS, SEVEN
from ml.core.errors import ModelMissing
from ml.core.naming import LEAST_PROBABILITY
from ml.training.face.evaluate import evaluate


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    random = np.random.default_rng(1)
    y = np.repeat(np.arange(7), [5, 0, 4, 6, 5, 5, 5]).astype(np.int8)
    x = random.integers(0, 256, (30, 48, 48), dtype=np.uint8)
    np.savez(tmp_path / "faces.npz", x=x, y=y, classes=np.array(SEVEN))
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
    order = ["neutral", "surprise", "sad", "Happy", "fear", "angry", "disgust"]
    renamed = np.array([[name.lower() for name in order].index(SEVEN[label]) for label in y])
    np.savez(tmp_path / "other.npz", x=x[..., None], y=renamed, classes=np.array(order))
    assert evaluate(tmp_path / "other.npz") == evaluate(faces)


def test_a_face_is_one_of_the_classes_that_its_file_has(faces: Path, tmp_path: Path) -> None:
    with np.load(faces) as file:
        x, y = file["x"][:20], file["y"][:20]
    order = [name for name in SEVEN if name != "disgust"]
    renamed = np.array([order.index(SEVEN[label]) for label in y])
    np.savez(tmp_path / "six.npz", x=x, y=renamed, classes=np.array(order))
    found = evaluate(tmp_path / "six.npz")
    assert found["among"] == order and found["labels"] == list(SEVEN)
    assert np.array(found["confusion_matrix"])[:, SEVEN.index("disgust")].sum() == 0


def test_what_is_no_faces_file_is_said(tmp_path: Path, faces: Path) -> None:
    with pytest.raises(FileNotFoundError, match="There is no file"):
        evaluate(tmp_path / "none.npz")
    np.savez(tmp_path / "no_y.npz", x=np.zeros((1, 48, 48)))
    with pytest.raises(ValueError, match="x, y and classes"):
        evaluate(tmp_path / "no_y.npz")
    np.savez(tmp_path / "strange.npz", x=np.zeros((1, 48, 48)), y=[0], classes=np.array(["bored"]))
    with pytest.raises(ValueError, match="bored"):
        evaluate(tmp_path / "strange.npz")


def test_rows_of_other_classes_are_left_out_and_counted(faces: Path, tmp_path: Path) -> None:
    """A file with a class that nobody reads is read all the same, its other rows as if they were alone."""
    with np.load(faces) as file:
        x, y, classes = file["x"], file["y"], file["classes"]
    more = np.concatenate([x, x[:3]]), np.concatenate([y, np.full(3, 7, y.dtype)])
    np.savez(tmp_path / "eight.npz", x=more[0], y=more[1], classes=np.append(classes, "bored"))
    found = evaluate(tmp_path / "eight.npz")
    assert found.pop("ignored_classes") == {"bored": 3}
    expected = evaluate(faces)
    assert expected.pop("ignored_classes") == {}
    assert found == expected


def test_contempt_is_measured_where_a_file_has_it(faces: Path, tmp_path: Path) -> None:
    with np.load(faces) as file:
        x, y, classes = file["x"], file["y"], file["classes"]
    eight = {"x": np.concatenate([x, x[:3]]), "y": np.concatenate([y, np.full(3, 7, y.dtype)])}
    np.savez(tmp_path / "eight.npz", classes=np.append(classes, "contempt"), **eight)
    found = evaluate(tmp_path / "eight.npz")
    assert found["labels"] == list(FACE_EMOTIONS) and found["head"] == "votes" and found["ignored_classes"] == {}
    assert found["per_class_n"]["contempt"] == 3 and 0 <= found["per_class_recall"]["contempt"] <= 1


def test_what_is_told_of_faces_is_counted_and_drawings_are_not(faces: Path, tmp_path: Path) -> None:
    result = evaluate(faces)["selective"]
    assert result["threshold"] == LEAST_PROBABILITY and 0 <= result["coverage"] <= 1 and result["n"] <= 30
    if result["coverage"] < 0.05:
        assert result["accuracy"] is None
    drawn = np.full((30, 48, 48), 200, np.uint8)
    drawn[:, 10:20, 10:38] = drawn[:, 30:36, 14:34] = 30
    with np.load(faces) as file:
        np.savez(tmp_path / "drawn.npz", x=drawn, y=file["y"], classes=file["classes"])
    assert evaluate(tmp_path / "drawn.npz")["selective"] == {
        "threshold": LEAST_PROBABILITY,
        "coverage": 0.0,
        "accuracy": None,
        "n": 0,
    }


@pytest.mark.full
def test_the_same_faces_in_other_dress_give_the_same_figures(faces: Path, tmp_path: Path) -> None:
    expected = evaluate(faces)
    with np.load(faces) as file:
        x, y, classes = file["x"], file["y"], file["classes"]
    others = {
        "scaled": {"x": x.astype(np.float32) / 255},
        "floats": {"x": x.astype(np.float64), "y": y.astype(np.float32)},
        "channel": {"x": x[:, None], "y": y[:, None].astype(np.int64)},
        "bytes": {"classes": classes.astype("S")},
        "names": {"y": classes[y]},
        "one_more": {"classes": np.append(classes, "bored")},
        "synonyms": {
            "classes": np.array(["Anger", "disgusted", "fearful", "happy", "sadness", "surprised", "neutral"])
        },
    }
    for name, changed in others.items():
        np.savez(tmp_path / f"{name}.npz", **({"x": x, "y": y, "classes": classes} | changed))
        assert evaluate(tmp_path / f"{name}.npz") == expected, name


def test_names_of_ferplus_ask_for_the_head_of_its_votes(faces: Path, tmp_path: Path) -> None:
    with np.load(faces) as file:
        x, y = file["x"], file["y"]
    names = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"]
    np.savez(tmp_path / "votes.npz", x=x, y=y, classes=np.array(names))
    found = evaluate(tmp_path / "votes.npz")
    assert found["head"] == "votes"
    assert found["accuracy"] == found["accuracy_by_head"]["votes"]


def test_copies_of_training_faces_are_told_apart(faces: Path, tmp_path: Path) -> None:
    plain = evaluate(faces)
    assert "accuracy_without_copies" not in plain
    np.savez(tmp_path / "faces_duplicates.npz", exact_dup_in_train=np.arange(30) < 10)
    result = evaluate(faces)
    assert result["n"] == 30 and result["n_without_copies"] == 20
    assert result["accuracy"] == plain["accuracy"]
    assert 0 <= result["accuracy_without_copies"] <= 1


def test_a_folder_stands_for_its_only_faces_file(faces: Path, tmp_path: Path) -> None:
    assert evaluate(tmp_path)["n"] == 30
    (tmp_path / "second.npz").write_bytes(faces.read_bytes())
    with pytest.raises(FileNotFoundError, match="Give a faces"):
        evaluate(tmp_path)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"y": np.array([0, 1, -1])}, "whole numbers from 0 to 6"),
        ({"y": np.array([0, 1, 7])}, "whole numbers from 0 to 6"),
        ({"y": np.array([0, 1, 0.5])}, "whole numbers from 0 to 6"),
        ({"y": np.array([0, 1])}, "3 faces in x, but 2 labels"),
        ({"y": np.eye(7)[:3]}, "one label a face"),
        ({"x": np.full((3, 48, 48), np.nan)}, "grey levels from 0 to 255"),
        ({"x": np.full((3, 48, 48), -1)}, "grey levels from 0 to 255"),
        ({"x": np.zeros((3, 48, 48, 3), np.uint8)}, r"must be \(N, 48, 48\)"),
    ],
)
def test_what_would_be_scored_wrongly_is_refused(tmp_path: Path, changed: dict, words: str) -> None:
    right = {"x": np.zeros((3, 48, 48), np.uint8), "y": np.zeros(3, int), "classes": np.array(SEVEN)}
    np.savez(tmp_path / "faces.npz", **(right | changed))
    with pytest.raises(ValueError, match=words):
        evaluate(tmp_path / "faces.npz")


def test_a_damaged_file_is_said(faces: Path, tmp_path: Path) -> None:
    content = faces.read_bytes()
    (tmp_path / "cut.npz").write_bytes(content[: len(content) // 2])
    (tmp_path / "bad.npz").write_bytes(content[:3000] + bytes(500) + content[3500:])
    np.save(tmp_path / "array.npy", np.zeros(3))
    for name, words in (("cut.npz", "cut off"), ("bad.npz", "damaged"), ("array.npy", r"no \.npz file")):
        with pytest.raises(ValueError, match=words):
            evaluate(tmp_path / name)


def test_missing_weights(faces: Path, no_weights: Path) -> None:
    with pytest.raises(ModelMissing):
        evaluate(faces)


@pytest.mark.full
def test_public_test(real_data: Path, tmp_path: Path) -> None:
    with np.load(real_data / "faces" / "fer2013_public.npz") as file:
        np.savez(tmp_path / "some.npz", x=file["x"][:1000], y=file["y"][:1000], classes=file["classes"])
    result = evaluate(tmp_path / "some.npz")
    assert result["accuracy"] > 0.62
    assert result["expected_calibration_error"] < 0.06
