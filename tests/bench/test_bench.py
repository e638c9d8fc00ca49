"""The benchmarks measure what they say; small inputs here, the real ones with ./viva bench."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import numpy as np
import pytest

from bench import analysis, models
from bench.__main__ import BENCHES
from bench.long_media import repeat
from bench.measuring import BenchFailed, peak_memory, rows, run
from ml.media import demux, synthetic


def test_a_long_recording_is_made_without_encoding(tmp_path: Path):
    base = tmp_path / "base.webm"
    frames = (np.full((48, 64, 3), 4 * n, np.uint8) for n in range(50))
    sound = np.sin(np.arange(2 * 48000) / 20).astype(np.float32)
    synthetic.encode(base, frames, 25, sound)
    repeat(base, tmp_path / "long.webm", 61)
    info = demux.verify(tmp_path / "long.webm")
    assert info.seconds == pytest.approx(61, abs=0.2)
    assert info.fps == pytest.approx(25, rel=0.03)


def test_a_measured_process_has_one_core_and_its_own_memory():
    import os

    small = run("answer['cores'] = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else 1")
    large = run("block = bytearray(80 << 20); block[::4096] = b'x' * len(block[::4096])")
    assert small["cores"] == 1
    assert large["peak_mb"] - small["peak_mb"] == pytest.approx(80, abs=15)
    assert peak_memory() > 10
    assert os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else True


@pytest.mark.parametrize("name", BENCHES)
def test_every_benchmark_on_offer_can_be_run_and_shown(name: str):
    bench = importlib.import_module(f"bench.{name}")
    inspect.signature(bench.measure).bind()
    inspect.signature(bench.table).bind({})
    assert issubclass(bench.BenchFailed, Exception)


def test_a_failing_process_says_why():
    with pytest.raises(BenchFailed, match="no such luck"):
        run("raise SystemExit('no such luck')")


def test_tables_line_up():
    lines = rows(("what", "ms"), [("face", "1.25"), ("speech", "12.5")]).splitlines()
    assert lines[0] == "what    ms  "
    assert lines[3] == "speech  12.5"


def test_tables_of_measurements_are_readable():
    part = {"import_seconds": 0.5, "seconds": 10.0, "cpu_seconds": 9.0, "peak_mb": 200.0}
    found = {
        "modalities": {"face": part, "speech": {"reason": "no model"}},
        "seconds": 10.5,
        "cpu_seconds": 9.0,
        "times_real_time": 5.7,
        "memory": [{"minutes": m, "seconds": 30 * m, "peak_mb": 300.0} for m in (3, 30)],
        "memory_ratio": 1.0,
    }
    text = analysis.table(found)
    assert "5.7 times as fast" in text and "1.00 times the memory of 3" in text and "no model" in text
    row = {"model": "face", "runtime": "Keras", "batch": 1}
    text = models.table([{**row, "ms": 1.0, "call_ms": 0.5, "peak_mb": 90.0}, {**row, "reason": "not shipped"}])
    assert "0.50" in text and "not shipped" in text
