"""A worker's entry point for tests: everything is real but the models, which take as long as the test says.

Each reading first appends a line to ``started`` in VIVA_HOME and then reads for as long as the file ``slow`` is there
(where that names modalities, those alone).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from ml.core.readings import Reading
from ml.media.info import MediaInfo
from tests.webapp.analysis.samples import READINGS
from webapp import create_app
from webapp.analysis import readers

HOME = Path(os.environ["VIVA_HOME"])


def slow_read(
    modality: str, source: str, progress: Callable[[float], None], *, info: MediaInfo | None = None
) -> Reading:
    with (HOME / "started").open("a", encoding="ascii") as stream:
        stream.write(f"{modality} {os.getpid()}\n")
    share = 0.0
    while (HOME / "slow").exists() and modality in ((HOME / "slow").read_text("ascii") or modality):
        share = min(0.9, share + 0.01)
        progress(share)
        time.sleep(0.05)
    return READINGS[modality]()


readers.read = slow_read
flask_app = create_app(
    {"LEASE_SECONDS": int(os.environ.get("TEST_LEASE", "3")), "HEARTBEAT_SECONDS": 1, "SECRET_KEY": "test"}
)
app = flask_app.extensions["celery"]
app.conf.beat_schedule["sweep"]["schedule"] = 1.0
if "TEST_TASKS" in os.environ:  # after so many a process is replaced
    app.conf.worker_max_tasks_per_child = int(os.environ["TEST_TASKS"])
