"""Write the table of figures in README.md from what ships with the models.

``.venv/bin/python docs/figures.py`` writes it; ``table()`` is what a test compares with the README.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "ml" / "weights"
START, END = "<!-- figures:", "<!-- end of figures -->"


def rows() -> list[tuple[str, str, str, str]]:
    """Model with version, measure, value, command; a model that is not there has no row."""
    found = []
    if card := _card("face"):
        figures = card["figures"]
        command = "./viva evaluate face --data DIR/faces/fer2013_public.npz --json"
        for measure, key in (
            ("accuracy on FER2013 PublicTest", "public_test_accuracy"),
            ("the same, without exact copies of training rows", "public_test_accuracy_without_copies_of_training_rows"),
            ("unweighted recall on PublicTest", "public_test_uar"),
            ("agreement with the majority of FER+'s annotators on PublicTest", "ferplus_public_test_accuracy"),
        ):
            found.append((card["version"], measure, _number(figures[key]), command))
    if card := _card("speech"):
        figures = card["figures"]
        low, high = figures["uar_interval_over_actors"]
        value = f"{_number(figures['uar_mean'])} ({_number(low)} to {_number(high)})"
        folds = len(figures["uar_per_fold"])
        measure = f"unweighted recall on RAVDESS, {folds} folds grouped by actor"
        value += " over actors"
        command = "./viva train speech --data DIR"
        found.append((card["version"], measure, value, command))
        for name, some in {"RAVDESS": figures, "nEMO (Polish)": figures["corpora"].get("nemo")}.items():
            if some is None:
                continue
            if name != "RAVDESS":
                found.append(
                    (card["version"], f"unweighted recall on {name}, likewise", _number(some["uar_mean"]), command)
                )
            told = some["selective"]
            measure = f"clips of unheard speakers of {name} for which an emotion is named"
            value = f"{told['coverage']:.0%}; of these, right: {_number(told['accuracy'])}"
            found.append((card["version"], measure, value, command))
    if card := _card("fusion"):
        for task in ("eight", "three"):
            figures = card["figures"][task]
            low, high = figures["accuracy_interval"]
            value = f"{_number(figures['accuracy'])} ({_number(low)} to {_number(high)})"
            sides = f"face alone {_number(figures['face_uar'])}, voice alone {_number(figures['speech_uar'])}"
            measure = f"face and voice together on RAVDESS, {task} classes, five folds by actor: accuracy"
            found.append(
                (card["version"], measure, value, "./viva evaluate fusion --data DIR --action-units CSV --json")
            )
            found.append(
                (
                    card["version"],
                    f"the same, {task} classes: unweighted recall",
                    f"{_number(figures['uar'])} ({sides})",
                    "",
                )
            )
    if card := _card("text"):
        figures = card["figures"]
        command = "./viva train text --data DIR --encoder FOLDER"
        measure = "mean accuracy over five traits, ten folds by author (Essays)"
        found.append((card["version"], measure, _number(figures["accuracy"]), command))
        found.append((card["version"], "always the more frequent answer", _number(figures["majority_accuracy"]), ""))
    return found


def table() -> str:
    """The rows in Markdown."""
    lines = ["| model | measure | figure | command |", "|---|---|---|---|"]
    lines += [
        f"| {model} | {measure} | {value} | {f'`{command}`' if command else ''} |"
        for model, measure, value, command in rows()
    ]
    return "\n".join(lines)


def in_readme() -> str:
    """The table as README.md has it."""
    _before, rest = (ROOT / "README.md").read_text("utf-8").split(START, 1)
    inside, _after = rest.split(END, 1)
    return inside.split("-->", 1)[1].strip()


def main() -> None:
    """Write the table into README.md."""
    text = (ROOT / "README.md").read_text("utf-8")
    before, rest = text.split(START, 1)
    comment, rest = rest.split("-->", 1)
    _old, after = rest.split(END, 1)
    (ROOT / "README.md").write_text(f"{before}{START}{comment}-->\n{table()}\n{END}{after}", "utf-8")


def _card(name: str) -> dict[str, Any] | None:
    path = WEIGHTS / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def _number(value: float) -> str:
    return f"{value:.3f}"


if __name__ == "__main__":
    main()
