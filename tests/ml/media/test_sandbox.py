"""Files that claim more than they hold, or hold more than they may: refused with little memory and soon."""

from __future__ import annotations

import os
import resource
import threading
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from ml.core.errors import MediaError
from ml.media import claims, sandbox
from ml.media.sandbox import Bounds, verify_and_copy

#: MB that reading a hostile file may take in all.
MOST = 400


def encode(path: Path, frames: int, width: int, height: int, codec: str = "libx264", *, noise: bool = False) -> Path:
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"preset": "ultrafast"} if codec == "libx264" else {"deadline": "realtime", "cpu-used": "8"}
        pixels = np.zeros((height * 3 // 2, width), np.uint8)
        if noise:  # much to decode
            pixels = np.random.default_rng(0).integers(0, 255, pixels.shape, np.uint8)
        picture = av.VideoFrame.from_ndarray(pixels, format="yuv420p")
        for index in range(frames):
            if noise:
                picture = av.VideoFrame.from_ndarray(np.roll(pixels, 97 * index, axis=1), format="yuv420p")
            picture.pts, picture.time_base = index, Fraction(1, 25)
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def mp4(tmp_path_factory) -> bytes:
    return encode(tmp_path_factory.mktemp("media") / "small.mp4", 25, 64, 64).read_bytes()


def lying(data: bytes, samples: int) -> bytes:
    """The same file, whose tables claim so many samples of one byte each."""
    changed, big = bytearray(data), samples.to_bytes(4, "big")
    stts = data.index(b"stts")
    changed[stts + 12 : stts + 16] = big
    stsz = data.index(b"stsz")
    changed[stsz + 8 : stsz + 16] = (1).to_bytes(4, "big") + big
    return bytes(changed)


class Peak:
    """The largest resident memory of our children while a block runs, in MB."""

    def __enter__(self) -> Peak:
        self.value, self._done = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.005):
            for stat in Path("/proc").glob("[0-9]*/stat"):
                try:
                    fields = stat.read_text().rsplit(")", 1)[1].split()
                except OSError:
                    continue
                if int(fields[1]) == os.getpid():
                    self.value = max(self.value, int(fields[21]) * resource.getpagesize() / 1e6)


@pytest.mark.parametrize("samples", [10_000, 85_000_000, 0xFFFFFFFF])
def test_more_samples_than_bytes_are_a_lie(tmp_path, mp4, samples):
    path = tmp_path / "lie.mp4"
    path.write_bytes(lying(mp4, samples))
    with pytest.raises(MediaError) as refused:
        claims.check_claims(path)
    assert refused.value.code == "not_media"


def test_honest_files_pass(tmp_path, mp4):
    path = tmp_path / "honest.mp4"
    path.write_bytes(mp4)
    claims.check_claims(path)
    info, copy = verify_and_copy(path, tmp_path / "copy", Bounds.of(90))
    assert info.seconds == pytest.approx(1.0, abs=0.05) and copy == tmp_path / "copy.mp4" and copy.exists()


def test_a_lie_that_fits_the_file_is_stopped_by_the_kernel(tmp_path, mp4):
    """A file with a long hole: the tables may claim as many samples as it has bytes."""
    path = tmp_path / "hole.mp4"
    path.write_bytes(lying(mp4, 150_000_000))
    os.truncate(path, 200_000_000)
    began = time.monotonic()
    with Peak() as peak, pytest.raises(MediaError) as refused:
        verify_and_copy(path, tmp_path / "copy", Bounds.of(90))
    assert refused.value.code in ("too_large", "not_media", "truncated")
    assert peak.value < MOST
    assert time.monotonic() - began < 60
    assert [each.name for each in tmp_path.iterdir()] == ["hole.mp4"]


def test_a_budget_of_pixels(tmp_path):
    path = encode(tmp_path / "wide.webm", 40, 2048, 2048, "libvpx")
    with Peak() as peak, pytest.raises(MediaError) as refused:
        verify_and_copy(path, tmp_path / "copy", Bounds(90, 10 * 2048 * 2048))
    assert refused.value.code == "too_large"
    assert peak.value < MOST


def test_three_thousand_large_pictures_are_beyond_a_short_answers_budget():
    assert 3000 * 4096 * 4096 > Bounds.of(90 * 1.1 + 15).pixels > 114 * 30 * 1920 * 1080


def test_a_recording_that_is_too_long(tmp_path):
    path = encode(tmp_path / "long.mp4", 200, 64, 64)
    with pytest.raises(MediaError) as refused:
        verify_and_copy(path, tmp_path / "copy", Bounds.of(3))
    assert refused.value.code == "too_long"


def test_endless_work_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "BEGIN", 1)
    monkeypatch.setattr(sandbox, "EACH", 0.0)
    path = encode(tmp_path / "work.mp4", 250, 1280, 720, noise=True)
    with pytest.raises(MediaError) as refused:
        verify_and_copy(path, tmp_path / "copy", Bounds(1e9, 1e15))
    assert refused.value.code == "too_large"


def test_a_process_that_is_killed_says_nothing_about_the_recording(tmp_path, mp4, monkeypatch):
    path = tmp_path / "honest.mp4"
    path.write_bytes(mp4)
    monkeypatch.setattr(sandbox.sys, "executable", "/bin/false")
    with pytest.raises(sandbox.SandboxFailedError):
        verify_and_copy(path, tmp_path / "copy", Bounds.of(90))
