"""The paper's whole system on a recording: a picture every 30 ms with its sound, mouth gate, head, gathered mean."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ml import media, registry
from ml.errors import Unreadable
from ml.face import detector, features
from ml.fusion.paper_sound import CHUNK, RATE, picture
from ml.fusion.paper_stream import OPEN, SENTIMENTS, STEP, PaperStream
from ml.readings import Track

#: Pictures are read at most this high, in pixels, and searched as a whole so often (pictures).
HEIGHT, SEARCH = 480, 10
FACE = 96


def read(path: str | Path) -> Track:
    """The gathered sentiment after each picture that shows a face: a track of (negative, neutral, positive).

    None where no face was found. Raises Unreadable (``no_video``), MediaError, ModelMissing.
    """
    if not media.probe(path).has_video:
        raise Unreadable("no_video", "This recording has no picture, and the paper's system reads nothing without one.")
    stream, times, rows = PaperStream(), [], []
    box, sound = None, _Sound(path)
    with contextlib.closing(media.video_frames(path, fps=1 / STEP, max_height=HEIGHT)) as frames:
        for number, frame in enumerate(frames):
            grey = features.grey(frame.rgb)
            found = [] if box is None else detector.search_near(grey, box)
            if not found and (box is not None or number % SEARCH == 0):
                found = detector.search(grey)
            box = found[0].box if found else None
            times.append(round(frame.time, 3))
            if box is None:
                rows.append(None)
                continue
            points = features.landmarks(grey, box)
            face = visual(features.crop(grey, points)[None])[0]
            opened = mouth_open(grey, points)
            piece = sound.at(frame.time) if opened > OPEN else None
            both = None if piece is None else head(face[None], audio(piece[None]))[0]
            rows.append([round(float(p), 5) for p in stream.push(face, mouth=opened, both=both)])
    return Track(SENTIMENTS, times, rows)


def mouth_open(grey: np.ndarray, points: np.ndarray) -> float:
    """How likely the mouth is open, by our mouth model; by the lips' landmarks where that is not installed."""
    from ml.face import mouth

    try:
        registry.describe("mouth")
    except registry.ModelMissing:
        return float(features.mouth_aspect_ratio(points) > features.MOUTH_OPEN)
    return float(mouth.probabilities(mouth.crop(grey, points)[None])[0])


def visual(faces: np.ndarray) -> np.ndarray:
    """Sentiments (N, 3) of grey faces uint8 (N, 48, 48), enlarged as in training."""
    import cv2

    large = np.stack([cv2.resize(face, (FACE, FACE), interpolation=cv2.INTER_LINEAR) for face in faces])
    return _run("visual", np.repeat(large[..., None], 3, axis=3).astype(np.float32) / 255)


def audio(pieces: np.ndarray) -> np.ndarray:
    """Sentiments (N, 3) of pieces of sound (N, CHUNK) at 48 kHz."""
    return _run("audio", np.stack([picture(piece) for piece in pieces]))


def head(faces: np.ndarray, sounds: np.ndarray) -> np.ndarray:
    """The audio-visual answer (N, 3) from the branches' (N, 3) each."""
    stored = registry.describe("paper")["head"]
    scores = np.concatenate([faces, sounds], axis=1) @ np.array(stored["weights"]) + np.array(stored["biases"])
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)


def _run(branch: str, x: np.ndarray) -> np.ndarray:
    session = _session(branch)
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def _session(branch: str):
    name = f"paper_{branch}"
    path = registry.file_of("paper", f"{name}.onnx")
    return registry._open_session(path, path.stat().st_mtime_ns, 1)


class _Sound:
    """A recording's sound at 48 kHz, asked for in order of time; holds no more than one block."""

    def __init__(self, path: str | Path):
        has = media.probe(path).has_audio
        self._blocks: Iterator[np.ndarray] = media.audio_blocks(path, rate=RATE, seconds=1.0) if has else iter(())
        self._start, self._held = 0, np.zeros(0, np.float32)

    def at(self, time: float) -> np.ndarray | None:
        """CHUNK samples from ``time`` (s) on; None where the sound has ended or is silent."""
        first = round(time * RATE)
        while self._start + len(self._held) < first + CHUNK:
            block = next(self._blocks, None)
            if block is None:
                return None
            skipped = min(max(first - self._start, 0), len(self._held))
            self._held, self._start = np.concatenate([self._held[skipped:], block]), self._start + skipped
        piece = self._held[first - self._start : first - self._start + CHUNK]
        return piece if len(piece) == CHUNK and np.abs(piece).max() > 1e-4 else None
