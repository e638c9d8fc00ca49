"""The bench of messages: its receivers count what they take, its kills are told apart, and its bounds are said."""

from __future__ import annotations

import http.client
import json
import smtplib
import socket
from urllib.parse import urlsplit

import pytest

from bench import __main__ as command
from bench import messages
from bench.message_receivers import Counts, children_of, process_at, receivers


def hook(url: str, message_id: str, of: int) -> None:
    body = json.dumps({"data": {"of": of}}).encode()
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    connection.request("POST", "/", body, {"webhook-id": f"msg_{message_id}"})
    assert connection.getresponse().status == 204
    connection.close()


def test_what_counts_is_counted_at_the_receivers():
    counts = Counts()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with receivers(counts, port) as url:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as connection:
            for message_id in ("a", "a", "b"):
                mail = f"Message-ID: <{message_id}@viva.example>\r\n\r\nx"
                connection.sendmail("x@viva.example", ["p1@viva.example"], mail)
        hook(url, "c", 1)
        hook(url, "c", 1)
    assert (sum(counts.taken.values()), counts.repeated, counts.doubled, len(counts.ids_of)) == (5, 2, 1, 2)


def test_who_sends_is_found_by_the_port():
    import os

    with socket.socket() as listening, socket.socket() as calling:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        calling.connect(listening.getsockname())
        port = calling.getsockname()[1]
        assert process_at(port, [os.getpid()]) == os.getpid() and process_at(port, [1]) is None
        assert process_at(1, [os.getpid()]) is None
    assert os.getpid() in children_of(os.getppid())


@pytest.mark.parametrize(("change", "missed"), [
    ({}, []), ({"sent": 1999, "lost": 1}, ["sent 2000", "lost 0"]), ({"doubled": 1}, ["doubled 0"]),
    ({"repeated": 13}, ["repeated at most the kills in the window"]),
])  # fmt: skip
def test_a_bound_that_does_not_hold_is_named(change, missed):
    found = {"messages": 2000, "sent": 2000, "lost": 0, "doubled": 0, "repeated": 12, "kills_in_window": 12, **change}
    assert messages._missed(found) == missed


def test_it_is_run_by_its_name_alone(monkeypatch, capsys):
    monkeypatch.setattr(messages, "measure", lambda: {"sent": 1, "complete": True, "missed": ["lost 0"]})
    assert command.main(["messages", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["sent"] == 1
    assert "messages" in command.BENCHES and "messages" in command.FAULTS
