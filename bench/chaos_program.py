"""Viva's processes in the bench of chaos: all is as it is but the clock, which goes wrong, and the analyses.

``celery -A bench.chaos_program`` are the workers and the clock, ``python -m bench.chaos_program --listen`` the server.
What a process takes for the time is off by what the file ``skew`` in the data folder says for its kind. An analysis
takes a moment and returns the same reading for everybody. Nothing else may import this module: it changes the clock.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from bench.chaos_servers import SKEW
from ml.core.readings import TRAITS, Estimate, ModelVersion, TextReading
from webapp import create_app
from webapp.analysis import readers
from webapp.core import database, queues, server

#: Seconds that an analysis takes.
ANALYSIS = 0.3


def kind() -> str:
    """Which of Viva's processes this is."""
    words = " ".join(sys.argv)
    return next((name for name in queues.QUEUES if f"-Q {name}" in words), "server")


class Clock(datetime):
    """What `webapp.core.database.now` asks."""

    _read = 0.0
    _off = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        """The moment, off by what the file says; it is read once a second."""
        if time.monotonic() - cls._read > 1.0:
            cls._read = time.monotonic()
            try:
                said = json.loads((Path(os.environ["VIVA_HOME"]) / SKEW).read_text("utf-8"))
            except (OSError, ValueError):
                said = {}
            cls._off = timedelta(seconds=said.get(kind(), 0.0))
        return datetime.now(tz) + cls._off


def read(_modality: str, _source: str, progress: Callable[[float], None], **_kept: Any) -> TextReading:
    """In place of the models."""
    for step in range(3):
        progress(step / 3)
        time.sleep(ANALYSIS / 3)
    return TextReading(
        model=ModelVersion("text", "chaos.1", "ab" * 32),
        coverage=0.95,
        traits={trait: Estimate(0.5, 0.4, 0.6, 80) for trait in TRAITS},
        statistics={
            "words": 80, "sentences": 8, "words_per_sentence": 10.0, "distinct_words": 17, "type_token_ratio": 0.2125,
            "most_frequent": [["plan", 8]],
        },
    )  # fmt: skip


database.datetime = Clock
readers.read = read

if __name__ == "__main__":
    server.main()
else:
    flask_app = create_app()
    app = flask_app.extensions["celery"]
