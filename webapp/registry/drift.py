"""Drift: how far what comes in and what goes out now differs from before, as a population stability index.

The reference is the earliest readings of the model that serves, the rest is compared with it month by month. An index
below 0.1 is usual, from 0.25 on something has changed; of fewer than 50 readings nothing is said.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from webapp.analysis.models import Analysis, AnalysisState
from webapp.core.database import db
from webapp.interviews.models import Interview
from webapp.policy import Modality, Mode

#: Fewest readings on either side.
FEWEST = 50
NOTICED, ALARMING = 0.1, 0.25
BINS = 10


def _number(*path: str) -> Callable[[dict[str, Any]], float | None]:
    def read(result: dict[str, Any]) -> float | None:
        value: Any = result
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, dict):
            value = value.get("value")
        return float(value) if isinstance(value, int | float) and math.isfinite(value) else None

    return read


#: What is watched of each modality: is it of the input or the output, its name, and how it is read.
WATCHED: dict[Modality, list[tuple[str, str, Callable[[dict[str, Any]], float | None]]]] = {
    Modality.FACE: [
        ("input", "coverage", _number("coverage")),
        ("input", "seconds", _number("seconds")),
        *(("output", each, _number("distribution", each)) for each in ("happy", "neutral", "sad", "angry")),
    ],
    Modality.SPEECH: [
        ("input", "coverage", _number("coverage")),
        ("input", "speech over noise (dB)", _number("quality", "speech_over_noise_db")),
        *(("output", each, _number("distribution", each)) for each in ("happy", "neutral", "sad", "angry")),
    ],
    Modality.TEXT: [
        ("input", "coverage", _number("coverage")),
        ("input", "words", _number("statistics", "words")),
        *(
            ("output", each, _number("traits", each))
            for each in ("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism")
        ),
    ],
}


@dataclass(frozen=True)
class Drift:
    """One watched number over time. ``months``: (month, n, index or None where there is not enough data)."""

    modality: Modality
    side: str
    name: str
    reference: int
    months: list[tuple[str, int, float | None]]

    @property
    def state(self) -> str:
        """Of the last month that says anything: ``usual``, ``noticed``, ``alarming``, or ``unknown``."""
        last = next((index for _month, _n, index in reversed(self.months) if index is not None), None)
        if last is None:
            return "unknown"
        return "alarming" if last >= ALARMING else "noticed" if last >= NOTICED else "usual"


def psi(before: Sequence[float], after: Sequence[float]) -> float | None:
    """The population stability index over tenths of ``before``; None of fewer than FEWEST on either side.

    Shares of nought count as half a reading, so that the index stays finite.
    """
    if len(before) < FEWEST or len(after) < FEWEST:
        return None
    edges = np.unique(np.quantile(np.asarray(before, float), np.linspace(0, 1, BINS + 1)[1:-1]))
    counts = [
        np.bincount(np.searchsorted(edges, np.asarray(values, float), side="right"), minlength=len(edges) + 1)
        for values in (before, after)
    ]
    there = counts[0] + counts[1] > 0
    old, new = (
        np.maximum(each[there], 0.5) / len(values) for each, values in zip(counts, (before, after), strict=True)
    )
    return float(np.sum((new - old) * np.log(new / old)))


def drifts() -> list[Drift]:
    """All that is watched, of assessments read by the version that read last."""
    return [each for modality in Modality for each in _of(modality)]


def _of(modality: Modality) -> list[Drift]:
    done = (Analysis.modality == modality, Analysis.state == AnalysisState.DONE, Analysis.result.is_not(None))
    query = sa.select(Analysis.model_version).where(*done).order_by(Analysis.finished_at.desc()).limit(1)
    version = db.session.scalar(query)
    rows = db.session.execute(
        sa.select(Analysis.finished_at, Analysis.result)
        .join(Interview, Interview.id == Analysis.interview_id)
        .where(*done, Interview.mode == Mode.ASSESSMENT, Analysis.model_version == version)
        .order_by(Analysis.finished_at)
        .limit(20_000)
    ).all()
    return [_drift(modality, side, name, read, rows) for side, name, read in WATCHED[modality]]


def _drift(
    modality: Modality, side: str, name: str, read: Callable[[dict[str, Any]], float | None], rows: Sequence[Any]
) -> Drift:
    months: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.finished_at is not None and (value := read(row.result)) is not None:
            months[f"{row.finished_at:%Y-%m}"].append(value)
    reference: list[float] = []
    later = sorted(months)
    while later and len(reference) < FEWEST:
        reference += months[later.pop(0)]
    return Drift(
        modality,
        side,
        name,
        len(reference),
        [(month, len(months[month]), psi(reference, months[month])) for month in later],
    )
