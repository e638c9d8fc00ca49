"""Viva's version, and what runs its networks, for people and programs: ``./viva --version --json``."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any


def version() -> str:
    """Viva's version, from pyproject.toml."""
    path = Path(__file__).resolve().parent.parent / "pyproject.toml"
    return str(tomllib.loads(path.read_text("utf-8"))["project"]["version"])


def describe() -> dict[str, Any]:
    """{version, runtime (the setting), networks: {file: what runs it}, models: {name: version}}."""
    from ml.core import registry, runtime

    models = {card.stem: registry.describe(card.stem)["version"] for card in registry.weights_folder().glob("*.json")}
    return {
        "version": version(),
        "runtime": runtime.setting(),
        "networks": runtime.runtimes(),
        "models": dict(sorted(models.items())),
    }


def main() -> int:
    """Print one JSON object; 2 where a setting cannot be used, 3 where a model is missing."""
    from ml.core.errors import ModelMissing, VivaError

    try:
        found = describe()
    except VivaError as failure:
        print(f"viva: {failure}", file=sys.stderr)
        return 3 if isinstance(failure, ModelMissing) else 2
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
