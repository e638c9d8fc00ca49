"""Our delivery facts beside Praat's, and syllables beside those that were said, on real speech."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

from bench.measuring import ROOT, BenchFailed, rows

__all__ = ["BenchFailed", "measure", "table"]


def measure(every: int = 10) -> dict[str, Any]:
    """Per data set and fact how far the two are apart. A ``reason`` without Praat or without the data."""
    data = Path(os.environ.get("VIVA_DATA") or ROOT.parent / "shared" / "data")
    if importlib.util.find_spec("parselmouth") is None:
        return {"reason": "Praat is not installed: it comes with the developers' packages (praat-parselmouth)."}
    if not (data / "speech" / "ravdess" / "manifest.csv").is_file():
        return {"reason": f"There is no speech at {data}: name the folder of real data in VIVA_DATA."}
    from ml.training.speech.praat import compare, sample

    return {name: compare(found) for name, found in sample(data, {"ravdess": every, "nemo": 4 * every}).items()}


def table(found: dict[str, Any]) -> str:
    """The differences in plain text."""
    if "reason" in found:
        return found["reason"] + "\n"
    body, known = [], []
    for name, both in found.items():
        body += [(name, *_row(fact, row)) for fact, row in both["praat"].items()]
        known += [(name, who, *_row("syllables", row["syllables"])[1:]) for who, row in both["known"].items()]
    head = ("n", "mean, ours", "theirs", "median difference", "90 % below", "correlation")
    return "\n\n".join(
        [
            rows(("speech", "ours and Praat's", *head), body),
            rows(("speech", "syllables counted and said", *head[:1], "mean, counted", "said", *head[3:]), known) + "\n",
        ]
    )


def _row(fact: str, row: dict[str, Any]) -> tuple[str, ...]:
    alike = "" if row["correlation"] is None else f"{row['correlation']:.3f}"
    return (
        fact,
        str(row["n"]),
        f"{row['ours']:.2f}",
        f"{row['theirs']:.2f}",
        f"{row['median_difference']:.2f} {row['unit']}",
        f"{row['difference_90']:.2f}",
        alike,
    )
