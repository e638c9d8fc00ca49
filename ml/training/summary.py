"""An evaluation in words, for the terminal."""

from __future__ import annotations

from typing import Any

from ml.summary import NAMES, block, number

_SIDES = (("face", "face_uar"), ("voice", "speech_uar"))


def evaluation(model: str, figures: dict[str, Any]) -> str:
    """An evaluation for the terminal."""
    if model == "interview":
        return _interview(figures)
    if model == "fusion":
        return _fusion(figures)
    rows = [
        ("Model", figures["model_version"]),
        ("Examples", str(figures["n"])),
        ("Accuracy", f"{figures['accuracy']:.4f}"),
        ("UAR", number(figures["uar"], digits=4)),
        ("Calibration error", number(figures["expected_calibration_error"], digits=4)),
    ]
    if told := figures.get("selective"):
        right = f"right in {number(told['accuracy'], digits=4)}; n = {told['n']}"
        rows.append(("Named", f"{told['coverage']:.1%} from {told['threshold']:.2f} on, {right}"))
    if ignored := figures.get("ignored_classes"):
        rows.append(("Left out", ", ".join(f"{name} ({count})" for name, count in ignored.items())))
    rows += [(label, number(value, digits=3)) for label, value in figures["per_class_recall"].items()]
    if figures.get("warning"):
        rows.append(("Note", figures["warning"]))
    return "\n".join(block(f"{NAMES[model]} model", rows)).rstrip()


def _fusion(figures: dict[str, Any]) -> str:
    rows = [("Model", figures["model_version"]), ("Protocol", figures["protocol"])]
    for task in ("eight", "three"):
        if found := figures.get(task):
            low, high = found["accuracy_interval"]
            sides = ", ".join(f"{side} {number(found[key], digits=3)}" for side, key in _SIDES)
            rows.append((f"{task.capitalize()} classes", f"accuracy {found['accuracy']:.3f} ({low:.3f} to {high:.3f})"))
            rows.append(("  UAR", f"together {found['uar']:.3f}; {sides}; n = {found['n']}"))
    for name, found in figures["degraded"].items():
        sides = ", ".join(f"{side} {number(found[key], digits=3)}" for side, key in _SIDES)
        rows.append((name.replace("_", " ").capitalize(), f"UAR together {number(found['uar'], digits=3)}; {sides}"))
    if figures["unreadable"]:
        rows.append(("Unreadable", str(len(figures["unreadable"]))))
    return "\n".join(block("Face and voice together", rows)).rstrip()


def _interview(figures: dict[str, Any]) -> str:
    rows = [("Model", figures["model_version"]), ("Examples", str(figures["n"]))]
    named = {**figures, **{f"{name}, product": value for name, value in figures.get("product", {}).items()}}
    for name, value in named.items():
        if isinstance(value, dict) and "r_interval" in value:
            low, high = value["r_interval"] or (float("nan"), float("nan"))
            error = f"mean absolute error {value['mae']:.3f}, always the mean {value['mae_of_the_mean']:.3f}"
            rows.append((name.capitalize(), f"r {number(value['r'], digits=3)} ({low:.3f} to {high:.3f}), {error}"))
    if figures.get("warning"):
        rows.append(("Note", figures["warning"]))
    return "\n".join(block("What raters would say", rows)).rstrip()
