"""The network, its training loop and its export."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest

from ml.core import registry
from ml.core.emotions import FACE_EMOTIONS, SEVEN
from ml.face import classifier
from ml.training.face import data


@pytest.fixture(scope="module")
def faces() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (5, 48, 48), dtype=np.uint8)


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


@pytest.mark.parametrize("head", ["labels", "votes"])
def test_the_exported_graph_is_the_keras_model(keras, faces: np.ndarray, head: str) -> None:
    model = keras.models.load_model(registry.file_of("face", "face.keras"))
    images = faces.astype(np.float32)
    direct = model.predict_on_batch(images[..., None])[head]
    assert np.abs(classifier.logits(faces, head=head, mirror=False)[:, : direct.shape[1]] - direct).max() < 1e-3


def test_the_model_is_small_and_separable(keras) -> None:
    from ml.training.face.model import LAST_MAP, build

    model = build()
    assert model.count_params() < 5_000_000
    assert sum(isinstance(layer, keras.layers.DepthwiseConv2D) for layer in model.layers) >= 10
    assert model.get_layer(LAST_MAP).output.shape[1:] == (6, 6, 512)


def test_smaller_pictures_take_the_same_weights(keras) -> None:
    from ml.training.face.model import build

    assert [w.shape for w in build(40).get_weights()] == [w.shape for w in build().get_weights()]


def test_both_layouts_take_the_same_weights(keras) -> None:
    from ml.training.face.model import build
    from ml.training.face.norm import FusedBatchNormalization

    plain = [w.shape for w in build().get_weights()]
    assert plain == [w.shape for w in build(norm=FusedBatchNormalization, data_format="channels_first").get_weights()]


def test_probabilities_add_up_and_do_not_depend_on_the_batch(faces: np.ndarray) -> None:
    p = classifier.probabilities(faces)
    assert p.shape == (5, 8)
    assert np.allclose(p.sum(1), 1)
    many = classifier.probabilities(np.concatenate([faces] * 15))
    assert np.allclose(many[-5:], p, atol=1e-5)
    assert np.allclose(classifier.probabilities(faces[:, :, ::-1]), p, atol=1e-5)  # mirrored
    assert classifier.probabilities(faces[:0]).shape == (0, 8)


def test_a_task_masks_the_classes_that_it_lacks(faces: np.ndarray) -> None:
    among = np.array([name in ("happy", "sad") for name in FACE_EMOTIONS])
    p = classifier.probabilities(faces, among=among)
    assert (p[:, ~among] == 0).all() and np.allclose(p.sum(1), 1)
    assert (classifier.probabilities(faces, head="labels")[:, FACE_EMOTIONS.index("contempt")] == 0).all()


def test_activation_maps_average_to_the_logits(faces: np.ndarray) -> None:
    maps = classifier.activation_maps(faces)
    assert maps.shape == (5, 6, 6, 8)
    whole = classifier.calibrated(classifier.logits(faces, mirror=False), "votes")
    assert np.allclose(maps.mean((1, 2)), whole, atol=1e-3)


def test_metadata_says_what_was_trained_on_what() -> None:
    card = registry.describe("face")
    assert card["labels"] == list(FACE_EMOTIONS)
    assert card["version"].startswith("face-")
    assert all(0.2 < temperature < 5 for temperature in card["temperatures"].values())
    assert card["figures"]["public_test_accuracy"] >= 0.66
    assert all((registry.weights_folder() / name).stat().st_size < 10e6 for name in card["files"])


def test_augmentation_keeps_shape_and_range(faces: np.ndarray) -> None:
    out = data.augment(faces, np.random.default_rng(0))
    assert out.shape == (5, 48, 48, 1)
    assert out.min() >= 0
    assert out.max() <= 255
    again = data.augment(faces, np.random.default_rng(0))
    assert np.array_equal(out, again)


def little_fer2013(folder: Path) -> Path:
    """Files laid out as FER2013's, of random faces."""
    random = np.random.default_rng(0)
    for name, n in (("train", 64), ("public", 40)):
        np.savez(
            folder / f"fer2013_{name}.npz",
            x=random.integers(0, 256, (n, 48, 48), dtype=np.uint8),
            y=(np.arange(n) % 7).astype(np.int8),
            row=np.arange(n),
            classes=np.array(SEVEN),
        )
    votes = random.integers(0, 50, (64, 10)).astype(np.uint8)
    np.savez(folder / "ferplus_votes.npz", votes=votes, row=np.arange(64), has_image_name=np.arange(64) % 5 > 0)
    return folder


def test_votes_soften_the_targets_of_named_rows_only(tmp_path: Path) -> None:
    folder = little_fer2013(tmp_path)
    _, y, row = data.load(folder / "fer2013_train.npz")
    targets = data.soft_targets(y, data.votes_of(row, folder / "ferplus_votes.npz"))
    assert np.allclose(targets.sum(1), 1, atol=1e-5)
    hard = targets.max(1) == 1
    assert hard[::5].all()
    assert not hard[1::5].any()


def test_the_majority_is_none_where_votes_tie_or_name_something_else(tmp_path: Path) -> None:
    path = tmp_path / "ferplus_votes.npz"
    columns = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF"]
    votes = np.zeros((4, 10), np.uint8)
    votes[0, 1], votes[1, :2], votes[2, 7], votes[3, 4] = 7, 5, 9, 6
    np.savez(path, votes=votes, columns=columns, row=np.arange(4), has_image_name=np.array([True, True, True, False]))
    assert data.majority_of(np.arange(5), path).tolist() == [
        FACE_EMOTIONS.index("happy"),
        -1,
        FACE_EMOTIONS.index("contempt"),
        -1,
        -1,
    ]


def test_labels_named_as_ferplus_does_ask_for_the_other_head(tmp_path: Path) -> None:
    for name, classes in (("a", FACE_EMOTIONS), ("b", ("neutral", "happiness", "surprise", "sadness", "anger"))):
        np.savez(tmp_path / f"{name}.npz", classes=np.array(classes))
    assert data.head_for(tmp_path / "a.npz") == "labels"
    assert data.head_for(tmp_path / "b.npz") == "votes"


@pytest.mark.full
def test_training_goes_on_where_it_stopped_and_ships_weights(
    keras, tmp_path: Path, no_weights: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ml.training.face import train

    folder = little_fer2013(tmp_path)
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    arguments = ["--run-dir", str(tmp_path / "run"), "--batch", "32", "--precision", "float32"]
    train.train(folder, parser.parse_args([*arguments, "--epochs", "1"]))
    first = registry.describe("face")
    train.train(folder, parser.parse_args([*arguments, "--epochs", "2"]))
    printed = capsys.readouterr().out
    assert "Going on from epoch 1" in printed
    assert first["version"].endswith(".1")
    assert registry.describe("face")["version"].endswith(".2")
    assert classifier.probabilities(np.zeros((1, 48, 48))).shape == (1, 8)
