"""The benchmark of the live room measures what it says; here a little of it, with ./viva bench live all."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from bench import live
from bench.live_senders import Sender, film
from bench.measuring import ROOT


def test_a_table_says_what_was_measured():
    latency = {"median": 20.0, "p95": 40.0, "most": 90.0, "server_median": 9.0, "frames": 100}
    load = {"participants": 4, "offered_per_s": 20.0, "answered_per_s": 20.0, "share": 1.0, "median": 12.0, "p95": 30.0}
    held = {"first_mb": 200.0, "last_mb": 206.0, "times": 1.03}
    found = {
        "processes": 2,
        "jpeg_bytes": 30_000,
        "latency": latency,
        "seed_latency": latency | {"median": 160.0},
        "loads": [load],
        "before_thinning": 20.0,
        "cpu_ms": {"viva": [8.0], "seed": [160.0]},
        "cpu_ratio": 20.0,
        "viva": 150.0,
        "seed": 10.0,
        "ratio": 15.0,
        "memory": {"first": 250, "last": 3000, "reader": held, "service": held},
    }
    text = live.table(found)
    assert "15.0 times its throughput" in text
    assert "1.030" in text and "18,000" in text
    assert "nan" not in text


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked at in /proc")
def test_a_process_time_and_memory_are_read():
    assert live._worked([os.getpid()]) > 0.1
    assert live._resident(os.getpid()) > 20


def test_the_film_and_its_sound_are_as_long():
    pictures, sound = film(1.0)
    assert len(pictures) == 10  # forth and back
    assert sound.dtype == np.int16 and len(sound) == 16_000
    assert np.array_equal(pictures[0], pictures[-1])
    assert Sender.encode(pictures[0])[:2] == b"\xff\xd8"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked at in /proc")
def test_our_service_answers_its_senders():
    pictures, sound = film(1.0)
    jpegs = [Sender.encode(picture) for picture in pictures]
    with live._service("viva", 1) as service:
        with ThreadPoolExecutor(1) as thread:  # the browser's tests leave a loop running in this one
            latency = thread.submit(live._latency, service, pictures, sound, 1.0).result()
            memory = thread.submit(live._memory, service, jpegs, sound, 12).result()
        assert latency["frames"] >= 1
        assert 0 < latency["server_median"] < latency["most"]
        assert memory["reader"]["first_mb"] > 50 and memory["service"]["times"] > 0.5
        assert (memory["first"], memory["last"]) == (1, 12)
        children = service["readers"]
    until = time.monotonic() + 10  # whoever inherits ended processes may take its time to bury them
    while not all(_ended(pid) for pid in children) and time.monotonic() < until:
        time.sleep(0.1)
    assert all(_ended(pid) for pid in children)


def _ended(pid: int) -> bool:
    """Whether a process is gone, or dead and only not yet buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX"
    except OSError:
        return True


def test_there_are_two_services_and_no_third():
    done = subprocess.run(
        [sys.executable, "-m", "bench.live_services", "nobody", "1"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode != 0
