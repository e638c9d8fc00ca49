"""Storage in S3 and sealed storage do what the folder does; nothing can be read of what is sealed."""

from __future__ import annotations

import http.client
import io
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests import servers, swift
from webapp.core import sealed_storage, storage_moving
from webapp.core.database import new_id
from webapp.core.folder_storage import FolderStorage
from webapp.core.object_uploads import ObjectUploads
from webapp.core.sealed_storage import BLOCK, HEADER, Keyring, SealedStorage, SealError
from webapp.core.storage import Storage
from webapp.core.storage_cli import group
from webapp.core.uploads import Uploads

boto3 = pytest.importorskip("boto3", reason="no driver for S3 (uv sync --extra cluster)")
Config = pytest.importorskip("botocore.config").Config
ClientError = pytest.importorskip("botocore.exceptions").ClientError
s3_storage = pytest.importorskip("webapp.core.s3_storage")
KEY, OTHER_KEY = "A" * 43 + "=", "B" * 43 + "="
OURS, THEIRS = "1" * 32, "2" * 32
KINDS = ("s3", "sealed folder", "sealed s3")


@pytest.fixture(scope="module", params=["moto", pytest.param("swift", marks=pytest.mark.full)])
def endpoint(request) -> Iterator[str]:
    with swift.s3(request.param) as address:
        yield address


@pytest.fixture
def bucket(endpoint, monkeypatch) -> str:
    """A bucket of the test's own."""
    for name, value in swift.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    name = f"b{new_id()}"
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=name)
    return name


def backend_of(kind: str, tmp_path: Path, endpoint: str, bucket: str) -> Any:
    inner = (
        s3_storage.S3Storage(f"s3://{bucket}/some/prefix", endpoint, tmp_path / "work")
        if "s3" in kind
        else FolderStorage(tmp_path / "recordings")
    )
    return SealedStorage(inner, Keyring([KEY]), tmp_path / "work") if "sealed" in kind else inner


@pytest.fixture(params=KINDS)
def store(request, tmp_path, endpoint, bucket) -> Storage:
    return Storage(backend_of(request.param, tmp_path, endpoint, bucket), Uploads(tmp_path))


def test_what_is_saved_comes_back(store, tmp_path):
    key, big = f"originals/{new_id()}.webm", os.urandom(BLOCK * 3 + 17)
    assert not store.exists(key)
    for read in (store.open, lambda key: store.local_path(key).__enter__()):
        with pytest.raises(FileNotFoundError):
            read(key)
    finished = tmp_path / "finished"
    finished.write_bytes(big)
    for source, content in ((b"", b""), (b"media", b"media"), (io.BytesIO(big), big), (finished, big)):
        store.save(key, source, organisation_id=OURS)
        assert store.read(key) == content
        assert store.size(key) == len(content)
        with store.local_path(key) as path:
            assert path.read_bytes() == content
            assert path.suffix == ".webm"
    assert not finished.exists()
    assert not [path for path in (tmp_path / "work").rglob("*") if path.is_file()]


def test_keys_and_owners(store):
    first, second = new_id(), new_id()
    for owner in (first, second):
        store.save(f"maps/{owner}.png", b"1")
    store.save(f"maps/{first}-b.png", b"2")
    assert store.owners_of("maps") == {first, second}
    assert set(store.keys_of("maps", first)) == {f"maps/{first}.png", f"maps/{first}-b.png"}
    store.delete_of("maps", first)
    store.delete(f"maps/{first}.png")
    assert store.keys_of("maps") == [f"maps/{second}.png"]
    assert store.keys_of("posters") == []


def test_large_files_go_in_parts(tmp_path, endpoint, bucket):
    store, key, content = (
        backend_of("s3", tmp_path, endpoint, bucket),
        f"originals/{new_id()}.webm",
        os.urandom(17 << 20),
    )
    store.save(key, io.BytesIO(content), durable=True)
    head = boto3.client("s3", endpoint_url=endpoint).head_object(Bucket=bucket, Key=f"some/prefix/{key}")
    assert head["ETag"].strip('"').endswith("-2")  # two parts
    with store.open(key) as stream:
        assert stream.read() == content


RANGES = {
    "bytes=0-": (206, 0, 200_000), "bytes=5-9": (206, 5, 10), "bytes=-5": (206, 199_995, 200_000),
    "bytes=65535-65536": (206, 65_535, 65_537), "bytes=131072-199999": (206, 131_072, 200_000),
    "bytes=199999-999999": (206, 199_999, 200_000), "bytes=200000-": (416, 0, 0), "bytes=0-1,5-6": (200, 0, 200_000),
    None: (200, 0, 200_000),
}  # fmt: skip


