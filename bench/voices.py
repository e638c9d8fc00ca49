"""How often one voice is taken for two, and two for one: made takes of real speakers and of synthetic voices.

The rule is measured, not the shipped weights by themselves: every take is judged by a discriminant and a threshold that
have not heard its speakers (``ml/speech/second_train.py``).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from bench.measuring import ROOT, BenchFailed, rows

__all__ = ["BenchFailed", "measure", "table"]


def measure() -> dict[str, Any]:
    """The figures of `second_train.measure`; a ``reason`` without the data."""
    data = Path(os.environ.get("VIVA_DATA") or ROOT.parent / "shared" / "data")
    if not (data / "speech" / "nemo" / "manifest.csv").is_file():
        return {"reason": f"There is no speech at {data}: name the folder of real data in VIVA_DATA."}
    from ml.speech.second_train import gather, measure, sexes

    return measure(gather(data), sexes(data))[1]


def table(found: dict[str, Any]) -> str:
    """The shares in plain text."""
    if "reason" in found:
        return found["reason"] + "\n"
    names = {"alone": "one person, acted emotions", "synthetic": "one synthetic voice"}
    body = [
        (name, f"{seconds} s", str(row["n"]), f"{row['share']:.1%}", "")
        for kind, name in names.items()
        for seconds, row in found[kind].items()
    ]
    body += [
        (f"two people, {sexes}", kind, str(row["n"]), f"{row['share']:.1%}", f"{row['steps_right']:.0%}")
        if "steps_right" in row
        else (f"two people, {sexes}", kind, str(row["n"]), f"{row['share']:.1%}", "")
        for sexes, kinds in found["pairs"].items()
        for kind, row in kinds.items()
    ]
    head = ("speech of", "length", "takes", "taken for two", "of these, half seconds given to the right voice")
    return f"{rows(head, body)}\n\n{found['protocol']}\n"
