"""What the paper's networks learn from here: faces of three sentiments, and 30 ms pieces of speech at 48 kHz."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from scipy.signal import resample_poly

from ml.core.emotions import SEVEN
from ml.fusion.yakaew2021.infer import FACE
from ml.fusion.yakaew2021.spectrogram import CHUNK, picture
from ml.fusion.yakaew2021.stream import SENTIMENT_OF, SENTIMENTS
from ml.training.fusion.pairs import folder_of
from ml.training.speech.data import clips, load, trimmed

#: RAVDESS's actors that no network of the paper's learns from.
HELD_OUT = ("16", "17", "18", "19", "20")
#: Pieces taken of each clip.
PIECES = 8


def faces(path: Path, without: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Faces uint8 (N, 48, 48) and their sentiments (N,) of a file as FER2013's; ``without`` marks rows to leave out.

    Raises FileNotFoundError, and ValueError where the file has another layout.
    """
    with np.load(path, allow_pickle=False) as file:
        if not {"x", "y"} <= set(file.files):
            raise ValueError(f"{path} is no file of faces: it lacks x or y")
        x, y = file["x"], file["y"].astype(int)
    number = np.array([SENTIMENTS.index(SENTIMENT_OF[n]) if n in SENTIMENT_OF else -1 for n in SEVEN])[y]
    kept = number >= 0 if without is None else (number >= 0) & ~without
    return x[kept], number[kept]


def enlarged(faces: np.ndarray) -> np.ndarray:
    """Grey faces uint8 (N, 48, 48) as the network takes them: float32 (N, 96, 96, 3), 0..1."""
    large = [cv2.resize(face, (FACE, FACE), interpolation=cv2.INTER_LINEAR) for face in faces]
    return np.repeat(np.stack(large)[..., None], 3, axis=3).astype(np.float32) / 255


def pieces(data: Path, *, held_out: bool, cache: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pieces of speech float32 (N, CHUNK) at 48 kHz from the louder half of each clip, their sentiments and clips.

    ``held_out`` asks for the actors that stay out of training, otherwise for the others. Raises MediaError.
    """
    stored = cache / f"pieces-{'test' if held_out else 'train'}.npz"
    if stored.is_file():
        with np.load(stored) as file:
            return file["x"].astype(np.float32), file["y"], file["clip"]
    found = [clip for clip in clips(folder_of(data)) if clip.emotion in SENTIMENT_OF]
    rows, labels, owners = [], [], []
    random = np.random.default_rng(0)
    for number, clip in enumerate(found):
        if (clip.actor in HELD_OUT) is not held_out:
            continue
        sound = resample_poly(trimmed(load(clip.path)), 3, 1).astype(np.float32)
        starts = np.arange(0, len(sound) - CHUNK, CHUNK)
        if not len(starts):
            continue
        loud = np.array([np.mean(sound[s : s + CHUNK] ** 2) for s in starts])
        chosen = random.choice(starts[loud >= np.median(loud)], PIECES)
        rows += [sound[s : s + CHUNK] for s in np.sort(chosen)]
        labels += [SENTIMENTS.index(SENTIMENT_OF[clip.emotion])] * PIECES
        owners += [number] * PIECES
    x, y, owner = np.array(rows), np.array(labels), np.array(owners)
    cache.mkdir(parents=True, exist_ok=True)
    np.savez(stored, x=x.astype(np.float16), y=y, clip=owner)
    return x, y, owner


def sounds(data: Path, *, held_out: bool, cache: Path) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Whole clips float32 (n,) at 48 kHz from first to last speech, their sentiments (N,) and actors (N,).

    ``held_out`` as for `pieces`. Raises MediaError.
    """
    stored = cache / f"sounds-{'test' if held_out else 'train'}.npz"
    if not stored.is_file():
        found = [c for c in clips(folder_of(data)) if c.emotion in SENTIMENT_OF]
        found = [c for c in found if (c.actor in HELD_OUT) is held_out]
        waves = [resample_poly(trimmed(load(c.path)), 3, 1).astype(np.float16) for c in found]
        labels = [SENTIMENTS.index(SENTIMENT_OF[c.emotion]) for c in found]
        cache.mkdir(parents=True, exist_ok=True)
        ends = np.cumsum([len(w) for w in waves])
        np.savez(stored, x=np.concatenate(waves), ends=ends, y=labels, actor=[c.actor for c in found])
    with np.load(stored) as file:
        waves = np.split(file["x"].astype(np.float32), file["ends"][:-1])
        return waves, file["y"], file["actor"]


def starts(sound: np.ndarray, step: int = 480) -> np.ndarray:
    """Where the pieces of the louder half of a clip begin, every ``step`` samples: int (n,), never empty."""
    first = np.arange(0, max(1, len(sound) - CHUNK), step)
    loud = np.array([np.mean(sound[s : s + CHUNK] ** 2) for s in first])
    return first[loud >= np.median(loud)]


def pictures(some: np.ndarray) -> np.ndarray:
    """Spectrograms (N, 400, 400, 3) of pieces (N, CHUNK)."""
    return np.stack([picture(piece) for piece in some])
