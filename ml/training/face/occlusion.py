"""Check the saliency maps of a face by covering what they call important."""

from __future__ import annotations

import cv2
import numpy as np

from ml.face import classifier
from ml.face.saliency import explain


def covered_drops(crops: np.ndarray, side: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """What covering a part of a face takes from its likeliest class: drops of the log probability (N,), where the map
    is hottest, and elsewhere on average (the other 35 places).

    A place is covered by ``side`` pixels of the face out of focus. A map that answers to what the network sees has the
    larger drop where it is hot.
    """
    p, maps = explain(crops)
    size = crops.shape[1]
    covered = np.repeat(crops[:, None], maps[0, 0].size, axis=1)
    for face, versions in zip(crops, covered, strict=True):
        blurred = cv2.GaussianBlur(face, (0, 0), 8)
        for place, version in enumerate(versions):
            row, column = (np.array(divmod(place, maps.shape[-1])) + 0.5) * size / maps.shape[-1]
            part = np.s_[
                max(0, int(row) - side // 2) : int(row) + side // 2,
                max(0, int(column) - side // 2) : int(column) + side // 2,
            ]
            version[part] = blurred[part]
    best = p.argmax(1)
    left = classifier.probabilities(covered.reshape(-1, size, size), mirror=False).reshape(len(crops), -1, p.shape[1])
    each = np.arange(len(crops))
    drop = np.log(p[each, best])[:, None] - np.log(left[each, :, best])
    hot = maps[each, best].reshape(len(crops), -1).argmax(1)
    elsewhere = (drop.sum(1) - drop[each, hot]) / (drop.shape[1] - 1)
    return drop[each, hot], elsewhere
