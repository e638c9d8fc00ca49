"""Files that claim more than they hold, or hold more than they may: refused with little memory and soon."""

from __future__ import annotations

import errno
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
from ml.media import claims, demux, recordings, remux, sandbox
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
    with Peak() as peak, pytest.raises((sandbox.BoundReachedError, MediaError)):
        verify_and_copy(path, tmp_path / "copy", Bounds.of(90))
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
    with pytest.raises(sandbox.BoundReachedError):  # how much work a second does depends on the machine: no verdict
        verify_and_copy(path, tmp_path / "copy", Bounds(1e9, 1e15))


@pytest.mark.parametrize("where", ["open", "demux", "decode", "mux"])
def test_want_of_memory_is_never_a_verdict_on_the_recording(tmp_path, mp4, monkeypatch, where):
    """FFmpeg's own want of memory is one of its errors, and those otherwise mean that a file is damaged."""
    path = tmp_path / "honest.mp4"
    path.write_bytes(mp4)

    def fail(*_args, **_options):
        raise av.error.MemoryError(12, "Cannot allocate memory")

    with monkeypatch.context() as patched:
        if where == "open":
            patched.setattr(recordings, "_opened", fail)
        else:
            patched.setattr(recordings.Recording, "stream_packets", _packets(where, fail))
            patched.setattr(remux.Copy, "add", _adding(fail) if where == "mux" else remux.Copy.add)
        with pytest.raises(MemoryError):
            demux.verify_and_copy(path, tmp_path / "copy")
    assert [each.name for each in tmp_path.iterdir()] == ["honest.mp4"]


def _packets(where: str, fail):
    class Failing:
        """A packet or a container that has no memory left."""

        decode = demux = staticmethod(fail)

    def packets(self, *streams):
        if where == "demux":
            yield from ((packet.stream, packet) for packet in recordings._demux(Failing(), list(streams)))
        elif where == "decode":
            yield self.video, Failing()
        else:
            yield from ((packet.stream, packet) for packet in self.container.demux(self.video))

    return packets


def _adding(fail):
    def add(self, _stream, packet):
        if packet.dts is not None and self._error is None:
            try:
                fail()
            except av.FFmpegError as error:
                self._error = error

    return add


def test_a_disk_that_is_full_while_copying_is_no_verdict_either(tmp_path, mp4, monkeypatch):
    path = tmp_path / "honest.mp4"
    path.write_bytes(mp4)

    def full(dir, prefix, suffix):
        name = tmp_path / f"{prefix}x{suffix}"
        name.symlink_to("/dev/full")
        return os.open("/dev/null", os.O_RDONLY), str(name)

    monkeypatch.setattr(remux.tempfile, "mkstemp", full)
    with pytest.raises(OSError, match="No space left") as failed:
        demux.verify_and_copy(path, tmp_path / "copy")
    assert failed.value.errno == errno.ENOSPC
    assert [each.name for each in tmp_path.iterdir()] == ["honest.mp4"]


def test_a_long_recording_is_not_held_in_memory(tmp_path, mp4):
    """Larger than the memory that its verification may take."""
    path = tmp_path / "large.mp4"
    path.write_bytes(mp4 + (sandbox.MEMORY + 64 * 1024**2).to_bytes(4, "big") + b"free")
    os.truncate(path, len(mp4) + sandbox.MEMORY + 64 * 1024**2)
    info, _copy = verify_and_copy(path, tmp_path / "copy", Bounds.of(90))
    assert info.seconds == pytest.approx(1.0, abs=0.05)


def test_a_decoder_that_breaks_down_is_told_from_a_machine_that_stops(tmp_path, mp4, monkeypatch):
    path = tmp_path / "honest.mp4"
    path.write_bytes(mp4)
    for signal, error in (("SEGV", sandbox.BoundReachedError), ("KILL", sandbox.SandboxFailedError)):
        script = tmp_path / signal
        script.write_text(f"#!/bin/sh\nkill -{signal} $$\n")
        script.chmod(0o755)
        monkeypatch.setattr(sandbox.sys, "executable", str(script))
        with pytest.raises(sandbox.SandboxFailedError) as failed:
            verify_and_copy(path, tmp_path / "copy", Bounds.of(90))
        assert type(failed.value) is error


def test_a_process_that_is_killed_says_nothing_about_the_recording(tmp_path, mp4, monkeypatch):
    path = tmp_path / "honest.mp4"
    path.write_bytes(mp4)
    monkeypatch.setattr(sandbox.sys, "executable", "/bin/false")
    with pytest.raises(sandbox.SandboxFailedError):
        verify_and_copy(path, tmp_path / "copy", Bounds.of(90))