def test_ranges_are_sent(store, app):
    key, content = f"playable/{new_id()}.webm", os.urandom(200_000)
    store.save(key, content, organisation_id=OURS)
    app.add_url_rule("/sent", view_func=lambda: store.send(key, mimetype="video/webm", etag="abc", max_age=0))
    client = app.test_client()
    for asked, (status, start, stop) in RANGES.items():
        answer = client.get("/sent", headers={"Range": asked} if asked else {})
        assert answer.status_code == status, asked
        if status != 416:
            assert answer.data == content[start:stop], asked
            assert answer.content_length == stop - start
        if status == 206:
            assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/200000"
    assert client.head("/sent").headers["Content-Length"] == "200000"
    assert client.get("/sent", headers={"If-None-Match": '"abc"'}).status_code == 304


def test_a_range_without_an_end_comes_piece_by_piece(store, app, monkeypatch):
    monkeypatch.setattr("webapp.core.sending.WINDOW", 1000)
    key = f"playable/{new_id()}.webm"
    store.save(key, bytes(5000))
    app.add_url_rule("/sent", view_func=lambda: store.send(key, mimetype="video/webm"))
    answer = app.test_client().get("/sent", headers={"Range": "bytes=500-"})
    assert answer.headers["Content-Range"] == "bytes 500-1499/5000"
    assert len(answer.data) == 1000


# sealed


@pytest.fixture
def folder(tmp_path) -> FolderStorage:
    return FolderStorage(tmp_path / "recordings")


@pytest.fixture
def vault(folder, tmp_path) -> SealedStorage:
    return SealedStorage(folder, Keyring([KEY]), tmp_path / "work")


NAME = f"originals/{'a' * 32}.webm"
SECRET = b"my former employer is suing me. " * 5000


def stored(folder: FolderStorage, key: str = NAME) -> bytes:
    with folder.open(key) as stream:
        return stream.read()


def test_nothing_of_what_was_said_is_in_the_stored_bytes(folder, vault):
    vault.save(NAME, SECRET, durable=True, organisation_id=OURS)
    raw = stored(folder)
    assert b"employer" not in raw
    assert len(raw) > len(SECRET)
    vault.save(NAME.replace("a", "b"), SECRET, durable=True, organisation_id=OURS)
    assert stored(folder, NAME.replace("a", "b"))[HEADER : HEADER + 64] != raw[HEADER : HEADER + 64]


def test_another_organisations_key_opens_nothing(folder, vault):
    vault.save(NAME, SECRET, durable=True, organisation_id=OURS)
    raw = bytearray(stored(folder))
    at = len(sealed_storage.MAGIC)
    raw[at : at + 16] = bytes.fromhex(THEIRS)
    folder.save(NAME, bytes(raw), durable=True)
    with pytest.raises(SealError, match="altered"):
        vault.open(NAME)


def test_one_flipped_bit_anywhere_is_refused(folder, vault):
    vault.save(NAME, SECRET, durable=True, organisation_id=OURS)
    raw = stored(folder)
    for at in (len(sealed_storage.MAGIC) + 21, HEADER - 1, HEADER, HEADER + BLOCK + 20, len(raw) - 1):
        bad = bytearray(raw)
        bad[at] ^= 1
        folder.save(NAME, bytes(bad), durable=True)
        with pytest.raises(SealError):
            vault.open(NAME)


def test_a_file_cut_short_or_put_elsewhere_is_refused(folder, vault):
    vault.save(NAME, SECRET, durable=True, organisation_id=OURS)
    raw, other = stored(folder), NAME.replace("a", "c")
    folder.save(NAME, raw[: HEADER + sealed_storage.SEALED], durable=True)
    folder.save(other, raw, durable=True)
    for key in (NAME, other):
        with pytest.raises(SealError):
            vault.open(key)


def test_old_keys_open_and_new_ones_seal(folder, vault, tmp_path):
    vault.save(NAME, SECRET, durable=True, organisation_id=OURS)
    both = SealedStorage(folder, Keyring([OTHER_KEY, KEY]), tmp_path / "work")
    assert both.open(NAME).read() == SECRET
    both.save(NAME, SECRET, durable=True, organisation_id=OURS)
    with pytest.raises(SealError, match="VIVA_OLD_STORAGE_KEYS"):
        vault.open(NAME)
    with pytest.raises(ValueError, match="32 random bytes"):
        Keyring(["short"])


