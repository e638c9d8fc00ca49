"""A backup is whole, private, incremental, and refused where one bit of it is another."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from datetime import UTC, datetime, timedelta

import pytest

from tests.webapp.backup.conftest import KEY
from webapp.backup import keys, making
from webapp.backup.keys import BackupError, DamagedError, Key
from webapp.backup.repository import Repository


def rows(database):
    with sqlite3.connect(database) as connection:
        return list(connection.iterdump())


def checksums(folder):
    found = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {str(name): hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()}


def test_every_row_and_every_checksum_come_back(place, interview):
    (place.home / "uploads").mkdir(exist_ok=True)
    (place.home / "uploads" / ("a" * 32)).write_bytes(b"half of an upload")
    place.back_up()
    to = place.unpack()
    assert rows(to / "viva.db") == rows(place.home / "viva.db") and len(rows(to / "viva.db")) > 100
    for folder in ("recordings", "uploads"):
        assert checksums(to / folder) == checksums(place.home / folder)
    assert (to / "secret_key").read_text() == KEY.secret
    # What signs sessions and links comes from the key file, and is in no backup.
    assert (to / "keys.json").read_text() == KEY.signing
    newest = place.repository.manifest(place.repository.names()[-1])
    assert "keys.json" not in {entry["path"] for entry in newest["files"]}
    assert (to / "viva.db").stat().st_mode & 0o077 == 0
    assert not (place.home / "backup-work").exists()


def test_nothing_can_be_read_without_the_key(place, interview):
    place.back_up()
    stored = b"".join(path.read_bytes() for path in place.folder.rglob("*") if path.is_file())
    names = " ".join(str(path) for path in place.folder.rglob("*"))
    assert b"Kim Tremblay" not in stored and b"SQLite format" not in stored and KEY.secret.encode() not in stored
    recording = interview.answers[0].takes[0].recording.id
    assert recording not in names and recording.encode() not in stored
    with pytest.raises(BackupError, match="another key"):
        Repository(place.folder, Key(b"x" * 32))


def test_only_what_is_new_is_stored_again(place, interview, make):
    first = place.back_up()
    assert first["new_bytes"] > 1_000_000
    second = place.back_up()
    assert second["new_bytes"] == 0 and second["bytes"] == first["bytes"]
    kept = {path for path in (place.folder / "pieces").rglob("*") if path.is_file()}
    # An old snapshot goes with what it alone has; what a newer one shares stays.
    interview.answers[0].text = "Something else"
    place.back_up()
    later = datetime.now(UTC) + timedelta(days=8)
    gone = making.expire(place.repository, 7, later)
    assert gone["removed"] == 2 and gone["freed_bytes"] > 0
    assert kept & set((place.folder / "pieces").rglob("*"))
    assert making.check(place.repository, later)["good"] == place.repository.names()[0]


def test_an_old_backup_stays_for_as_long_as_no_newer_one_is_whole(place, interview):
    """The newest is damaged: the old good one is all there is, however old."""
    later = datetime.now(UTC) + timedelta(days=40)
    good = place.back_up()["snapshot"]
    interview.answers[0].text = "Something else"
    newest = place.back_up()["snapshot"]
    old, new = ({p for e in place.repository.manifest(n)["files"] for p in e["pieces"]} for n in (good, newest))
    piece = sorted(new - old)[0]
    path = place.folder / "pieces" / piece[:2] / piece
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    kept = making.expire(place.repository, 7, later)
    assert kept["removed"] == 0 and [each["snapshot"] for each in kept["damaged"]] == [newest]
    assert making.check(place.repository)["good"] == good
    path.write_bytes(whole)
    assert making.expire(place.repository, 7, later)["removed"] == 1 and place.repository.names() == [newest]


@pytest.mark.parametrize("which", ["pieces", "snapshots"])
def test_one_flipped_bit_is_refused(place, interview, which):
    good = place.back_up()["snapshot"]
    interview.answers[0].text = "Something else"
    newest = place.back_up()["snapshot"]
    mine = place.folder / "snapshots" / newest
    if which == "pieces":
        old, new = ({p for e in place.repository.manifest(n)["files"] for p in e["pieces"]} for n in (good, newest))
        piece = sorted(new - old)[0]
        mine = place.folder / "pieces" / piece[:2] / piece
    data = bytearray(mine.read_bytes())
    data[len(data) // 2] ^= 1
    mine.write_bytes(data)
    with pytest.raises(DamagedError):
        place.unpack(newest)
    found = making.check(place.repository)
    assert found["good"] == good and [each["snapshot"] for each in found["damaged"]] == [newest]


def test_a_piece_that_is_missing_and_one_in_anothers_place_are_refused(place, interview):
    newest = place.back_up()["snapshot"]
    pieces = sorted(path for path in (place.folder / "pieces").rglob("*") if path.is_file())
    pieces[0].write_bytes(pieces[1].read_bytes())
    with pytest.raises(DamagedError):
        place.unpack(newest)
    pieces[0].unlink()
    with pytest.raises(DamagedError, match="missing"):
        place.unpack(newest)


def test_it_is_of_one_moment_while_others_write(place, app, interview):
    """Two tables that are always written together are never found apart."""
    database = place.home / "viva.db"
    with sqlite3.connect(database) as connection:
        connection.execute("create table one (n integer)")
        connection.execute("create table two (n integer)")
    stop = threading.Event()

    def write():
        connection = sqlite3.connect(database, timeout=30)
        while not stop.is_set():
            with connection:
                connection.execute("insert into one values (1)")
                connection.execute("insert into two values (1)")
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            name = place.back_up()["snapshot"]
            tables = place.repository.manifest(name)["tables"]
            assert tables["one"] == tables["two"]
    finally:
        stop.set()
        writer.join()
    assert tables["one"] > 0


def test_the_command(app, place, interview, tmp_path, monkeypatch):
    monkeypatch.delenv("VIVA_SECRET_KEY", raising=False)
    runner = app.test_cli_runner()
    key, to = tmp_path / "apart" / "key", tmp_path / "elsewhere"
    (place.home / "keys.json").write_text('{"sessions": [], "links": []}')

    def run(*more: str):
        return runner.invoke(args=["backup", str(to), *more])

    assert run("--key", str(to / "key")).exit_code == 2  # not beside the backup
    assert run("--key", str(place.home / "key")).exit_code == 2
    assert run().exit_code == 2
    assert run("--key", str(key), "--check").exit_code == 2  # there is none
    made = run("--key", str(key), "--json", "--keep-days", "30")
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["files"] > 2
    assert key.stat().st_mode & 0o077 == 0 and keys.load(key).secret == "test"
    assert json.loads(keys.load(key).signing) == json.loads((place.home / "keys.json").read_text())
    good = json.loads(run("--key", str(key), "--check", "--json").stdout)
    assert good["good"] and good["age_seconds"] < 60 and not good["damaged"]
    os.rename(key, f"{key}.lost")
    assert run("--key", str(key)).exit_code == 2  # no other key is made for a backup that has one
    assert not key.exists()
