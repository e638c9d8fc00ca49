"""Blinks from the eye aspect ratio over time."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.ndimage import percentile_filter
from scipy.stats import chi2

from ml.readings import Estimate

#: A blink is a dip of the ratio by this share of what it is while open, and by so much at least (landmarks
#: jitter), over within so many seconds.
DEPTH, LEAST_DEPTH, LONGEST = 0.25, 0.06, 0.6
#: An eye whose usual ratio is under this share of its widest (or under LEAST_OPEN) is shut already.
OPEN_SHARE, LEAST_OPEN = 0.6, 0.15
#: Less time with a face than this (seconds) gives no rate.
LEAST_SECONDS = 10.0


def find(times: np.ndarray, ratios: np.ndarray) -> list[float]:
    """The times (s) of blinks, from samples of the eye aspect ratio at ``times`` (N,), rising, in seconds.

    An eye counts as shut where the ratio dips below its own usual height in the six seconds around
    (Soukupova & Cech 2016 learn a fixed pattern instead, which a head turned away or narrow eyes defeat).
    The dip must recover, and start from an open eye: eyes cast down or kept shut are no blink. Samples
    further apart than 0.4 s are not compared.
    """
    blinks: list[float] = []
    if len(times) < 5:
        return blinks
    open_eye = max(LEAST_OPEN, OPEN_SHARE * float(np.percentile(ratios, 90)))
    breaks = np.flatnonzero(np.diff(times) > 0.4) + 1
    for part in np.split(np.arange(len(times)), breaks):
        if len(part) < 5:
            continue
        t, ratio = times[part], ratios[part]
        step = max(float(np.median(np.diff(t))), 1e-3)
        usual = percentile_filter(ratio, 65, size=max(5, int(6 / step)), mode="nearest")
        shut = ratio < usual - np.maximum(DEPTH * usual, LEAST_DEPTH)
        shut &= usual >= open_eye
        edges = np.flatnonzero(np.diff(np.concatenate([[0], shut.view(np.int8), [0]])))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            whole = start > 0 and end < len(t)
            if whole and t[end] - t[start - 1] - step <= LONGEST:
                blinks.append(float(t[start + int(np.argmin(ratio[start:end]))]))
    return blinks


def rate(count: int, seconds: float) -> Estimate | None:
    """Blinks a minute with the exact Poisson interval (Garwood 1936); None for less than ``LEAST_SECONDS``
    of face."""
    if seconds < LEAST_SECONDS:
        return None
    minutes = seconds / 60
    low = chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    return Estimate(count / minutes, float(low / minutes), float(chi2.ppf(0.975, 2 * count + 2) / 2 / minutes), count)


def summarise(times: np.ndarray, ratios: np.ndarray, seconds: float) -> dict[str, Any]:
    """{count, times, per_minute}: what a reading holds. ``seconds`` is how long a face was there."""
    found = find(times, ratios)
    return {"count": len(found), "times": [round(t, 2) for t in found], "per_minute": rate(len(found), seconds)}
