"""A message that cannot be read is set aside, and no reader ever sees half of one."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from webapp.core import file_broker

GARBAGE = {
    "empty": b"",
    "not utf-8": b"\xff\xfe\x00broken",
    "half of one": b'{"body": "WzEs',
    "no object": b"[]",
    "no properties": b'{"body": "e30="}',
    "no base64": b'{"body": "abc", "properties": {"body_encoding": "base64", "delivery_tag": "1", '
    b'"delivery_info": {"exchange": ""}}}',
    "unknown encoding": b'{"body": "x", "properties": {"body_encoding": "rot13", "delivery_tag": "1", '
    b'"delivery_info": {"exchange": ""}}}',
    "brackets": b"[" * 200_000,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("messages", "processed", "control"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def connection(folder: Path):
    file_broker.register()
    file_broker.Transport.global_state.clear()  # what tests before this one bound lay in other folders
    options = {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "processed_folder": str(folder / "processed"),
        "control_folder": str(folder / "control"),
    }
    with Connection("filesystem://", transport_options=options) as connection:
        yield connection


@pytest.mark.parametrize("what", GARBAGE)
def test_what_cannot_be_read_is_set_aside(folder, connection, what):
    queue = connection.SimpleQueue("quick")
    (folder / "messages" / "000000000000001_x.quick.msg").write_bytes(GARBAGE[what])
    queue.put({"number": 1})
    message = queue.get(timeout=5)
    assert message.payload == {"number": 1}
    message.ack()
    assert [path.read_bytes() for path in (folder / "unreadable").iterdir()] == [GARBAGE[what]]
    with pytest.raises(Empty):
        queue.get(block=False)


def test_a_folder_among_the_messages(folder, connection):
    queue = connection.SimpleQueue("quick")
    (folder / "messages" / "000000000000001_x.quick.msg").mkdir()
    queue.put({"number": 1})
    assert queue.get(timeout=5).payload == {"number": 1}


def test_a_broken_table_of_an_exchange_is_made_anew(folder, connection):
    queue = connection.SimpleQueue("quick")
    queue.put({"number": 1})
    for table in (folder / "control").glob("*.exchange"):
        table.write_bytes(b"")
    queue.put({"number": 2})
    assert {queue.get(timeout=5).payload["number"] for _ in range(2)} == {1, 2}


def test_nobody_sees_half_a_message(folder, connection):
    """While messages of some size are written, every file with a message's name is whole."""
    queue, done, broken = connection.SimpleQueue("quick"), threading.Event(), []

    def look() -> None:
        while not done.is_set():
            for path in (folder / "messages").glob("*.msg"):
                try:
                    json.loads(path.read_bytes())
                except FileNotFoundError:
                    continue
                except ValueError:
                    broken.append(path.name)

    watcher = threading.Thread(target=look)
    watcher.start()
    for _ in range(150):
        queue.put({"filling": "x" * 300_000})
        for path in (folder / "messages").glob("*.msg"):
            path.unlink()
    done.set()
    watcher.join()
    assert broken == []
