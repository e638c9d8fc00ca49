"""Contrast normalisation: pictures with little contrast, as of somebody in the dark, brought to what detector,
landmarks and networks know.

All of them learned from faces in ordinary light. With the light halved three times half of the faces were found and a
third of their expressions read rightly; normalised, it is nearly nine in ten, and almost as many right as in full light
(``./viva bench face_robustness``).
"""

from __future__ import annotations

import cv2
import numpy as np

#: A picture of less contrast than this (standard deviation of its grey levels; one in seven of FER2013's faces, and
#: every one in a dark room) is stretched to it, and its mean moved towards FER2013's.
CONTRAST, MEAN = 40.0, 120.0
#: Stretched by so much at most: what is fainter is a camera's noise.
_MOST = 16.0
#: Deviation in pixels of the Gaussian that takes a camera's noise out of faint pictures before they are searched.
SMOOTH = 0.8


def normalise_contrast(picture: np.ndarray, smooth: float = 0.0) -> np.ndarray:
    """A grey picture uint8 (H, W): itself, or where it is faint smoothed by a Gaussian of ``smooth`` pixels and
    stretched."""
    if not picture.size:
        return picture
    mean, spread = cv2.meanStdDev(picture)
    if spread[0, 0] >= CONTRAST:
        return picture
    gain, lift = _line(float(mean[0, 0]), float(spread[0, 0]))
    if smooth:
        picture = cv2.GaussianBlur(picture, (0, 0), smooth)
    return cv2.addWeighted(picture, gain, picture, 0, lift)


def normalise_faces(faces: np.ndarray) -> np.ndarray:
    """The same for many faces, grey levels (N, H, W) in 0..255: float32 of the same shape, 0..255."""
    faces = np.asarray(faces, np.float32)
    if not len(faces):
        return faces
    gain, lift = _line(faces.mean((1, 2), keepdims=True), faces.std((1, 2), keepdims=True))
    return np.clip(faces * gain + lift, 0, 255)


def _line(mean, spread) -> tuple:
    """Gain and lift for pictures of this mean and spread: 1 and 0 from CONTRAST on, and nothing jumps there."""
    share = np.clip(spread / CONTRAST, 1 / _MOST, 1)
    return 1 / share, share * mean + (1 - share) * MEAN - mean / share
