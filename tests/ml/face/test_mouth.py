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
    from ml.face.mouth_model import paper_mouth, small_mouth

    assert paper_mouth().count_params() == 1_252_571
    assert small_mouth().count_params() < 1_252_571 / 20
