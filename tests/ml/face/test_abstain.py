"""Where an expression is worth naming."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from ml.core import naming
from ml.core.readings import FaceReading, ModelVersion, Track
from ml.face import abstain, events


def track(rows, step=0.2, labels=("happy", "sad", "neutral")):
    times = [round(i * step, 3) for i in range(len(rows))]
    return Track(tuple(labels), times, [None if row is None else list(row) for row in rows])


HAPPY, EVEN, SAD = (0.8, 0.1, 0.1), (0.4, 0.3, 0.3), (0.1, 0.7, 0.2)


def test_a_class_is_named_where_it_is_likelier_than_all_others_together():
    assert naming.is_sure(np.array([HAPPY, EVEN, (0.5, 0.3, 0.2)])).tolist() == [True, False, True]


def test_stretches_of_one_thing_to_say():
    found = abstain.stretches(track([HAPPY] * 20 + [EVEN] * 20 + [None] * 20 + [SAD] * 20))
    assert [one["label"] for one in found] == ["happy", None, "sad"]
    assert found[0]["start"] == 0 and abs(found[0]["end"] - 4.0) < 0.5
    assert found[2]["start"] > 11.5 and abs(found[2]["value"] - 0.7) < 0.01 and found[1]["value"] is None
    assert all(a["end"] <= b["start"] + 1e-9 for a, b in itertools.pairwise(found))


def test_one_frames_doubt_is_no_news():
    assert [one["label"] for one in abstain.stretches(track([HAPPY] * 10 + [EVEN] + [HAPPY] * 10))] == ["happy"]


def test_the_share_of_time_that_is_not_named():
    assert abs(abstain.share_unnamed(track([HAPPY] * 50 + [EVEN] * 50)) - 0.5) < 0.05
    assert abstain.share_unnamed(track([None] * 5)) is None
    assert abstain.share_unnamed(None) is None and abstain.stretches(track([])) == []


def test_short_and_sparse_tracks():
    assert [one["label"] for one in abstain.stretches(track([HAPPY]))] == ["happy"]
    assert [one["label"] for one in abstain.stretches(track([HAPPY, SAD], step=30))] == ["happy", "sad"]


def test_persons_and_mouths_of_a_reading():
    tracks = [
        {"id": 3, "candidate": False, "first": 1.0, "spans": [[1.0, 2.0]]},
        {"id": 0, "candidate": True, "first": 0.0, "spans": [[0.0, 8.0]]},
        *({"id": n, "candidate": False, "first": float(n), "spans": [[n, n + 1]]} for n in range(4, 8)),
    ]
    empty = FaceReading(ModelVersion("face", "test.1", "0"), 1.0)
    rows = events.persons(replace(empty, tracks=tracks))
    assert rows[0] == ("Person read", [(0.0, 8.0)], True) and rows[1][0] == "Person 2" and rows[-1][0] == "Others"
    assert events.persons(empty) == []
    mouth = track([(0.9, 0.1)] * 5 + [(0.2, 0.8)] * 5 + [None] * 2 + [(0.1, 0.9)] * 3, labels=("closed", "open"))
    spans = events.open_stretches(mouth)
    assert len(spans) == 2 and abs(spans[0][0] - 0.9) < 1e-6 and abs(spans[0][1] - 1.9) < 1e-6
