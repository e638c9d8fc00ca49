"""Storage: keys of our own making, files whole or not at all, and nobody else who knows where they lie."""

from __future__ import annotations

import ast
import errno
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp.core.database import new_id
from webapp.core.folder_storage import FolderStorage
from webapp.core.storage import Storage, storage
from webapp.core.uploads import Uploads

WEBAPP = Path(__file__).parents[3] / "webapp"
#: The only files that join paths of these folders.
OWNERS = {"core/storage.py", "core/folder_storage.py", "core/uploads.py", "backup/making.py"}
FOLDERS = {"recordings", "uploads", "set-aside", "originals", "playable", "maps"}


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    return Storage(FolderStorage(tmp_path / "recordings"), Uploads(tmp_path))


@pytest.fixture
def key() -> str:
    return f"originals/{new_id()}.webm"


def names(tmp_path: Path) -> list[str]:
    """Every file below the folder."""
    return sorted(
        path.relative_to(tmp_path / "recordings").as_posix() for path in tmp_path.rglob("*") if path.is_file()
    )


BAD_KEYS = ["../secret_key", "originals/../../viva.db", "originals/a.webm", "/etc/passwd", "", f"originals/{'0' * 32}"]


@pytest.mark.parametrize("bad", BAD_KEYS)
@pytest.mark.parametrize("method", ["open", "read", "delete", "size", "exists", "local_path", "send"])
def test_only_our_own_keys_lead_anywhere(store, method, bad):
    with pytest.raises(ValueError, match="Not a storage key"):
        getattr(store, method)(bad)


@pytest.mark.parametrize("bad", BAD_KEYS)
def test_nothing_is_saved_at_other_keys(store, tmp_path, bad):
    with pytest.raises(ValueError, match="Not a storage key"):
        store.save(bad, b"media")
    assert names(tmp_path) == []


def test_kinds_and_owners_are_checked_too(store):
    for wrong in (("..", "0" * 32), ("maps", ".."), ("maps", ""), ("maps", "*")):
        with pytest.raises(ValueError, match="Not a storage key"):
            store.delete_of(*wrong)
    with pytest.raises(ValueError, match="Not a storage key"):
        store.owners_of("../logs")


@pytest.mark.parametrize("durable", [True, False])
def test_bytes_streams_and_files_are_saved(store, tmp_path, key, durable):
    for source in (b"bytes", io.BytesIO(b"stream")):
        store.save(key, source, durable=durable)
    assert store.read(key) == b"stream"
    upload = tmp_path / "upload"
    upload.write_bytes(b"a file")
    store.save(key, upload, durable=durable)
    assert not upload.exists()
    with store.open(key) as stream:
        assert stream.read() == b"a file"
    assert store.size(key) == 6 and names(tmp_path) == [key]


def test_a_file_of_another_disk_is_copied(store, tmp_path, key, monkeypatch):
    real = os.replace

    def replace(source, target):
        if not str(source).endswith(".part"):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    upload = tmp_path / "upload"
    upload.write_bytes(b"from afar")
    store.save(key, upload)
    assert store.read(key) == b"from afar" and names(tmp_path) == [key]


