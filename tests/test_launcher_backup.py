"""./viva backup and ./viva restore, as an operator runs them."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def viva(*arguments: object, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "viva"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, **options)


@pytest.mark.full
def test_a_data_folder_comes_back_and_a_damaged_backup_leaves_nothing(tmp_path):
    data, to, key, new = (tmp_path / name for name in ("data", "backup", "apart.key", "new"))
    assert viva("flask", "--data", data, "prepare").returncode == 0
    made = viva("backup", to, "--key", key, "--data", data, "--json")
    assert made.returncode == 0, made.stderr
    done = viva("restore", to, "--key", key, "--data", new, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["snapshot"] == json.loads(made.stdout)["snapshot"] and not report["failed"]
    with sqlite3.connect(data / "viva.db") as old, sqlite3.connect(new / "viva.db") as restored:
        for name in report["tables"]:
            query = 'select * from "{}"'
            assert list(old.execute(query.format(name))) == list(restored.execute(query.format(name)))
    assert (new / "secret_key").read_text() == (data / "secret_key").read_text()
    again = viva("restore", to, "--key", key, "--data", new)
    assert again.returncode == 2 and "not empty" in again.stderr
    piece = next(path for path in (to / "pieces").rglob("*") if path.is_file())
    piece.write_bytes(piece.read_bytes()[:-1] + bytes([piece.read_bytes()[-1] ^ 1]))
    broken = viva("restore", to, "--key", key, "--data", tmp_path / "other")
    assert broken.returncode == 1 and "Nothing was restored" in broken.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["apart.key", "backup", "data", "new"]
