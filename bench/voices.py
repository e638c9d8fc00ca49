"""How often one voice is taken for two, and two for one: made takes of real speakers and of synthetic voices.

The rule is measured, not the shipped weights by themselves: every take is judged by a discriminant and a threshold
that have not heard its speakers (``ml/training/speech/diarization_train.py``). The takes' features are kept under
``runs/voice``; without them they are gathered first, which takes some minutes.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from bench.measuring import ROOT, BenchFailed, rows

__all__ = ["BenchFailed", "measure", "table"]

KINDS = {
    "alone": "one person",
    "synthetic": "one synthetic voice",
    "same_sex": "two people of one sex",
    "other_sex": "a woman and a man",
}
SETS = {
    "mild": "neutral, calm, happy and sad, acted with normal intensity",
    "all": "all acted emotions, fury and grief among them",
}


def measure() -> dict[str, Any]:
    """The figures of `diarization_train.measure`; a ``reason`` without the data."""
    data = Path(os.environ.get("VIVA_DATA") or ROOT.parent / "shared" / "data")
    if not (data / "speech" / "nemo" / "manifest.csv").is_file():
        return {"reason": f"There is no speech at {data}: name the folder of real data in VIVA_DATA."}
    from ml.training.speech.diarization_train import kept, measure

    return measure(kept(data))[1]


def table(found: dict[str, Any]) -> str:
    """The shares in plain text."""
    if "reason" in found:
        return found["reason"] + "\n"
    sets = {"mild": found["mild"], "all": found}
    parts = [f"{SETS[name]}\n{_shares(shares)}" for name, shares in sets.items()]
    trade = [
        (share, *(_percent(sets[name]["trade"][share].get(kind)) for name in SETS for kind in _TRADED))
        for share in found["mild"]["trade"]
    ]
    parts.append(
        "Another threshold, which so many of others' mild takes of one person pass\n"
        + rows(("aimed at", *(f"{name}, {kind.replace('_', ' ')}" for name in SETS for kind in _TRADED)), trade)
    )
    places = [
        (name.replace("_", " "), str(each["alone"]["all"]["n"]), *(_percent(each[k]["all"]["share"]) for k in _TRADED))
        for name, each in found["places"].items()
    ]
    if places:
        head = ("mild takes of two minutes and more, recorded", "alone, takes", *(k.replace("_", " ") for k in _TRADED))
        parts.append(rows(head, places))
    return "\n\n".join([*parts, found["protocol"] + "\n"])


_TRADED = ("alone", "same_sex", "other_sex")


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _shares(found: dict[str, Any]) -> str:
    body = [
        (
            name if which == "all" else "",
            which,
            str(row["n"]),
            f"{row['share']:.1%}",
            "{:.1%} to {:.1%}".format(*row["interval"]),
            f"{row['points_right']:.0%}" if "points_right" in row else "",
        )
        for kind, name in KINDS.items()
        for which, row in found[kind].items()
        if row["n"]
    ]
    head = ("speech of", "", "takes", "taken for two", "95 % interval", "of these, points given to the right voice")
    return rows(head, body)