class Breaking(io.BytesIO):
    """A stream that breaks off."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise ConnectionError("gone")
        return super().read(3)


def test_saving_is_whole_or_not_at_all(store, tmp_path, key):
    store.save(key, b"before")
    with pytest.raises(ConnectionError):
        store.save(key, Breaking(b"only a part of this"))
    assert store.read(key) == b"before" and names(tmp_path) == [key]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_what_lay_there_survives_a_failing_disk(store, tmp_path, key, monkeypatch, step):
    store.save(key, b"before")
    upload = tmp_path / "upload"
    upload.write_bytes(b"after")

    def fails(*_arguments):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, step, fails)
    for source in (b"after", upload):
        with pytest.raises(OSError, match="Input/output"):
            store.save(key, source)
    assert store.read(key) == b"before" and upload.read_bytes() == b"after"


def test_saving_reaches_the_disk_before_it_gets_its_name(store, tmp_path, key, monkeypatch):
    steps = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda descriptor: (steps.append("sync"), fsync(descriptor)))
    monkeypatch.setattr(os, "replace", lambda *paths: (steps.append("name"), replace(*paths)))
    upload = tmp_path / "upload"
    upload.write_bytes(b"media")
    for source in (b"media", upload):
        steps.clear()
        store.save(key, source)
        assert steps == ["sync", "name", "sync"]
    steps.clear()
    store.save(key, b"media", durable=False)
    assert steps == ["name"]


def test_deleting_twice_is_no_error(store, key):
    store.save(key, b"media")
    store.delete(key)
    store.delete(key)
    assert not store.exists(key) and store.size(key) is None and store.read(key) is None


def test_what_is_missing_is_said(store, key):
    for missing in (lambda: store.open(key), lambda: store.local_path(key).__enter__()):
        with pytest.raises(FileNotFoundError):
            missing()


def test_a_local_file_for_who_needs_one(store, key):
    store.save(key, b"media")
    with store.local_path(key) as path:
        assert path.read_bytes() == b"media" and path.suffix == ".webm"


def test_keys_and_owners(store, tmp_path):
    one, other = new_id(), new_id()
    for key in (f"maps/{one}-2.json", f"maps/{one}-1.json", f"maps/{other}-1.json"):
        store.save(key, b"{}")
    order = (f"{one}-1.json", f"{one}-2.json", f"{other}-1.json")
    for age, name in enumerate(order):
        os.utime(tmp_path / "recordings" / "maps" / name, (age, age))
    (tmp_path / "recordings" / "maps" / f"{one}-3.json.1-2.part").write_bytes(b"{")
    assert store.keys_of("maps") == [f"maps/{name}" for name in order]
    assert store.keys_of("maps", other) == [f"maps/{other}-1.json"]
    assert store.owners_of("maps") == {one, other}
    store.delete_of("maps", one)
    assert names(tmp_path) == [f"maps/{other}-1.json"]
    assert store.keys_of("originals") == [] and store.owners_of("originals") == set()


def test_files_of_earlier_versions_are_found(app):
    """Where they lie is part of what data folders promise."""
    owner = new_id()
    path = app.config["HOME"] / "recordings" / "originals" / f"{owner}.webm"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"media")
    assert storage.read(f"originals/{owner}.webm") == b"media"
    upload = app.config["HOME"] / "uploads" / owner
    upload.parent.mkdir(exist_ok=True)
    upload.write_bytes(b"12345")
    assert storage.uploads.size(owner) == 5


@pytest.mark.parametrize(
    ("asked", "status", "sent"),
    [
        (None, 200, b"0123456789"),
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-2", 206, b"89"),
        ("bytes=99-", 416, None),
    ],
)
def test_sending_in_ranges(app, asked, status, sent):
    key = f"playable/{new_id()}.webm"
    storage.save(key, b"0123456789")
    with app.test_request_context(headers={"Range": asked} if asked else {}):
        try:
            response = storage.send(key, mimetype="video/webm")
        except Exception as error:
            assert error.code == status
            return
        response.direct_passthrough = False
        assert (response.status_code, response.get_data()) == (status, sent)
        if status == 206:
            assert response.headers["Content-Range"].endswith("/10")


def test_sending_what_is_missing(app, key):
    with app.test_request_context(), pytest.raises(FileNotFoundError):
        storage.send(key, mimetype="video/webm")


def test_uploads_take_ids_alone(store):
    for bad in ("../secret_key", "", "A" * 32, "0" * 31, "0" * 31 + "/"):
        with pytest.raises(ValueError, match="Not a recording's id"):
            store.uploads.size(bad)


def joins(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Where a path is joined with one of storage's folders, or storage's insides are used."""
    for node in ast.walk(tree):
        parts: list[ast.expr] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            parts = [node.left, node.right]
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "FolderStorage":
                yield node.lineno, name
            elif name in {"joinpath", "join", "Path", "open"}:
                parts = list(node.args)
        elif isinstance(node, ast.Attribute) and node.attr in {"_backend", "_root"}:
            yield node.lineno, node.attr
        for part in parts:
            literals = [one.value for one in ast.walk(part) if isinstance(one, ast.Constant) and type(one.value) is str]
            yield from ((node.lineno, text) for text in literals if set(text.strip("/").split("/")) & FOLDERS)


def test_nothing_else_joins_paths_of_stored_files():
    found = [
        f"{name}:{line} {what}"
        for path in sorted(WEBAPP.rglob("*.py"))
        if (name := path.relative_to(WEBAPP).as_posix()) not in OWNERS
        for line, what in joins(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize(
    "planted",
    [
        'Path(current_app.config["HOME"]) / "recordings" / key',
        'home / f"originals/{recording.id}.webm"',
        'os.path.join(home, "uploads")',
        'home.joinpath("recordings/originals")',
        "storage._backend._root",
        "FolderStorage(home)",
    ],
)
def test_a_planted_path_is_found(planted):
    assert list(joins(ast.parse(planted)))
