"""Backups in a bucket, of a bucket, and of PostgreSQL: as whole and as private as those of a folder into a folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa

from tests import postgres, swift
from tests.webapp import on_servers
from tests.webapp.analysis.samples import answer_all
from tests.webapp.backup.conftest import KEY
from tests.webapp.conftest import Make
from webapp import create_app
from webapp.backup import keys, making, media, places, tables, unpacking
from webapp.backup.keys import BackupError, DamagedError
from webapp.backup.repository import Repository
from webapp.core.database import db, new_id
from webapp.core.folder_storage import FolderStorage
from webapp.core.storage import storage

boto3 = pytest.importorskip("boto3", reason="no driver for S3 (uv sync --extra cluster)")
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module", params=["moto", "swift"])
def endpoint(request):
    with swift.s3(request.param) as address:
        yield address


@pytest.fixture
def bucket(endpoint, monkeypatch):
    """A bucket of the test's own, and what lies in it by name."""
    for name, value in swift.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    name = f"b{new_id()}"
    client = boto3.client("s3", endpoint_url=endpoint)
    client.create_bucket(Bucket=name)
    return name, client


@pytest.mark.full
def test_a_bucket_is_a_place_like_a_folder(place, interview, endpoint, bucket, tmp_path):
    name, client = bucket
    home, there = place.home, places.place_at(f"s3://{name}/of/viva", endpoint)
    db.session.commit()
    repository = Repository(there, KEY, make=True)
    first = making.back_up(home, repository, KEY.secret)
    assert first["new_bytes"] > 1_000_000
    second = making.back_up(home, repository, KEY.secret)
    assert second["new_bytes"] == 0 and second["bytes"] == first["bytes"]
    assert not there.has("lock")
    to = tmp_path / "back"
    unpacking.unpack(Repository(there, KEY), KEY, to)
    stored = sorted(path.relative_to(home) for path in (home / "recordings").rglob("*") if path.is_file())
    assert stored and all((to / path).read_bytes() == (home / path).read_bytes() for path in stored)
    listed = client.list_objects_v2(Bucket=name)["Contents"]
    assert all(each["Key"].startswith("of/viva/") for each in listed)
    # One writer at a time, whichever machine it is on; who was killed lets go in time.
    other = Repository(places.place_at(f"s3://{name}/of/viva", endpoint), KEY)
    with repository.locked(), pytest.raises(BackupError, match="running, or was killed"), other.locked():
        pass
    there.write("lock", json.dumps({"owner": "gone", "until": 1}).encode())
    with other.locked(), pytest.raises(BackupError), repository.locked():
        pass
    # One flipped bit.
    piece = next(each["Key"] for each in listed if "/pieces/" in each["Key"])
    data = bytearray(client.get_object(Bucket=name, Key=piece)["Body"].read())
    data[len(data) // 2] ^= 1
    client.put_object(Bucket=name, Key=piece, Body=bytes(data))
    with pytest.raises(DamagedError):
        unpacking.unpack(repository, KEY, tmp_path / "damaged")
    assert len(making.check(repository)["damaged"]) == 2
    with pytest.raises(BackupError, match="no backup"):
        Repository(places.place_at(f"s3://{name}/other", endpoint), KEY)


@pytest.mark.full
def test_of_two_backups_that_begin_at_once_one_goes_on(endpoint, bucket):
    """Both see that nobody writes; one of them says only then, a little later, that it does."""
    looked, ends = threading.Barrier(2), []

    def begin(late: float) -> None:
        there = places.place_at(f"s3://{bucket[0]}", endpoint)
        holder, first = there._holder, []

        def look() -> tuple[str, float]:
            found = holder()
            if not first:
                first.append(found)
                looked.wait(60)
                time.sleep(late)
            return found

        there._holder = look
        try:
            with there.locked():
                ends.append("writes")
                time.sleep(6)  # longer than the other takes until it says so
        except BackupError:
            ends.append("refused")

    threads = [threading.Thread(target=begin, args=(late,)) for late in (0.0, 1.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(ends) == ["refused", "writes"]


@pytest.mark.full
def test_a_server_that_cannot_be_asked_damages_nothing(place, interview, endpoint, bucket, monkeypatch):
    """What is said to be damaged is thrown away; a line that is cut says nothing of what lies behind it."""
    there = places.place_at(f"s3://{bucket[0]}", endpoint)
    db.session.commit()
    repository = Repository(there, KEY, make=True)
    making.back_up(place.home, repository, KEY.secret)

    def cut(name: str) -> bytes:
        raise OSError(5, "S3 could not be asked", name)

    real = there.read
    monkeypatch.setattr(there, "read", lambda name: cut(name) if name.startswith("pieces/") else real(name))
    with pytest.raises(OSError, match="could not be asked"):
        making.check(repository)


def test_storage_that_lies_elsewhere_is_backed_up_and_comes_back(place, interview, tmp_path):
    """As a bucket is; here a folder on another disk, which was left out of backups before."""
    source, target = FolderStorage(tmp_path / "disk"), FolderStorage(tmp_path / "new disk")
    content = {f"originals/{new_id()}.webm": os.urandom(1_500_000), f"arriving/{new_id()}-{0:020d}.part": b"begun"}
    for key, data in content.items():
        source.save(key, data, durable=True)
    db.session.commit()
    made = making.back_up(place.home, place.repository, KEY.secret, media=source)
    names = {entry["path"] for entry in place.repository.manifest(made["snapshot"])["files"]}
    assert {f"recordings/{key}" for key in content} == {name for name in names if name.startswith("recordings/")}
    assert making.back_up(place.home, place.repository, KEY.secret, media=source)["new_bytes"] == 0
    unpacking.unpack(place.repository, KEY, tmp_path / "back", media=target)
    for key, data in content.items():
        with target.open(key) as stream:
            assert stream.read() == data
    with pytest.raises(BackupError, match="not empty"):
        media.check_empty(target, "the new disk")
    # What was put there goes again where something is damaged.
    pieces = sorted(path for path in (place.folder / "pieces").rglob("*") if path.is_file())
    for path in pieces:
        path.write_bytes(path.read_bytes()[::-1])
    empty = FolderStorage(tmp_path / "empty")
    with pytest.raises(DamagedError):
        unpacking.unpack(place.repository, KEY, tmp_path / "damaged", media=empty)
    media.check_empty(empty, "the empty disk")


def viva(*arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in (on_servers.DATABASE, on_servers.STORAGE)}
    return subprocess.run(
        [sys.executable, str(ROOT / "viva"), *map(str, arguments)],
        capture_output=True, text=True, timeout=180, env=env | settings,
    )  # fmt: skip


def contents(address: str) -> dict[str, list[tuple]]:
    """Every row of every table."""
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        query = 'select * from "{}" order by 1'
        found = {name: sorted(map(repr, connection.execute(sa.text(query.format(name))))) for name in names}
    engine.dispose()
    return found


def database_on(server: str, name: str) -> str:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"create database {name}"))
    engine.dispose()
    return server.rpartition("/")[0] + f"/{name}"


@pytest.mark.full
def test_postgresql_and_a_bucket_come_back_from_a_bucket(endpoint, bucket, tmp_path):
    """As an operator does it on a cluster: the commands, on a database with an interview in it."""
    key, settings = tmp_path / "apart.key", {"VIVA_S3_ENDPOINT": endpoint, "VIVA_STORAGE": f"s3://{bucket[0]}/files"}
    with postgres.running() as server:
        old, new = database_on(server, "old"), database_on(server, "new")
        here = settings | {"VIVA_DATABASE_URL": old, "VIVA_BROKER_URL": "memory://"}
        filled(old, tmp_path / "data", settings)
        to = f"s3://{bucket[0]}/backup"
        made = viva("backup", to, "--key", key, "--data", tmp_path / "data", "--json", **here)
        assert made.returncode == 0, made.stderr[-2000:]
        there = here | {"VIVA_DATABASE_URL": new, "VIVA_STORAGE": f"s3://{bucket[0]}/new"}
        refused = viva("restore", to, "--key", key, "--data", tmp_path / "new", **(there | {"VIVA_DATABASE_URL": old}))
        assert refused.returncode == 2 and "tables already" in refused.stderr, refused.stderr
        assert not objects(bucket, "new/")
        restored = viva("restore", to, "--key", key, "--data", tmp_path / "new", "--json", **there)
        assert restored.returncode == 0, restored.stderr[-2000:]
        report = json.loads(restored.stdout)
        assert not report["failed"] and report["tables"]["recordings"] > 1
        before, after = contents(old), contents(new)
        assert {name for name in before if before[name] != after[name]} <= {"messages", "user_sessions"}
    kept = objects(bucket, "files/")
    assert len(kept) == report["tables"]["recordings"] and objects(bucket, "new/") == kept
    assert (tmp_path / "new" / "secret_key").read_text() == (tmp_path / "data" / "secret_key").read_text()
    assert (tmp_path / "new" / "keys.json").read_text() == (tmp_path / "data" / "keys.json").read_text()
    assert "keys.json" not in {entry["path"] for entry in json_of(key, to, endpoint)["files"]}


def filled(database: str, home: Path, settings: dict[str, str]) -> None:
    """An installation on servers, with an interview in it whose recordings have bytes."""
    app = create_app(
        {
            "HOME": home, "TESTING": True, "BROKER_URL": "memory://", "SQLALCHEMY_DATABASE_URI": database,
            "STORAGE": settings["VIVA_STORAGE"], "S3_ENDPOINT": settings["VIVA_S3_ENDPOINT"],
        }
    )  # fmt: skip
    with app.app_context():
        flask_migrate.upgrade()
        make = Make()
        interview = make.interview()
        answer_all(make, interview)
        for answer in interview.answers:
            for take in answer.takes:
                storage.save(f"originals/{take.recording.id}.webm", take.recording.id.encode() * 50_000)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def objects(bucket, prefix: str) -> dict[str, str]:
    """Name → checksum of the objects in a bucket."""
    listed = bucket[1].list_objects_v2(Bucket=bucket[0], Prefix=prefix).get("Contents", ())
    return {each["Key"].removeprefix(prefix): each["ETag"] for each in listed}


def json_of(key: Path, address: str, endpoint: str) -> dict:
    repository = Repository(places.place_at(address, endpoint), keys.load(key))
    return repository.manifest(repository.names()[-1])


@pytest.mark.full
def test_tables_of_postgresql_are_of_one_moment_and_compared(app, place, tmp_path):
    """Rows of every awkward kind; a row that comes in between changes one piece; a cut one is refused."""
    with postgres.running() as server:
        engine = sa.create_engine(server)
        with engine.begin() as connection:
            for statement in (
                "create table alembic_version (version_num text primary key)",
                "insert into alembic_version values ('none')",
                "create table parent (id text primary key, at timestamptz, bytes bytea, n double precision, j json)",
                "create table child (id serial primary key, parent text references parent (id), words text, "
                "length integer generated always as (length(words)) stored)",
                "insert into parent values ('a', now(), '\\x00ff', 0.1, '{\"a\": 1}'), ('Ä\\\n\t', null, null, 'nan', null)",
                "insert into child (parent, words) select 'a', md5(n::text) || repeat('x', 400) from generate_series(1, 20000) n",
            ):
                connection.exec_driver_sql(statement)
        note, files = tables.save(engine, place.repository)
        rows = {name: table["rows"] for name, table in note["tables"].items()}
        assert rows == {"alembic_version": 1, "parent": 2, "child": 20000}
        with engine.begin() as connection:
            connection.exec_driver_sql("update child set words = 'changed' where id = 10000")
        _note, later = tables.save(engine, place.repository)
        total, new = files[1][0]["size"], sum(added for _entry, added in later)
        assert total > 8_000_000 and 0 < new < total / 4
        folder = tmp_path / "unpacked"
        folder.mkdir()
        entries = {entry["path"]: entry for entry, _new in files}
        for name in rows:
            with (folder / name).open("wb") as stream:
                place.repository.get(entries[f"postgresql/{name}"], stream)
        tables.fill(engine, note, entries, folder)
        again, restored = tables.save(engine, place.repository)
        assert again == note and [entry["sha256"] for entry, _new in restored] == [
            entry["sha256"] for entry, _new in files
        ]
        with engine.begin() as connection:
            assert connection.scalar(sa.text("select count(*) from child where length = 432")) == 20000
            with pytest.raises(sa.exc.IntegrityError), connection.begin_nested():  # its keys are there again
                connection.exec_driver_sql("insert into child (parent) values ('nobody')")
            assert connection.scalar(sa.text("insert into child (parent) values ('a') returning id")) > 20000
        content = (folder / "child").read_bytes()
        (folder / "child").write_bytes(content[: content.rindex(b"\n", 0, -1) + 1])
        with pytest.raises(DamagedError, match="19999 of 20000"):
            tables.fill(engine, note, entries, folder)
        with engine.connect() as connection:  # and nothing has changed
            assert connection.scalar(sa.text("select count(*) from child")) == 20001
        with pytest.raises(BackupError, match="tables already"):
            tables.check_empty(engine)
        tables.empty(engine)
        tables.check_empty(engine)
        engine.dispose()