def test_what_lay_there_before_there_was_a_key_is_read(folder, vault):
    folder.save(NAME, b"short", durable=True)
    assert vault.open(NAME).read() == b"short"
    folder.save(NAME, SECRET, durable=True)
    assert (vault.size(NAME), vault.read_range(NAME, 3, 9).read()) == (len(SECRET), SECRET[3:9])


# uploads


def test_any_web_server_goes_on_with_an_upload(tmp_path, app, endpoint, bucket):
    one, two = (
        ObjectUploads(tmp_path / name, backend_of("sealed s3", tmp_path / name, endpoint, bucket))
        for name in ("one", "two")
    )
    recording, blocks = new_id(), [os.urandom(BLOCK + 5), os.urandom(9), os.urandom(70_000)]
    assert not one.exists(recording)
    at = 0
    for server, block in zip((one, two, one), blocks, strict=True):
        with server.locked(recording):
            server.write(recording, at, b"written and never noted")
            server.write(recording, at, block)
        at += len(block)
        assert one.size(recording) == two.size(recording) == at
    assert two.changed_at(recording) is not None
    with two.local_path(recording) as path:
        assert path.read_bytes() == b"".join(blocks)
    two.set_aside(recording)
    assert not one.exists(recording)
    one.remove(recording)
    assert two._objects.keys_of("aside", recording) == []


def test_a_gap_ends_what_counts(tmp_path, app, endpoint, bucket):
    uploads, recording = ObjectUploads(tmp_path, backend_of("s3", tmp_path, endpoint, bucket)), new_id()
    uploads.write(recording, 0, b"12345")
    uploads.write(recording, 9, b"later")
    assert uploads.size(recording) == 5


# moving


def test_files_are_moved_compared_and_erased_there_too(tmp_path, folder, endpoint, bucket):
    target = backend_of("s3", tmp_path, endpoint, bucket)
    keys = [f"originals/{new_id()}.webm" for _ in range(3)]
    for key in keys:
        folder.save(key, os.urandom(1000), durable=True)
    moved = storage_moving.Moved(tmp_path, "there")
    counts = storage_moving.move(folder, target, moved)
    assert counts == {"copied": 3, "already": 0, "removed": 0, "bytes": 3000, "failed": 0}
    folder.delete(keys[0])
    folder.save(keys[1], b"changed since", durable=True)
    again = storage_moving.move(folder, target, storage_moving.Moved(tmp_path, "there"))
    assert (again["copied"], again["already"], again["removed"]) == (1, 1, 1)
    assert storage_moving.move(folder, target, moved)["already"] == 2
    with target.open(keys[1]) as stream:
        assert stream.read() == b"changed since"
    target.save(keys[2], bytes(1000), durable=True)  # damaged over there: the same size
    assert storage_moving.move(folder, target, moved, check=True)["copied"] == 1


def test_what_no_run_put_there_stays_until_somebody_says_so(tmp_path, folder):
    """Files came there in use, and then somebody moves from the place of before: they may be all there is of them."""
    elsewhere, moved = FolderStorage(tmp_path / "elsewhere"), storage_moving.Moved(tmp_path, "elsewhere")
    folder.save(f"originals/{new_id()}.webm", b"old", durable=True)
    assert storage_moving.move(folder, elsewhere, moved)["copied"] == 1
    newer = f"originals/{new_id()}.webm"
    elsewhere.save(newer, b"the only copy", durable=True)
    with pytest.raises(storage_moving.StrangeFilesError, match=f"1 files there .*{newer}.*VIVA_STORAGE"):
        storage_moving.move(folder, elsewhere, moved)
    assert elsewhere.size(newer) == 13
    assert storage_moving.move(folder, elsewhere, moved, replace=True)["removed"] == 1
    assert elsewhere.size(newer) is None


def test_what_arrives_damaged_is_said_and_taken_away(tmp_path, folder, endpoint, bucket):
    target = backend_of("s3", tmp_path, endpoint, bucket)
    save, told = target.save, []
    target.save = lambda key, source, *, durable: save(key, source.read()[:-1] + b"!", durable=durable)
    folder.save(NAME, b"0123456789", durable=True)
    counts = storage_moving.move(folder, target, storage_moving.Moved(tmp_path, "there"), tell=told.append)
    assert (counts["copied"], counts["failed"]) == (0, 1)
    assert NAME in told[0]
    assert target.size(NAME) is None


