"""The folders of training runs: files that are written whole or not at all, and options that stay what they were."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A name to write to in place of ``path``, which takes its place at the end; an interruption leaves ``path`` alone.

    The name ends as ``path`` does, since Keras and numpy choose the format by it.
    """
    partial = path.with_name(f"partial-{path.name}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def begin(folder: Path, **options: Any) -> None:
    """Make a run's folder, or go on in it. ``options`` (JSON-able) are what its checkpoints depend on.

    Raises ValueError where the run was begun with others: networks of both would be mixed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "options.json"
    if not path.is_file():
        with whole(path) as partial:
            partial.write_text(json.dumps(options, indent=1) + "\n", "utf-8")
        return
    before = json.loads(path.read_text("utf-8"))
    changed = [
        f"{name} {before.get(name)}, not {value}" for name, value in options.items() if before.get(name) != value
    ]
    if changed:
        raise ValueError(
            f"The run in {folder} was begun with {', '.join(changed)}. Give it the same to go on, or begin another "
            "with --run-dir DIR."
        )
