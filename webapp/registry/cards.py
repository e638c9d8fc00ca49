"""What the models' own files say: cards beside the weights, and the model cards in words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ml
from ml.core.registry import sha256, weights_folder

#: Headings under which a model card says what the model is for and what it must not be used for.
_USE = re.compile(r"use|what none of this is for|what it is for", re.IGNORECASE)
_LIMITS = re.compile(r"^limits", re.IGNORECASE)


@dataclass(frozen=True)
class Card:
    """One model: its card as data, and what its model card says of uses and limits, as text."""

    name: str
    data: dict[str, Any]

    @property
    def version(self) -> str:
        """The version; empty where the card has none."""
        return str(self.data.get("version", ""))

    @property
    def files(self) -> dict[str, str]:
        """File → SHA-256 that it should have."""
        files = self.data.get("files")
        return {str(key): str(value) for key, value in files.items()} if isinstance(files, dict) else {}

    @property
    def sha256(self) -> str:
        """The hash of what serves: the first file listed."""
        return next(iter(self.files.values()), "")

    @property
    def text(self) -> dict[str, str]:
        """Sections of the model card by heading; empty where the model has none of its own."""
        path = Path(str(ml.__file__)).parent / self.name / "MODEL_CARD.md"
        return sections(path.read_text("utf-8")) if path.is_file() else {}

    @property
    def uses(self) -> str:
        """What it is for, and what it must not be used for."""
        return "\n\n".join(body for heading, body in self.text.items() if _USE.search(heading))

    @property
    def limits(self) -> str:
        """What it cannot do."""
        return "\n\n".join(body for heading, body in self.text.items() if _LIMITS.search(heading))

    def figures(self) -> list[tuple[str, str]]:
        """The figures of the card, each under the path to it."""
        return flat(self.data.get("figures") or self.data.get("measured") or {})

    def damaged(self) -> list[str]:
        """Files that are missing, or are not what the card says. Reads every one."""
        folder = weights_folder()
        return [
            name
            for name, wanted in self.files.items()
            if not (folder / name).is_file() or (len(wanted) == 64 and sha256(folder / name) != wanted)
        ]


def cards() -> list[Card]:
    """Every model that has a card, by name."""
    found = []
    for path in sorted(weights_folder().glob("*.json")):
        data = json.loads(path.read_text("utf-8"))
        if isinstance(data, dict) and data.get("version"):
            found.append(Card(path.stem, data))
    return found


def sections(text: str) -> dict[str, str]:
    """Heading → body of a document's second level."""
    parts = re.split(r"^## +(.+)$", text, flags=re.MULTILINE)
    return {heading.strip(): body.strip() for heading, body in zip(parts[1::2], parts[2::2], strict=True)}


def flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Leaves of nested data: the path to each, and what it is; long lists are counted."""
    if isinstance(value, dict):
        return [each for key, inner in value.items() for each in flat(inner, f"{path} › {key}" if path else str(key))]
    if isinstance(value, list) and len(value) > 4:
        return [(path, f"{len(value)} values")]
    if isinstance(value, float):
        return [(path, f"{value:.4g}")]
    return [(path, ", ".join(map(str, value)) if isinstance(value, list) else str(value))]