def test_the_command_moves_there_and_back(app, tmp_path, endpoint, bucket):
    home = Path(app.config["HOME"])
    app.config.update(S3_ENDPOINT=endpoint, STORAGE_KEY=KEY)
    app.extensions["storage"].save(NAME, b"a recording", organisation_id=OURS)
    arriving = new_id()
    app.extensions["storage"].uploads.write(arriving, 0, b"half a record")
    runner, address = app.test_cli_runner(), f"s3://{bucket}/prefix"
    said = runner.invoke(group, ["move", "--to", address, "--json"])
    assert json.loads(said.output) == {
        "copied": 1, "already": 0, "removed": 0, "bytes": 11, "failed": 0, "arriving": 1,
    }  # fmt: skip
    app.config["STORAGE"] = address
    objects = backend_of("s3", tmp_path, endpoint, bucket)
    objects._prefix = "prefix/"
    uploads = ObjectUploads(home, SealedStorage(objects, Keyring([KEY]), home / "work"))
    assert uploads.size(arriving) == 13
    assert objects.size(f"arriving/{arriving}-{0:020d}.part") > 13  # sealed
    uploads.write(arriving, 13, b"ing")
    back = runner.invoke(group, ["move", "--to", str(tmp_path / "back"), "--json"])
    assert json.loads(back.output)["arriving"] == 1
    assert (home / "uploads" / arriving).read_bytes() == b"half a recording"
    assert runner.invoke(group, ["move", "--to", address]).exit_code == 2


# a server that is busy, or away


@pytest.mark.full
def test_what_was_saved_outlives_a_server_that_is_killed(tmp_path, monkeypatch):
    """And what cannot be asked for is not said to be gone: nobody may take that for a loss, or write it anew."""
    for name, value in swift.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    once = Config(retries={"mode": "standard", "max_attempts": 1})  # more take a minute until they give up
    monkeypatch.setattr(s3_storage._driver(), "config", s3_storage._driver().config.merge(once))
    contents = {f"originals/{new_id()}.webm": os.urandom(size) for size in (0, 5, BLOCK + 1, 17 << 20)}
    with swift.running() as server:
        boto3.client("s3", endpoint_url=server.address).create_bucket(Bucket="kept")
        store = backend_of("sealed s3", tmp_path, server.address, "kept")
        for key, content in contents.items():
            store.save(key, content, durable=True, organisation_id=OURS)
        key = next(iter(contents))
        for part in ("object", "container"):
            server.kill(part)
            with pytest.raises(OSError, match="S3 answered"):
                store.read_range(key, 0, 1) if part == "object" else store.keys_of("originals", "")
        server.kill()
        with pytest.raises(OSError, match="S3 could not be asked"):
            store.size(key)
        server.start()
        assert store.sizes_of("originals").keys() == contents.keys()
        for key, content in contents.items():
            with store.open(key) as stream:
                assert stream.read() == content


class Busy(BaseHTTPRequestHandler):
    """Answers 503 to every request but each third, which it passes on."""

    behind, asked = "", 0

    def _pass(self) -> None:
        Busy.asked += 1
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if Busy.asked % 3:
            self.send_response(503)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("expect", "connection")}
        connection = http.client.HTTPConnection(self.behind)
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        connection.close()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.mark.parametrize(("code", "status"), [(503, 503), (429, 503), (403, 500)])
def test_whoever_asks_while_it_is_busy_is_asked_to_come_back(app, client, code, status):
    said = {"Error": {"Code": str(code)}, "ResponseMetadata": {"HTTPStatusCode": code}}

    def ask() -> str:
        with s3_storage._errors(NAME):
            raise ClientError(said, "HeadObject")

    app.add_url_rule("/asks-storage", "asks_storage", ask)
    app.testing = False
    answer = client.get("/asks-storage")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, "2" if status == 503 else None)


@pytest.mark.full
def test_a_server_that_is_busy_is_asked_again(tmp_path, endpoint, bucket):
    Busy.behind = endpoint.removeprefix("http://")
    for method in ("GET", "PUT"):
        setattr(Busy, f"do_{method}", Busy._pass)
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        store = s3_storage.S3Storage(f"s3://{bucket}", f"http://127.0.0.1:{proxy.server_port}", tmp_path / "work")
        store.save(NAME, b"media", durable=True)
        assert store.read_range(NAME, 0, 5).read() == b"media"
        assert Busy.asked >= 6
    finally:
        proxy.shutdown()
    gone = s3_storage.S3Storage(f"s3://{bucket}", f"http://127.0.0.1:{servers.free_port()}", tmp_path / "work")
    with pytest.raises(s3_storage.StorageAwayError, match="S3 could not be asked"):
        gone.size(NAME)
