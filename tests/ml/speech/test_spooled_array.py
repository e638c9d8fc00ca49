"""Numbers that wait in memory or in a file, and percentiles that are counted."""

import tempfile

import numpy as np
import pytest

from ml.speech import spooled_array
from ml.speech.spooled_array import SpooledArray, StreamingQuantiles

rng = np.random.default_rng(0)


@pytest.mark.parametrize("columns", [None, 5])
@pytest.mark.parametrize("most", [1, 4_000, 10**9])
def test_what_was_put_in_comes_out(monkeypatch, columns, most):
    monkeypatch.setattr(spooled_array, "MOST_IN_MEMORY", most)
    kept, pieces = SpooledArray(np.float32, columns), []
    for length in (1, 400, 0, 77, 1_000):
        pieces.append(rng.random(length if columns is None else (length, columns)).astype(np.float32))
        kept.append(pieces[-1])
    whole, values = np.concatenate(pieces), kept.values()
    assert len(values) == len(whole) == len(kept)
    assert isinstance(values, np.ndarray) == (most == 10**9)
    for first, last in ((0, 1_478), (3, 4), (395, 405), (0, 0), (1_400, 2_000), (470, 1_200)):
        assert np.array_equal(values[first:last], whole[first:last])


def test_without_a_disk_it_stays_in_memory(monkeypatch):
    def full(**_):
        raise OSError("no space is left")

    monkeypatch.setattr(spooled_array, "MOST_IN_MEMORY", 10)
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    kept = SpooledArray()
    kept.append(np.arange(20))
    kept.append(np.arange(20, 30))
    assert np.array_equal(kept.values(), np.arange(30))


def test_nothing_is_nothing():
    assert len(SpooledArray().values()) == 0
    assert np.isnan(StreamingQuantiles(0, 1).percentiles(50)[0])


def test_percentiles_are_numpys_to_half_a_step():
    values = rng.normal(-40, 9, 5_001).astype(np.float32)
    tally = StreamingQuantiles(-100, 20)
    for part in np.array_split(values, 7):
        tally.add(part)
    tally.add(np.full(3, np.nan))
    wanted = (0, 5, 25, 50, 95, 99, 100)
    assert len(tally) == len(values)
    assert tally.percentiles(*wanted) == pytest.approx(np.percentile(values, wanted), abs=0.006)
    assert tally.within(-50, -30).percentiles(50)[0] == pytest.approx(
        np.median(values[(values > -50) & (values < -30)]), abs=0.02
    )


def test_parts_cover_everything():
    assert [(p.start, p.stop) for p in spooled_array.parts(130_000)] == [
        (0, 60_000),
        (60_000, 120_000),
        (120_000, 130_000),
    ]
    assert list(spooled_array.parts(0)) == []
