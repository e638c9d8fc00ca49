"""A data folder with an interview in it, and where its backups go."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.webapp.analysis.samples import answer_all
from webapp import create_app
from webapp.backup import making, unpacking
from webapp.backup.keys import Key
from webapp.backup.repository import Repository
from webapp.core.database import db
from webapp.core.storage import storage

KEY = Key(b"k" * 32, "the secret of this installation", '{"sessions": [], "links": []}')


class Place:
    """Backups of ``home``, and what is restored of them."""

    def __init__(self, home: Path, root: Path) -> None:
        self.home, self.folder, self._root, self._count = home, root / "backup", root, 0
        self.repository = Repository(self.folder, KEY, make=True)

    def back_up(self):
        db.session.commit()
        return making.back_up(self.home, self.repository, KEY.secret)

    def unpack(self, name: str = "", *, journal: bool = True) -> Path:
        self._count += 1
        to = self._root / f"restored{self._count}"
        unpacking.unpack(self.repository, KEY, to, name, [self.home / "removals.jsonl"] if journal else [])
        return to


@pytest.fixture
def place(app, tmp_path):
    return Place(Path(app.config["HOME"]), tmp_path)


@pytest.fixture
def interview(make):
    """An interview with answers, whose recordings have bytes."""
    found = make.interview()
    answer_all(make, found)
    for answer in found.answers:
        for take in answer.takes:
            storage.save(f"originals/{take.recording.id}.webm", take.recording.id.encode() * 50_000)
    return found


@pytest.fixture
def restored():
    """Makes the application of a folder that was restored."""

    def make(home: Path):
        settings = {"HOME": home, "TESTING": True, "RATELIMIT_ENABLED": False, "BROKER_URL": "memory://"}
        return create_app({**settings, "SERVER_NAME": "viva.test"})

    return make
