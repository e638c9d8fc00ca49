"""The paper's way through time: the mouth decides who is asked, an exponentially weighted mean gathers the answers."""

from __future__ import annotations

import numpy as np

#: The three classes, and what RAVDESS's emotions and FER2013's are among them; fear, disgust and surprise have none.
SENTIMENTS = ("negative", "neutral", "positive")
SENTIMENT_OF = {
    "angry": "negative",
    "sad": "negative",
    "neutral": "neutral",
    "calm": "neutral",
    "happy": "positive",
}
#: Seconds between pictures, and the weight of the newest one.
STEP, ALPHA = 0.03, 0.1
#: Above this probability a mouth is open.
OPEN = 0.5


class Mean:
    """The exponentially weighted mean a = alpha * y + (1 - alpha) * a of rows of probabilities; the first row is a."""

    def __init__(self, alpha: float = ALPHA):
        self.alpha = alpha
        self.value: np.ndarray | None = None

    def push(self, row: np.ndarray) -> np.ndarray:
        """Take the next row (K,); returns the mean so far."""
        row = np.asarray(row, float)
        mean = row if self.value is None else self.alpha * row + (1 - self.alpha) * self.value
        self.value = mean
        return mean


class PaperStream:
    """The paper's decision, picture by picture: mouth closed, the face alone; mouth open, face and sound.

    ``both`` is given where the audio-visual network has been asked; otherwise the mean of the two rows stands for it.
    """

    def __init__(self, alpha: float = ALPHA):
        self._mean = Mean(alpha)

    def push(
        self,
        face: np.ndarray | None,
        voice: np.ndarray | None = None,
        mouth: float | None = None,
        both: np.ndarray | None = None,
    ) -> np.ndarray | None:
        """Take a picture's rows of probabilities; returns the gathered row, None as long as nothing has been seen."""
        row = face
        if face is not None and mouth is not None and mouth > OPEN and (both is not None or voice is not None):
            row = both if both is not None else (np.asarray(face, float) + np.asarray(voice, float)) / 2
        if row is None:
            return self._mean.value
        return self._mean.push(row)


def to_sentiments(labels: tuple[str, ...], rows: np.ndarray) -> np.ndarray:
    """Probabilities (N, len(labels)) of either model on SENTIMENTS (N, 3): classes without a sentiment are left out and
    the rest made to add up to 1; a row with nothing left is even."""
    out = np.full((len(rows), len(SENTIMENTS)), 1e-9)
    for column, label in enumerate(labels):
        if label in SENTIMENT_OF:
            out[:, SENTIMENTS.index(SENTIMENT_OF[label])] += rows[:, column]
    return out / out.sum(axis=1, keepdims=True)
