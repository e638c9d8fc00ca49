"""The bench of faults: its candidates, its slow clients and its hostile files are what they say."""

from __future__ import annotations

import json
import socket
import threading
import time

import pytest

from bench import __main__ as command
from bench import fault_candidates, fault_clients, fault_media, faults, front
from ml.core.errors import MediaError
from ml.media.sandbox import Bounds, verify_and_copy


@pytest.fixture
def silent():
    """A server that accepts and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        kept = []
        thread = threading.Thread(target=_accept, args=(listening, kept), daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        for each in kept:
            each.close()


def _accept(listening: socket.socket, kept: list[socket.socket]) -> None:
    while True:
        try:
            kept.append(listening.accept()[0])
        except OSError:
            return


def test_a_server_that_does_not_answer_is_no_zero(silent, monkeypatch):
    monkeypatch.setattr(fault_clients, "ANSWER", 0.5)
    held, worst = fault_clients.hold(silent, 3, 1.0, "/static/x")
    assert held == {"headers": 3, "bodies": 3, "players": 3}
    assert worst is None


def test_a_candidate_who_meets_nobody_says_what_went_wrong(monkeypatch):
    monkeypatch.setattr(fault_candidates, "PATIENCE", 0.5)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert "ConnectionRefusedError" in fault_candidates.pass_through(port, "/i/x", [], [])


def test_lies_in_tables_are_among_the_hostile_files(tmp_path, monkeypatch):
    encode = fault_media._encode
    monkeypatch.setattr(fault_media, "_encode", lambda path, frames, w, h, codec: encode(
        path, min(frames, 30), min(w, 128), min(h, 128), codec
    ))  # fmt: skip
    paths = fault_media.make(tmp_path)
    assert len(paths) == 10 == len(list(tmp_path.iterdir()))
    with pytest.raises(MediaError):
        verify_and_copy(paths[0], tmp_path / "copy", Bounds.of(90))


def test_it_is_run_by_its_name_alone_and_prints_its_own_object(monkeypatch, capsys):
    monkeypatch.setattr(faults, "measure", lambda: {"candidates": 200, "complete": False})
    assert command.main(["faults", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {"candidates": 200, "complete": False}
    assert "faults" in command.BENCHES and "faults" in command.FAULTS


def test_the_front_is_measured_by_its_parts(monkeypatch):
    took, errors = [], []
    front._again(lambda: None, took, errors, time.monotonic() + 0.3)
    assert took and not errors and front._p95(took) < 100 and front._p95([]) is None

    def fail():
        raise fault_candidates.Failed("no")

    front._again(fail, took, errors, time.monotonic() + 0.1)
    assert errors == ["no"]
    assert "range_p95_ms" in front.table({"range_p95_ms": 12.5})


@pytest.mark.full
def test_a_short_run_of_the_front_beside_its_baseline():
    found = front.measure(players=2, uploads=2, seconds=3)
    assert found["errors"] == found["threads_errors"] == 0, found  # so short a run says nothing of the ratios
    assert all(found[f"{kind}_ratio"] > 0 for kind in front.KINDS)
