"""Rows that training never sees, in whole groups of copies; and contempt, learnt beside seven others."""

from __future__ import annotations

import cv2
import numpy as np

from ml.training.face import contempt
from ml.training.face.calibration import cross_fitted, fit
from ml.training.face.held_out import copies, held_out


def blobs(count: int) -> np.ndarray:
    random = np.random.default_rng(0)
    coarse = random.integers(0, 256, (count, 9, 9), dtype=np.uint8)
    return np.stack([cv2.resize(one, (48, 48), interpolation=cv2.INTER_CUBIC) for one in coarse])


def test_copies_go_together_mirrored_and_relit_ones_too() -> None:
    faces = blobs(60)
    same = np.stack([faces[3], faces[4][:, ::-1], np.clip(faces[5] * 0.8 + 20, 0, 255).astype(np.uint8)])
    group = copies(np.concatenate([faces, same]))
    assert group[60:].tolist() == group[3:6].tolist()
    assert len(set(group[:60])) == 60


def test_the_same_rows_are_held_out_every_time_and_no_copy_crosses() -> None:
    faces = np.concatenate([blobs(400), blobs(400)[:100]])
    held = held_out(faces)
    assert np.array_equal(held, held_out(faces))
    assert 0.05 < held[:400].mean() < 0.2
    assert np.array_equal(held[400:], held[:100])


def test_temperatures_of_folds_calibrate_what_they_never_saw() -> None:
    random = np.random.default_rng(1)
    truth = random.integers(0, 3, 3000)
    logits = np.eye(3)[truth] + random.normal(0, 1, (3000, 3))
    assert abs(fit(3 * logits, truth) / fit(logits, truth) - 3) < 0.05
    p = cross_fitted(3 * logits, truth)
    assert abs(p.max(1).mean() - (p.argmax(1) == truth).mean()) < 0.03


def test_contempt_is_learnt_beside_classes_that_stay() -> None:
    random = np.random.default_rng(2)
    count, features = 1500, random.normal(0, 1, (1500, 5))
    scornful = features[:, 0] > 1.3
    seven = random.normal(0, 1, (count, 7))
    votes = np.zeros((count, 8))
    votes[np.arange(count), np.where(scornful, 7, seven.argmax(1))] = 8
    votes[:, 6] += 2
    weight, bias = contempt.fit(features, seven, votes, np.where(scornful, 7, seven.argmax(1)))
    named = features @ weight + bias > seven.max(1)
    assert (named & scornful).sum() / scornful.sum() > 0.6
    assert (named & scornful).sum() / named.sum() > 0.6
