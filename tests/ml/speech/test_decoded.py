"""Sound that is decoded once and read twice."""

import numpy as np
import pytest

from ml.speech import decoded
from ml.speech.decoded import Decoded


@pytest.fixture
def stream():
    """Three uneven blocks, and a function that opens them and counts how often it was called."""
    blocks = [np.random.default_rng(k).uniform(-1, 1, n).astype(np.float32) for k, n in enumerate((7, 200_000, 1))]
    opened = []

    def opener():
        opened.append(1)
        return iter(blocks)

    return np.concatenate(blocks), opener, opened


def test_a_second_reading_is_the_same_and_decodes_nothing(stream):
    samples, opener, opened = stream
    with Decoded(opener) as sound:
        for _ in range(3):
            np.testing.assert_array_equal(np.concatenate(list(sound.blocks())), samples)
    assert len(opened) == 1


def test_an_unfinished_reading_is_not_taken_for_the_whole(stream):
    samples, opener, opened = stream
    with Decoded(opener) as sound:
        next(sound.blocks())
        np.testing.assert_array_equal(np.concatenate(list(sound.blocks())), samples)
    assert len(opened) == 2


@pytest.mark.parametrize("fault", ["long", "full"])
def test_what_does_not_fit_is_decoded_again(stream, monkeypatch, fault):
    samples, opener, opened = stream
    if fault == "long":
        monkeypatch.setattr(decoded, "MOST_SECONDS", 1)
    else:
        monkeypatch.setattr(decoded.tempfile, "TemporaryFile", lambda **_: (_ for _ in ()).throw(OSError(28, "full")))
    with Decoded(opener) as sound:
        for _ in range(2):
            np.testing.assert_array_equal(np.concatenate(list(sound.blocks())), samples)
    assert len(opened) == 2
