"""Queue names and task names stand in one place, and every queue has a worker."""

from __future__ import annotations

import re
from pathlib import Path

from webapp.core import queues

ROOT = Path(__file__).parents[3]


def test_every_task_has_a_name_of_the_one_place(app):
    ours = {name for name in app.extensions["celery"].tasks if not name.startswith("celery.")}
    names = {value for key, value in vars(queues).items() if key.isupper() and isinstance(value, str)}
    assert ours <= names
    assert set(queues.ROUTES) <= ours


def test_the_launcher_starts_workers_for_every_queue():
    text = (ROOT / "launcher" / "serving.py").read_text("utf-8")
    started = {name for names in re.findall(r'queue\("([\w,]+)"', text) for name in names.split(",")}
    assert started == set(queues.QUEUES)


def test_no_feature_spells_a_task_or_a_queue_out():
    spelt = {f'"{value}"' for key, value in vars(queues).items() if key.isupper() and isinstance(value, str)} - {
        *('"analysis"', '"transcripts"'),  # features' names, too
    }
    for path in (ROOT / "webapp").rglob("*.py"):
        if path.name != "queues.py":
            text = path.read_text("utf-8")
            assert not [name for name in spelt if name in text], path
