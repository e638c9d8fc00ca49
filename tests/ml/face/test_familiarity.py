"""What looks like no face that the model knows keeps its reading and loses its confidence."""

from __future__ import annotations

import numpy as np
import pytest

from ml.core.naming import is_sure
from ml.face import classifier, familiarity, features, quantised
from ml.training.face.familiarity import FOREIGN, fit, made


@pytest.fixture(scope="module")
def faces(portrait) -> np.ndarray:
    """One face cut a little differently twenty times."""
    grey = features.grey(portrait)
    points = features.landmarks(grey, features.detect(grey)[0])
    shifts = np.random.default_rng(2).normal(0, 2, (20, 1, 2))
    return np.stack([features.crop(grey, points + shift) for shift in shifts])


def test_a_plain_face_is_familiar_and_keeps_its_confidence(faces: np.ndarray) -> None:
    assert classifier.look(faces, mirror=False).foreign().max() < 0.5
    assert quantised.look(faces).foreign().max() < 0.5


@pytest.mark.parametrize("kind", ["masked", "drawn", "upside_down", "noise", "something_else"])
def test_what_is_no_plain_face_is_foreign_and_hardly_named(faces: np.ndarray, kind: str) -> None:
    strange = made(faces, kind, seed=5)
    looked = quantised.look(strange)
    assert (looked.foreign() >= 0.5).mean() >= 0.6
    assert np.asarray(is_sure(looked.probabilities())).mean() <= 0.5


def test_the_likeliest_class_stays_and_masked_classes_stay_out() -> None:
    rows = np.array([[0.7, 0.3, 0.0], [0.1, 0.1, 0.8]])
    doubted = familiarity.doubted(rows, np.array([1.0, 0.5]))
    assert doubted.sum(axis=1) == pytest.approx([1, 1])
    assert doubted.argmax(axis=1).tolist() == rows.argmax(axis=1).tolist()
    assert doubted[0, 2] == 0 and doubted[0, 0] == pytest.approx(0.7 * 0.4 + 0.5 * 0.6)
    assert familiarity.doubted(rows, np.zeros(2)) == pytest.approx(rows)


@pytest.mark.parametrize("classes", [7, 8])
def test_the_surest_reading_of_what_is_certainly_foreign_is_not_named_and_keeps_what_it_may(classes: int) -> None:
    """Beyond that, doubt would only make plain faces that are taken for foreign less sure than they are right."""
    surest = np.full((1, classes), 1e-9)
    surest[0, 0] = 1 - 1e-9 * (classes - 1)
    told = familiarity.doubted(surest, np.ones(1))
    assert 0.45 < told.max() < 0.5 and not np.asarray(is_sure(told)).any()


def test_it_learns_what_lies_elsewhere_and_spares_plain_rows() -> None:
    random = np.random.default_rng(0)
    plain, strange, unseen = (random.normal(middle, 1, (400, 6)) for middle in (0, 2, 0))
    weight, bias = fit(plain, strange, unseen)
    assert ((unseen @ weight + bias) > 0).mean() == pytest.approx(0.03, abs=0.01)
    assert ((strange @ weight + bias) > 0).mean() > 0.9


def test_every_kind_is_made_of_whole_faces(faces: np.ndarray) -> None:
    for kind in FOREIGN:
        one = made(faces[:2], kind)
        assert one.shape == (2, 48, 48) and one.dtype == np.uint8
        assert np.array_equal(one, made(faces[:2], kind)) and not np.array_equal(one, faces[:2])
