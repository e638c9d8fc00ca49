"""The paper's trained networks: what was shipped answers, on pictures and on a recording."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from ml.core import registry
from ml.fusion.yakaew2021 import infer
from ml.fusion.yakaew2021.spectrogram import CHUNK

ROOT = Path(__file__).resolve().parents[4]


def test_branches_and_head_give_probabilities():
    random = np.random.default_rng(0)
    faces = infer.visual(random.integers(0, 255, (2, 48, 48), dtype=np.uint8))
    sounds = infer.audio(random.normal(0, 0.1, (2, CHUNK)).astype(np.float32))
    for rows in (faces, sounds, infer.head(faces, sounds)):
        assert rows.shape == (2, 3)
        assert rows.sum(axis=1) == pytest.approx([1, 1], abs=1e-4)


def test_the_card_says_how_short_the_training_was_and_what_came_of_it():
    card = registry.describe("paper")
    assert set(card["training"]["batches"]) == {"visual", "audio"}
    assert {"visual", "audio", "audiovisual"} <= set(card["figures"])
    assert card["figures"]["visual"]["accuracy"] > 0.6


@pytest.mark.full
def test_a_recording_is_read_picture_by_picture():
    folder = Path(os.environ.get("VIVA_DATA") or ROOT.parent / "shared" / "data")
    path = folder / "media" / "single_face_short.mp4"
    if not path.is_file():
        pytest.skip(f"no {path.name} in {folder}; set VIVA_DATA")
    track = infer.read(path)
    assert track.labels == ("negative", "neutral", "positive")
    known = [row for row in track.probabilities if row is not None]
    assert len(known) > 0.5 * len(track.times)
    assert all(sum(row) == pytest.approx(1, abs=1e-3) for row in known)
