"""Ten hostile files, each made here: tables that lie, pictures too large or too many, garbage, and honest nonsense."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from ml.core.errors import MediaError
from ml.media.sandbox import BoundReachedError, Bounds, verify_and_copy


def _encode(path: Path, frames: int, width: int, height: int, codec: str) -> bytes:
    options = {"preset": "ultrafast"} if codec == "libx264" else {"deadline": "realtime", "cpu-used": "8"}
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=30, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.zeros((height * 3 // 2, width), np.uint8), format="yuv420p")
        for index in range(frames):
            picture.pts, picture.time_base = index, Fraction(1, 30)
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    return path.read_bytes()


def _claim(data: bytes, box: bytes, at: int, values: tuple[int, ...]) -> bytes:
    changed, start = bytearray(data), data.index(box) + at
    for number, value in enumerate(values):
        changed[start + 4 * number : start + 4 * number + 4] = value.to_bytes(4, "big")
    return bytes(changed)


def make(folder: Path) -> list[Path]:
    """Write the ten files."""
    small = _encode(folder / "base.mp4", 30, 64, 64, "libx264")
    webm = _encode(folder / "base.webm", 30, 64, 64, "libvpx")
    lie = _claim(_claim(small, b"stts", 12, (85_000_000,)), b"stsz", 8, (1, 85_000_000))
    files = {
        "samples.mp4": lie,
        "samples-in-a-hole.mp4": _claim(_claim(small, b"stts", 12, (150_000_000,)), b"stsz", 8, (1, 150_000_000)),
        "entries.mp4": _claim(small, b"stsc", 8, (0xFFFFFFF0,)),
        "offsets.mp4": _claim(small, b"stco", 8, (0x7FFFFFFF,)),
        "wide.webm": _encode(folder / "wide.webm", 24, 4096, 4096, "libvpx"),
        "cut.webm": webm[: len(webm) // 2],
        "garbage.webm": webm[:64] + os.urandom(300_000),
        "zeros.mp4": small[:32] + bytes(2_000_000),
        "long.mp4": _encode(folder / "long.mp4", 6000, 32, 32, "libx264"),
        "text.webm": b"\x1a\x45\xdf\xa3" + b"[" * 500_000,
    }
    for name in ("base.mp4", "base.webm"):
        (folder / name).unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    os.truncate(folder / "samples-in-a-hole.mp4", 200_000_000)
    return [folder / name for name in files]


def peak_of(paths: list[Path], progress: Callable[[str], None]) -> tuple[int, float | None]:
    """How many of the files were refused, and the largest memory that reading one took, in MB."""
    refused, largest, done = 0, 0.0, threading.Event()

    def watch() -> None:
        nonlocal largest
        while not done.wait(0.005):
            largest = max([largest, *_children()])

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        for path in paths:
            progress(path.name)
            # A question of 90 seconds; a wide picture's budget is that of a short one, so that it is soon at its end.
            bounds = Bounds(114.0, 8 * 4096 * 4096) if path.name == "wide.webm" else Bounds.of(114.0)
            try:
                verify_and_copy(path, path.with_name(f"{path.name}.copy"), bounds)
            except (MediaError, BoundReachedError):
                refused += 1
    finally:
        done.set()
        thread.join()
    return refused, largest or None


def _children() -> Iterator[float]:
    """The resident memory of each of our children, in MB."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            fields = stat.read_text().rsplit(")", 1)[1].split()
            if int(fields[1]) == os.getpid():
                yield int(fields[21]) * resource.getpagesize() / 1e6
