"""Our delivery facts beside Praat's, on real speech: median absolute difference and correlation."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

from bench.measuring import ROOT, BenchFailed, rows

__all__ = ["BenchFailed", "measure", "table"]


def measure(every: int = 20) -> dict[str, Any]:
    """Per data set and fact how far the two are apart. A ``reason`` without Praat or without the data."""
    data = Path(os.environ.get("VIVA_DATA") or ROOT.parent / "shared" / "data")
    if importlib.util.find_spec("parselmouth") is None:
        return {"reason": "Praat is not installed: it comes with the developers' packages (praat-parselmouth)."}
    if not (data / "speech" / "ravdess" / "manifest.csv").is_file():
        return {"reason": f"There is no speech at {data}: name the folder of real data in VIVA_DATA."}
    from ml.speech.praat import compare, sample

    return {name: compare(found) for name, found in sample(data, {"ravdess": every, "nemo": 3 * every}).items()}


def table(found: dict[str, Any]) -> str:
    """The differences in plain text."""
    if "reason" in found:
        return found["reason"] + "\n"
    body = [
        (
            name,
            fact,
            str(row["n"]),
            f"{row['median_difference']:.2f} {row['unit']}",
            f"{row['difference_90']:.2f}",
            f"{row['correlation']:.3f}",
        )
        for name, facts in found.items()
        for fact, row in facts.items()
    ]
    return rows(("speech", "fact", "n", "median difference", "90 % below", "correlation"), body) + "\n"
