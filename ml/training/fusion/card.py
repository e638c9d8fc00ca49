"""Write the figures of the fusion's MODEL_CARD.md from the weights' own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ml.core import registry
from ml.core.errors import ModelMissing

PATH = Path(__file__).resolve().parents[2] / "fusion" / "MODEL_CARD.md"


def tables() -> dict[str, str]:
    """Markdown by the name of its place in the card."""
    card = registry.describe("fusion")
    found = {"FIGURES": _clips(card["figures"]), "STREAM": _stream(card["stream"])}
    try:
        found["PAPER"] = _paper(registry.describe("paper"))
    except ModelMissing:
        found["PAPER"] = (
            "Not trained yet: `python -m ml.training.fusion.yakaew2021.train --data DIR --minutes 60` does it."
        )
    return found


def main() -> None:
    """Replace what stands between the marks (or the bare names, the first time)."""
    text = PATH.read_text("utf-8")
    for name, table in tables().items():
        marked = f"<!-- {name} -->\n{table}\n<!-- /{name} -->"
        old = re.compile(rf"<!-- {name} -->.*?<!-- /{name} -->|^{name}$", re.DOTALL | re.MULTILINE)
        text = old.sub(marked.replace("\\", r"\\"), text, count=1)
    PATH.write_text(text, "utf-8")


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(pair: list[float] | None) -> str:
    return "" if pair is None else f" ({pair[0]:.3f} to {pair[1]:.3f})"


def _clips(figures: dict[str, Any]) -> str:
    lines = ["| task | accuracy (95 %) | UAR (95 % over people) | face alone | voice alone |", "|---|---|---|---|---|"]
    for task in ("eight", "three"):
        f = figures[task]
        lines.append(
            f"| {task} classes, {f['n']} clips | {f['accuracy']:.3f}{_interval(f['accuracy_interval'])} | "
            f"{f['uar']:.3f}{_interval(f['uar_interval_over_people'])} | {f['face_uar']:.3f} | {f['speech_uar']:.3f} |"
        )
    lines += ["", "| with a side degraded | UAR together | face | voice |", "|---|---|---|---|"]
    for name, f in figures["degraded"].items():
        sides = (f["uar"], f["face_uar"], f["speech_uar"])
        lines.append(f"| {name.replace('_', ' ')} | " + " | ".join(map(_percent, sides)) + " |")
    eight = figures["eight"]
    lines += ["", "| emotion | recall (95 %) |", "|---|---|"]
    lines += [
        f"| {name} | {value:.3f}{_interval(eight['per_class_interval'][name])} |"
        for name, value in eight["per_class_recall"].items()
    ]
    worst = sorted(eight["per_actor_uar"].items(), key=lambda pair: pair[1])
    spread = ", ".join(f"{name.split('/')[-1]}: {value:.2f}" for name, value in worst)
    lines += ["", f"UAR by actor, the worst first: {spread}.", ""]
    lines += [f"Expected calibration error {eight['expected_calibration_error']:.3f}."]
    return "\n".join(lines)


def _stream(stream: dict[str, Any]) -> str:
    settings, figures = stream["settings"], stream["figures"]
    known = {k: v for k, v in settings.items() if not k.endswith("_map")}
    return (
        f"Learned with {stream['face']} and {stream['speech']}: "
        + ", ".join(f"{name.replace('_', ' ')} {value:.2f}" for name, value in known.items())
        + f". On {figures['streams']} streams of other faces and people {figures['moments_named_rightly']:.1%} of the "
        f"moments are named rightly, and the valence's interval holds {figures['valence_interval_coverage']:.1%}. "
        "Step responses beside the paper's mean: `./viva bench fusion`."
    )


def _paper(card: dict[str, Any]) -> str:
    f, batches, size = card["figures"], card["training"]["batches"], card["training"]["batch"]
    lines = [
        f"Trained for {batches['visual']} batches of {size['visual']} faces and {batches['audio']} batches of "
        f"{size['audio']} pieces of sound. Actors 16-20 and FER2013's PublicTest, clips put together class by class, "
        f"{f['clips']} clips:",
        "",
        "| asked | accuracy (95 %) | UAR |",
        "|---|---|---|",
    ]
    lines += [
        f"| {name} | {f[name]['accuracy']:.3f}{_interval(f[name]['interval'])} | {f[name]['uar']:.3f} |"
        for name in ("visual", "audio", "audiovisual")
    ]
    single = f"{f['face_picture_accuracy']:.3f} for a face, {f['sound_piece_accuracy']:.3f} for 30 ms of sound"
    lines += ["", f"A single picture or piece: {single} (three classes)."]
    if "mouth" in f:
        m = f["mouth"]
        lines += [
            "",
            f"Mouth open or closed: {m['accuracy']:.3f}{_interval(m['interval'])} of {m['n']} faces that stayed out "
            f"(the larger class: {m['majority']:.3f}), after {m['steps']} batches of 64 from {m['trained_on']} faces; "
            "the shipped weights learned from all faces in as many.",
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
