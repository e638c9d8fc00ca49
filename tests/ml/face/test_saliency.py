"""Maps of what a face's reading rests on."""

from __future__ import annotations

import numpy as np
import pytest

from ml.core.errors import Unreadable
from ml.face import classifier, features, saliency
from ml.media.seeking import frames_around
from ml.training.face import occlusion


@pytest.fixture(scope="module")
def cut(portrait):
    """The portrait's face: its picture, landmarks and 48x48 cut."""
    grey = features.grey(portrait)
    points = features.landmarks(grey, features.detect(grey)[0])
    return grey, points, features.crop(grey, points)


def test_a_map_explains_the_probability_that_is_shown(cut):
    p, found = saliency.explain(cut[2][None])
    assert found.shape == (1, 8, 6, 6) and np.allclose(p.sum(1), 1)
    # A place that speaks for every class alike explains none: weighed by the probabilities, the maps cancel out.
    assert np.abs(np.einsum("c,chw->hw", p[0], found[0])).max() < 1e-3


def test_covering_the_hot_part_of_one_portrait_takes_more_than_covering_elsewhere(cut):
    versions = np.stack([cut[2], cut[2][:, ::-1], *(np.roll(cut[2], shift, axis=1) for shift in (-2, 2))])
    hot, elsewhere = occlusion.covered_drops(versions)
    assert hot.shape == elsewhere.shape == (4,)
    assert np.isfinite(hot).all()


def test_maps_answer_to_what_the_network_sees(real_data):
    """Over fifty faces, covering the hottest place takes at least twice as much from a class as another place."""
    with np.load(real_data / "faces" / "fer2013_public.npz") as file:
        faces = file["x"][np.random.default_rng(5).choice(len(file["x"]), 50, replace=False)]
    hot, elsewhere = occlusion.covered_drops(faces)
    assert hot.mean() > 2 * max(elsewhere.mean(), 0.01)
    assert (hot > elsewhere).mean() > 0.55


def test_words_name_the_part_of_the_face(cut):
    grey, points, _ = cut
    places = saliency.regions(points, grey)
    assert set(places) >= {"forehead", "mouth", "nose", "chin", "left eye", "right cheek", "beside the face"}
    assert (sum(place.astype(int) for place in places.values()) == 1).all()  # each pixel in one part
    rows = {name: np.argwhere(place).mean(0) for name, place in places.items() if place.any()}
    assert rows["forehead"][0] < rows["brows"][0] < rows["nose"][0] < rows["mouth"][0] < rows["chin"][0]
    assert rows["left eye"][1] < rows["right eye"][1] and rows["left cheek"][1] < rows["right cheek"][1]
    for name, wanted in (("mouth", (3, 2)), ("forehead", (0, 2))):
        one = np.full((5, 5), -1.0)
        one[wanted] = 3.0
        assert name in saliency.name_places(one, places)
    assert saliency.name_places(np.full((5, 5), -1.0), places) == ""


def test_the_picture_shows_the_hot_part_by_a_line_too(cut):
    one = np.full((5, 5), -1.0)
    one[3, 2] = 3.0
    face = features.crop(cut[0], cut[1], size=saliency.SIDE)
    drawn = saliency.picture(face, one)
    assert drawn.shape == (saliency.SIDE, saliency.SIDE, 3) and drawn.dtype == np.uint8
    plain = np.repeat(face[..., None], 3, axis=2)
    changed = np.abs(drawn.astype(int) - plain).sum(2) > 30
    assert (
        changed[saliency.SIDE * 3 // 5 : saliency.SIDE * 4 // 5, saliency.SIDE * 2 // 5 : saliency.SIDE * 3 // 5].mean()
        > 0.5
    )
    assert changed[: saliency.SIDE // 4].mean() < 0.05
    assert np.array_equal(saliency.picture(face, np.full((5, 5), -1.0)), plain)


def test_a_moment_of_a_recording(one_face):
    seen = saliency.at(one_face, 2.0)
    assert abs(seen.time - 2.0) < 0.11 and seen.faces == 1
    assert seen.face.shape == (saliency.SIDE, saliency.SIDE) and seen.maps.shape == (8, 6, 6) and len(seen.words) == 8
    assert abs(seen.probabilities.sum() - 1) < 1e-6


def test_a_moment_without_a_face_says_so(nobody):
    with pytest.raises(Unreadable, match="No face"):
        saliency.at(nobody, 1.0)


def test_of_two_faces_the_one_of_the_right_size_is_taken(two_faces):
    small, large = saliency.at(two_faces, 5.0, width=1), saliency.at(two_faces, 5.0)
    assert small.faces == large.faces == 2
    assert not np.array_equal(small.face, large.face)


def test_a_moment_is_found_in_a_file_without_an_index(one_face):
    for time in (0.0, 3.3, 7.9):
        found = frames_around(one_face, time, 0.5)
        assert found and all(abs(frame.time - time) <= 0.55 for frame in found)
        assert len(found) <= 12
    assert frames_around(one_face, 60.0, 0.5)[-1].time > 7.5  # beyond the end: the last picture


def test_a_moment_costs_little(cut):
    assert classifier.activation_maps(cut[2][None]).shape == (1, 6, 6, 8)
