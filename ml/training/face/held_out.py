"""Rows of FER2013's training part that training never sees, so that what is fitted on them holds elsewhere.

FER2013 has many pictures twice, some of them cut or lit a little differently. Such copies go together, on the one side
or on the other; a picture that was learnt would say nothing of one that was not.
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

#: The share of the training rows that is held out.
SHARE = 0.12
#: Two faces are copies where small versions of them (SIDE pixels), each less its mean, correlate so closely.
SIDE, ALIKE = 14, 0.985
_BLOCK = 1024


def copies(faces: np.ndarray) -> np.ndarray:
    """The group (N,; numbers from 0) of each face uint8 (N, 48, 48): exact and near copies, mirrored ones too, share
    one."""
    rows, mirrored = _small(faces), _small(faces[:, :, ::-1])
    pairs = []
    for start in range(0, len(rows), _BLOCK):
        for other in (rows, mirrored):
            near = np.argwhere(rows[start : start + _BLOCK] @ other.T > ALIKE)
            pairs.append(near + np.array([start, 0]))
    first, second = np.concatenate(pairs).T
    graph = coo_matrix((np.ones(len(first), bool), (first, second)), shape=(len(rows), len(rows)))
    return connected_components(graph, directed=False)[1]


def held_out(faces: np.ndarray, share: float = SHARE, seed: int = 0) -> np.ndarray:
    """Which of the training faces (bool, N) are held out: about ``share`` of them, in whole groups of copies, the same
    ones whenever it is asked."""
    group = copies(faces)
    chosen = np.random.default_rng(seed).random(int(group.max(initial=-1)) + 1) < share
    held: np.ndarray = chosen[group]
    return held


def _small(faces: np.ndarray) -> np.ndarray:
    small = np.stack([cv2.resize(face, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for face in faces])
    rows = small.reshape(len(small), -1).astype(np.float32)
    rows -= rows.mean(1, keepdims=True)
    norm = np.linalg.norm(rows, axis=1, keepdims=True)
    flat = norm[:, 0] < 1e-3
    rows /= np.maximum(norm, 1e-3)
    rows[flat] = np.eye(1, rows.shape[1], dtype=np.float32)  # pictures of one colour are alike
    return rows
