"""The cut around the mouth, and the networks that look at it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ml.face import features, mouth


@pytest.fixture(scope="module")
def face(portrait):
    grey = features.grey(portrait)
    return grey, features.landmarks(grey, features.detect(grey)[0])


def test_the_cut_shows_the_lips_level_and_whole(face):
    grey, points = face
    cut = mouth.crop(grey, points)
    assert cut.shape == mouth.SHAPE and cut.dtype == np.uint8
    centre, _, width, height = mouth.frame(points)
    lips = points[48:68]
    assert np.abs(lips.mean(0) - centre).max() < 6
    assert width > np.ptp(lips[:, 0]) and height > np.ptp(lips[:, 1])


def test_the_cut_is_the_same_from_colour_turned_and_larger(face, portrait):
    grey, points = face
    cut = mouth.crop(grey, points).astype(int)
    assert np.abs(mouth.crop(portrait, points).astype(int) - cut).mean() < 2
    turn = cv2.getRotationMatrix2D((220, 110), 25, 1.5)
    turned = cv2.warpAffine(grey, turn, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    moved = points @ turn[:, :2].T + turn[:, 2]
    assert np.abs(mouth.crop(turned, moved).astype(int) - cut).mean() < 6


def test_a_cut_beyond_the_picture_repeats_its_edge(face):
    grey, points = face
    assert mouth.crop(grey, points - [190, 90]).shape == mouth.SHAPE


def test_the_papers_network_has_the_papers_parameters():
    from ml.training.face.mouth_model import paper_mouth, small_mouth

    assert paper_mouth().count_params() == 1_252_571
    assert small_mouth().count_params() < 1_252_571 / 20


def test_every_label_of_our_own_names_one_row_and_leaves_room_for_doubt():
    from ml.training.face import mouth_fer2013

    rows, targets = mouth_fer2013.labels()
    assert len(rows) == len(set(rows.tolist())) == len(targets) > 3000
    assert rows.min() >= 0 and rows.max() < 28_709
    assert {round(float(one), 2) for one in targets} == {0.03, 0.25, 0.75, 0.97}
    assert 0.3 < (targets > 0.5).mean() < 0.7


@pytest.mark.full
def test_labelled_mouths_of_fer2013_are_cut_as_others_are(tmp_path, portrait):
    from ml.training.face import mouth_fer2013

    rows, targets = mouth_fer2013.labels()
    faces = np.zeros((rows.max() + 1, 48, 48), np.uint8)
    grey = features.grey(portrait)
    left, top, right, bottom = (int(edge) for edge in features.detect(grey)[0])
    faces[rows[3]] = cv2.resize(grey[top - 20 : bottom + 10, left - 15 : right + 15], (48, 48))
    np.savez(tmp_path / "fer2013_train.npz", x=faces, row=np.arange(len(faces)))
    cuts, likely = mouth_fer2013.mouths(tmp_path, 2)
    assert cuts.shape == (1, 2, *mouth.SHAPE) and likely.tolist() == [targets[3]]
    assert cuts.std() > 5


def test_a_committee_is_the_mean_of_its_members_every_second_one_seeing_the_mirror_image():
    from ml.training.face.mouth_model import committee, small_mouth

    first, second = small_mouth(), small_mouth()
    mouths = np.random.default_rng(3).uniform(0, 255, (2, *mouth.SHAPE, 1)).astype(np.float32)
    expected = (np.asarray(first(mouths)) + np.asarray(second(mouths[:, :, ::-1]))) / 2
    assert np.asarray(committee([first, second])(mouths)) == pytest.approx(expected, abs=1e-4)
    assert np.abs(np.asarray(first(mouths)) - np.asarray(first(mouths[:, :, ::-1]))).min() > 1e-4


def test_the_shipped_mouth_says_what_it_learnt_from_and_how_good_its_parts_are():
    from ml.core import registry

    card = registry.describe("mouth")
    folds = card["figures"]["small_accuracy_by_fold"]
    assert len(folds) == 5 and card["figures"]["small_faces"] == 700
    assert card["figures"]["small_accuracy"] > card["figures"]["landmarks_accuracy"]
    assert any("vision-language model" in line for line in card["data"])
