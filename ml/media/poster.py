"""A recording's poster: the still picture that a player shows before it plays."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from ml.media.info import DARK
from ml.media.pictures import video_frames

#: Height in pixels, and quality (0..100) of the JPEG.
HEIGHT, QUALITY = 360, 80
#: Seconds within which a picture that is not black is looked for, and how many are looked at in a second.
WITHIN, EACH_SECOND = 15.0, 4.0


def path_beside(copy: Path) -> Path:
    """Where the poster of a playable ``copy`` is written: beside it, with ``.jpg`` in place of its suffix."""
    return copy.with_suffix(".jpg")


def write_poster(copy: Path) -> Path | None:
    """Write the first picture of ``copy`` that is not black, else the lightest, as JPEG beside it.

    None, and no file, where there is no picture. Raises MediaError where it cannot be decoded, OSError where it cannot
    be written.
    """
    chosen, lightest = None, -1.0
    for frame in video_frames(copy, fps=EACH_SECOND, max_height=HEIGHT):
        if chosen is not None and frame.time > WITHIN:
            break
        light = float(np.percentile(cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2GRAY), 98))
        if light > lightest:
            chosen, lightest = frame.rgb, light
        if light >= DARK:
            break
    if chosen is None:
        return None
    _, data = cv2.imencode(".jpg", cv2.cvtColor(chosen, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    target = path_beside(copy)
    target.write_bytes(data.tobytes())
    return target
