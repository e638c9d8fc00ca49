"""The paper's whole system on a recording: a picture every 30 ms with its sound, mouth gate, head, gathered mean."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ml.core import registry, runtime
from ml.core.errors import Unreadable
from ml.core.readings import Track
from ml.core.statistics import softmax
from ml.face import detector, features, mouth
from ml.fusion.stream import Moment
from ml.fusion.yakaew2021.spectrogram import CHUNK, RATE, picture
from ml.fusion.yakaew2021.stream import OPEN, SENTIMENTS, STEP, PaperStream
from ml.media import demux
from ml.media.audio import Excerpts

#: Pictures are read at most this high, in pixels, and searched as a whole so often (pictures).
HEIGHT, SEARCH = 480, 10
#: Sides of what the face and the mouth networks take, in pixels.
FACE, MOUTH = 96, 28
#: Sound whose loudest sample is no larger than this is silence.
SILENT = 1e-4


def read(path: str | Path) -> Track:
    """The gathered sentiment after each picture that shows a face: a track of (negative, neutral, positive).

    None where no face was found. Raises Unreadable (``no_video``), MediaError, ModelMissing.
    """
    found = list(moments(path))
    rows = [None if m.probabilities is None else [round(float(p), 5) for p in m.probabilities] for m in found]
    return Track(SENTIMENTS, [round(moment.time, 3) for moment in found], rows)


def moments(path: str | Path, info: demux.MediaInfo | None = None) -> Iterator[Moment]:
    """Picture by picture, what `read` says: the gathered row, its valence P(positive) - P(negative), and who was asked.

    ``shares`` are (1, 0) where the face alone answered, (1, 1) where face and sound did. Raises as `read`.
    """
    info = info or demux.probe(path)
    if not info.has_video:
        raise Unreadable("no_video", "This recording has no picture, and the paper's system reads nothing without one.")
    stream, sound = PaperStream(), _Sound(path, info.has_audio)
    box: np.ndarray | None = None
    with contextlib.closing(demux.video_frames(path, fps=1 / STEP, max_height=HEIGHT)) as frames:
        for number, frame in enumerate(frames):
            grey = features.grey(frame.rgb)
            found: list[detector.Found] = [] if box is None else detector.search_near(grey, box)
            if not found and (box is not None or number % SEARCH == 0):
                found = detector.search(grey)
            box = found[0].box if found else None
            if box is None:
                yield Moment(frame.time, None, None, (0.0, 0.0))
                continue
            points = features.landmarks(grey, box)
            face = visual(features.crop(grey, points)[None])[0]
            opened = mouth_open(grey, points)
            piece = sound.at(frame.time) if opened > OPEN else None
            both = None if piece is None else head(face[None], audio(piece[None]))[0]
            row: Any = stream.push(face, mouth=opened, both=both)  # of a face there is always one
            yield Moment(frame.time, row, (float(row[2] - row[0]),) * 3, (1.0, float(both is not None)))


def mouth_open(grey: np.ndarray, points: np.ndarray) -> float:
    """How likely the mouth is open, by the paper's mouth network, of a cut and of its mirror image; by our mouth model
    where the paper's has not been trained."""
    if "paper_mouth.onnx" not in registry.describe("paper")["files"]:
        return float(mouth.probabilities(mouth.crop(grey, points)[None])[0])
    cut = squeezed(mouth.crop(grey, points))
    return float(_run("mouth", np.stack([cut, cut[:, ::-1]])).mean())


def squeezed(cut: np.ndarray) -> np.ndarray:
    """A cut uint8 (H, W) as the mouth network takes it: float32 (28, 28, 3), 0..255, three times the same grey."""
    small = cv2.resize(cut, (MOUTH, MOUTH), interpolation=cv2.INTER_AREA)
    return np.repeat(small[..., None], 3, axis=2).astype(np.float32)


def visual(faces: np.ndarray) -> np.ndarray:
    """Sentiments (N, 3) of grey faces uint8 (N, 48, 48), enlarged as in training."""
    large = np.stack([cv2.resize(face, (FACE, FACE), interpolation=cv2.INTER_LINEAR) for face in faces])
    return _run("visual", np.repeat(large[..., None], 3, axis=3).astype(np.float32) / 255)


def audio(pieces: np.ndarray) -> np.ndarray:
    """Sentiments (N, 3) of pieces of sound (N, CHUNK) at 48 kHz."""
    return _run("audio", np.stack([picture(piece) for piece in pieces]))


def head(faces: np.ndarray, sounds: np.ndarray) -> np.ndarray:
    """The audio-visual answer (N, 3) from the branches' (N, 3) each."""
    stored = registry.describe("paper")["head"]
    scores = np.concatenate([faces, sounds], axis=1) @ np.array(stored["weights"]) + np.array(stored["biases"])
    return softmax(scores)


def _run(branch: str, x: np.ndarray) -> np.ndarray:
    path = registry.file_of("paper", f"paper_{branch}.onnx")
    return runtime.OnnxNetwork(runtime.session_of(path)).run(x)


class _Sound:
    """A recording's sound at 48 kHz, asked for in order of time; holds no more than one block."""

    def __init__(self, path: str | Path, has_audio: bool):
        self._sound = Excerpts(demux.audio_blocks(path, rate=RATE, seconds=1.0) if has_audio else ())

    def at(self, time: float) -> np.ndarray | None:
        """CHUNK samples from ``time`` (s) on; None where the sound has ended or is silent."""
        first = round(time * RATE)
        piece = self._sound.between(first, first + CHUNK)
        return piece if len(piece) == CHUNK and np.abs(piece).max() > SILENT else None
