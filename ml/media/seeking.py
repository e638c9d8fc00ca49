"""The pictures around one moment of a recording, without going through all of it where its container knows the way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av

from ml.media.geometry import geometry
from ml.media.pictures import Frame
from ml.media.pictures import upright as _upright
from ml.media.recordings import Recording, open_recording

#: Pictures a second that are kept.
FPS = 10
#: Key frames are looked for so much earlier (seconds): timestamps of different streams are not quite the same.
EARLIER = 1.0


@dataclass(frozen=True)
class Sampled(Frame):
    """A picture, and ``scale``: how large it is against the picture as a player shows it (0..1)."""

    scale: float = 1.0


def frames_around(path: str | Path, time: float, reach: float, *, max_height: int | None = None) -> list[Sampled]:
    """The pictures from ``time - reach`` to ``time + reach`` (s), ten a second, upright, at most ``max_height`` high.

    Where the file cannot be sought in (a browser's own WebM has no index) it is decoded from its start. At the end of a
    recording the last picture counts, wherever it is. Raises MediaError as ml.media.probe does.
    """
    for seeking in (True, False):
        with open_recording(path) as recording:
            if recording.video is None:
                return []
            if seeking and (recording.following or not _seek(recording, time - reach - EARLIER)):
                continue
            found = _collect(recording, time, reach, max_height)
        if found and (not seeking or found[0].time <= time + reach):
            return found
    return found


def _seek(recording: Recording, time: float) -> bool:
    if time <= 0:
        return True
    try:
        recording.container.seek(int((time + recording.origin) * av.time_base), backward=True)
    except (av.FFmpegError, ValueError, OverflowError):
        return False
    return True


def _collect(recording: Recording, time: float, reach: float, max_height: int | None) -> list[Sampled]:
    reformatter = av.video.reformatter.VideoReformatter()
    found: list[Sampled] = []
    last, due = None, time - reach

    def sampled(frame: av.VideoFrame, moment: float) -> Sampled:
        rgb = _upright(frame, reformatter, max_height, aspect=recording.aspect)
        return Sampled(moment, rgb, max(rgb.shape[:2]) / max(geometry(frame, recording.aspect).shown))

    for _, frame in recording.decode(recording.video):
        moment = recording.time_of(frame)
        if moment is None:
            continue
        moment = max(0.0, moment)
        if moment > time + reach:
            if not found:  # a gap in the recording: whatever comes after it
                found.append(sampled(frame, moment))
            return found
        last = (frame, moment)
        if moment + 0.001 >= due:
            found.append(sampled(frame, moment))
            due = moment + 1 / FPS
    if not found and last is not None:
        found.append(sampled(*last))
    return found
