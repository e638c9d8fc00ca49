"""A recording's pictures as a stream: sampled by time, upright, scaled down, in grey or in colours."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from ml.media.geometry import geometry
from ml.media.recordings import check_size, open_recording

#: Formats whose first plane is the luminance of each pixel, in a byte.
_LUMA_FIRST = ("yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuvj422p", "yuvj444p", "nv12")
#: Television's range of luminance: black, and how many levels white is above it.
_BLACK, _LEVELS = 16, 219


@dataclass(frozen=True)
class Frame:
    """A picture: ``time`` in seconds from the recording's start, ``rgb`` uint8 (height, width, 3),
    upright."""

    time: float
    rgb: np.ndarray


class Picture:
    """A picture of which only the luminance is converted unless colours are asked for.

    ``time`` in seconds from the recording's start, ``grey`` uint8 (height, width), upright, black 0 and white 255,
    ``scale`` the pixels that a player shows to one of its pixels.
    """

    def __init__(self, time: float, frame: av.VideoFrame, reformatter: Any, max_height: int | None, aspect: Any = None):
        self.time = time
        self._frame, self._reformatter, self._max_height, self._aspect = frame, reformatter, max_height, aspect
        self.grey = upright(frame, reformatter, max_height, "gray", aspect)
        self.scale = max(geometry(frame, aspect).shown) / max(self.grey.shape)

    @property
    def rgb(self) -> np.ndarray:
        """The colours: uint8 (height, width, 3); converted anew each time."""
        return upright(self._frame, self._reformatter, self._max_height, aspect=self._aspect)


def video_frames(path: str | Path, *, fps: float, max_height: int | None = None) -> Generator[Frame]:
    """Sample pictures at up to ``fps`` a second: the first frame at or after each multiple of 1/fps.

    Pictures are as a player shows them (phones write a rotation beside them) and scaled down to ``max_height`` pixels
    where they are higher; only sampled ones are converted. A recording without video yields nothing. Raises
    MediaError as :func:`probe` does, on the first ``next()``.
    """
    reformatter = av.video.reformatter.VideoReformatter()
    for time, frame, aspect in _sampled(path, fps):
        yield Frame(time, upright(frame, reformatter, max_height, aspect=aspect))


def pictures(path: str | Path, *, fps: float, max_height: int | None = None) -> Generator[Picture]:
    """The same pictures as :func:`video_frames` gives, in grey: a third of the cost where nobody asks for colours."""
    reformatter = av.video.reformatter.VideoReformatter()
    for time, frame, aspect in _sampled(path, fps):
        yield Picture(time, frame, reformatter, max_height, aspect)


def _sampled(path: str | Path, fps: float) -> Iterator[tuple[float, av.VideoFrame, Any]]:
    """The first frame at or after each multiple of 1/fps, with its time in seconds and the stream's pixel aspect."""
    due = 0
    with open_recording(path) as recording:
        for _, frame in recording.decode(recording.video):
            time = recording.time_of(frame)
            # A thousandth of a frame of tolerance: WebM rounds its timestamps to milliseconds.
            if time is None or (time + 0.001) * fps < due:
                continue
            due = int((time + 0.001) * fps) + 1
            yield max(0.0, time), frame, recording.aspect


def upright(
    frame: av.VideoFrame, reformatter: Any, max_height: int | None, form: str = "rgb24", aspect: Any = None
) -> np.ndarray:
    """Convert a frame to RGB or ``form``, as a player shows it: with square pixels, turned and mirrored as its display
    matrix says, and scaled down to ``max_height``. ``aspect`` is how wide the stream's pixels are to their height."""
    check_size(frame.width, frame.height)
    placed = geometry(frame, aspect)
    scale = min(1.0, max_height / placed.shown[1]) if max_height else 1.0
    width, height = max(1, round(placed.width * scale)), max(1, round(placed.height * scale))
    if form == "gray" and (width, height) == (frame.width, frame.height) and frame.format.name in _LUMA_FIRST:
        return placed.place(_luminance(frame))
    method = "AREA" if width < frame.width or height < frame.height else "BILINEAR"
    return placed.place(reformatter.reformat(frame, width, height, form, interpolation=method).to_ndarray())


def _luminance(frame: av.VideoFrame) -> np.ndarray:
    """The first plane of a frame, stretched to 0..255: what the reformatter makes of it, in a quarter of the time."""
    plane = frame.planes[0]
    levels = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
    full = frame.format.name.startswith("yuvj") or int(frame.color_range or 0) == 2  # 2: JPEG, nothing left out
    if full:
        return levels.copy()
    stretch = 255 / _LEVELS
    return cv2.addWeighted(levels, stretch, levels, 0, -_BLACK * stretch)


def luminance(frame: av.VideoFrame) -> float:
    """How light the lighter parts of a picture are (the 98th percentile): 0..255."""
    small = frame.reformat(64, 48, "gray").to_ndarray()
    return float(np.percentile(small, 98))
