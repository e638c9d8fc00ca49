"""Which of a recording's sound is listened to: the track that is not silent, and channels that do not cancel out.

Averaging channels loses a voice that one of them carries the other way round (a microphone wired so, or "surround" made
of one), and halves it where the other channel is dead. So the beginning is surveyed: dead channels are left out, and
those that run against the loudest are turned round.
"""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np

#: So much sound (s) is surveyed, from the first that is louder than AUDIBLE, and no further than LOOKED (s).
SURVEYED, LOOKED = 30.0, 600.0
#: A sound whose mean square is less is silence (full scale 1: -60 dB).
AUDIBLE = 1e-6
#: A channel with less than this share of the loudest's energy is dead: hum and crosstalk.
DEAD = 0.01
#: Channels with less than this correlation to the loudest cancel it out when they are added.
OPPOSITE = -0.3
#: A second track is taken where it has this many times the energy of the first.
LOUDER = 100.0


def weights(frames: Iterator[av.AudioFrame]) -> np.ndarray:
    """What each channel is multiplied with, float64 (channels,), so that their sum is the sound to listen to."""
    count, length, audible = 0, 0.0, 0.0
    products: np.ndarray | None = None
    for frame in frames:
        samples = planes(frame)
        if products is not None and len(samples) != count:
            break  # the layout changes: what follows is mixed as before
        if products is None:
            count, products = len(samples), np.zeros((len(samples), len(samples)))
        products += samples @ samples.T
        seconds = frame.samples / frame.sample_rate
        length += seconds
        audible += seconds if float(np.square(samples).mean(1).max()) > AUDIBLE else 0.0
        if audible >= SURVEYED or length >= LOOKED:
            break
    if products is None:
        return np.ones(1)
    return _weights(products)


def _weights(products: np.ndarray) -> np.ndarray:
    energy = np.diag(products)
    loudest = int(energy.argmax())
    if energy[loudest] <= 0:
        return np.full(len(energy), 1 / len(energy))
    alive = energy >= DEAD * energy[loudest]
    likeness = products[loudest] / np.sqrt(np.maximum(energy * energy[loudest], 1e-30))
    signs = np.where(likeness < OPPOSITE, -1.0, 1.0)
    return alive * signs / alive.sum()


def planes(frame: av.AudioFrame) -> np.ndarray:
    """A frame's samples as float64 (channels, samples), full scale 1."""
    found = frame.to_ndarray()
    if not frame.format.is_planar:
        found = found.reshape(-1, frame.layout.nb_channels).T
    if found.dtype.kind == "f":
        return found.astype(np.float64)
    if found.dtype == np.uint8:
        return (found.astype(np.float64) - 128) / 128
    return found.astype(np.float64) / -float(np.iinfo(np.dtype(found.dtype.str)).min)


def energy(frames: Iterator[av.AudioFrame]) -> float:
    """The mean square of the beginning of a track, of its loudest channel (full scale 1)."""
    total, length = 0.0, 0.0
    for frame in frames:
        seconds = frame.samples / frame.sample_rate
        total += float(np.square(planes(frame)).mean(1).max()) * seconds
        length += seconds
        if length >= LOOKED or total > SURVEYED * AUDIBLE * LOUDER:
            break
    return total


def audible(energies: list[float]) -> int:
    """Which track is listened to: the first, unless it is silent and a later one is not."""
    best = int(np.argmax(energies))
    return best if energies[best] > AUDIBLE and energies[best] > LOUDER * energies[0] else 0
