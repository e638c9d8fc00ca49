"""Faces in the dark are found and read as in light."""

from __future__ import annotations

import numpy as np

from ml.face import classifier, contrast, detector, features


def dimmed(picture: np.ndarray, halvings: float) -> np.ndarray:
    """A picture with its light halved so many times, and a camera's noise."""
    noise = np.random.default_rng(0).normal(0, 2.5, picture.shape)
    return np.clip(picture / 2**halvings + noise, 0, 255).astype(np.uint8)


def test_a_picture_in_light_is_left_alone(grey: np.ndarray) -> None:
    assert contrast.normalise_contrast(grey) is grey
    assert contrast.normalise_contrast(grey, contrast.SMOOTH) is grey


def test_a_faint_picture_gets_contrast_and_light(grey: np.ndarray) -> None:
    faint = contrast.normalise_contrast((grey / 8).astype(np.uint8))
    assert abs(faint.std() - contrast.CONTRAST) < 3
    assert 80 < faint.mean() < contrast.MEAN


def test_nothing_jumps_where_stretching_begins() -> None:
    ramp = np.linspace(-1, 1, 48 * 48, dtype=np.float32).reshape(48, 48)
    ramp *= contrast.CONTRAST / ramp.std()
    below, above = contrast.normalise_faces(np.stack([150 + 0.999 * ramp, 150 + 1.001 * ramp]))
    assert np.abs(below - above).max() < 1


def test_many_faces_are_stretched_as_one_is(grey: np.ndarray) -> None:
    faces = np.stack([dimmed(grey[:48, :48], halvings) for halvings in (0, 1, 2, 3)])
    each = np.stack([contrast.normalise_contrast(face) for face in faces]).astype(float)
    assert np.abs(contrast.normalise_faces(faces) - each).max() <= 1
    assert contrast.normalise_faces(faces[:0]).shape == (0, 48, 48)
    assert contrast.normalise_contrast(faces[0, :0]).shape == (0, 48)


def test_somebody_in_the_dark_is_found_and_read(grey: np.ndarray) -> None:
    (known,) = detector.search(grey)
    points = features.landmarks(grey, known.box)
    before = classifier.probabilities(features.crop(grey, points)[None])[0]
    dark = dimmed(grey, 3)
    (found,) = detector.search(dark)
    assert detector.overlap(found.box, known.box) > 0.6
    moved = features.landmarks(dark, found.box) - points
    assert np.hypot(*moved.T).mean() < 0.05 * (known.box[2] - known.box[0])
    after = classifier.probabilities(features.crop(dark, features.landmarks(dark, found.box))[None])[0]
    assert after.argmax() == before.argmax()


def test_noise_in_the_dark_is_nobody() -> None:
    for seed in range(3):
        noise = np.random.default_rng(seed).normal(3, 2.5, (480, 640))
        assert detector.search(np.clip(noise, 0, 255).astype(np.uint8), detector.FINE) == []
