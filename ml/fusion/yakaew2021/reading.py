"""A recording's fused reading by the paper's own networks: three classes, no reading of ours behind them."""

from __future__ import annotations

from pathlib import Path

from ml.core.errors import Unreadable
from ml.core.readings import FaceReading, FusedReading, SpeechReading
from ml.fusion.agreement import agreement
from ml.fusion.combine import aggregate
from ml.fusion.yakaew2021 import infer
from ml.fusion.yakaew2021.stream import SENTIMENTS
from ml.media import demux


def fuse(
    path: str | Path,
    face: FaceReading | None = None,
    speech: SpeechReading | None = None,
    *,
    info: demux.MediaInfo | None = None,
) -> FusedReading:
    """Run the paper's system on a recording; the track has a row every half second, the mean of the pictures in it.

    ``distribution``, ``dominant`` and ``coverage`` are made as in combine.py; ``valence`` is P(positive) - P(negative),
    without an interval of its own (low and high are the value); ``weights`` are the shares of the asked branches.
    ``face`` and ``speech``, our readings where there are any, give the facts of ``agreement`` and nothing else.
    Raises Unreadable (``no_video``, ``no_face``), MediaError, ModelMissing.
    """
    info = info or demux.probe(path)
    found = list(infer.moments(path, info))
    if not any(moment.probabilities is not None for moment in found):
        raise Unreadable("no_face", "No face was found, and the paper's system reads nothing without one.")
    length = max(info.seconds, found[-1].time)
    return aggregate(found, SENTIMENTS, length, "paper", agreement(face, speech))
