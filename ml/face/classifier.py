"""From 48x48 grey faces to calibrated probabilities: what ``infer``, ``evaluate`` and the live room all
call."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from ml.core import registry, runtime
from ml.core.emotions import FACE_EMOTIONS
from ml.core.statistics import softmax
from ml.face import familiarity
from ml.face.contrast import normalise_faces

#: Faces to a batch: beyond this ONNX Runtime gets no faster.
BATCH = 32
#: How a single face is looked at when it has to be right rather than quick: as it is, nearer and from further off.
ZOOMS = (1.0, 1.1, 0.9)
#: The network's heads: what FER2013 would call a face, and what FER+'s ten annotators would see in it.
HEADS = ("labels", "votes")


class Looked(NamedTuple):
    """What the network says of faces: ``outputs`` of a head (N, 8) by its name, minus infinity for a class that it does
    not know, and the ``features`` (N, F) that all were read from."""

    outputs: dict[str, np.ndarray]
    features: np.ndarray

    def probabilities(self, head: str = "votes", among: np.ndarray | None = None) -> np.ndarray:
        """Calibrated probabilities (N, 8), rows adding up to 1; ``among`` (8,; bool) masks the others."""
        scores = calibrated(self.outputs[head], head)
        p = softmax(scores if among is None else np.where(among, scores, -np.inf))
        return familiarity.doubted(p, self.foreign())

    def foreign(self) -> np.ndarray:
        """How surely each is no face that the model knows, 0..1 (N,)."""
        return familiarity.foreign(self.features) if len(self.features) else np.zeros(0)


def probabilities(
    crops: np.ndarray, *, mirror: bool = True, head: str = "votes", among: np.ndarray | None = None
) -> np.ndarray:
    """Read faces: uint8 or float grey levels (N, 48, 48) in 0..255 to float64 (N, 8), rows adding up to 1, in the order
    of FACE_EMOTIONS.

    The head ``votes`` says what FER+'s ten annotators would see in a face, which is what the product shows; ``labels``
    says what FER2013 would call it, which is never contempt. ``among`` (8,; bool) masks the others, for a task that
    lacks them. A face unlike those that the model has learnt from loses its confidence (`familiarity`). With
    ``mirror`` a face is read six times, at the three ZOOMS and their mirror images, and the logits are averaged;
    without, once, as for the samples of a recording, which average over time. Raises ModelMissing.
    """
    return look(crops, mirror=mirror, heads=(head,)).probabilities(head, among)


def logits(crops: np.ndarray, *, mirror: bool = True, head: str = "votes") -> np.ndarray:
    """The outputs of one head before calibration and softmax: float64 (N, 8), minus infinity for what it does not
    know."""
    return look(crops, mirror=mirror, heads=(head,)).outputs[head]


def look(crops: np.ndarray, *, mirror: bool = True, heads: tuple[str, ...] = HEADS) -> Looked:
    """What the network says of faces, in one pass for all ``heads``; see `probabilities`."""
    network, names = runtime.network("face"), (*heads, familiarity.FEATURES)
    crops = normalise_faces(crops)
    parts: list[list[np.ndarray]] = [[] for _ in names]
    for start in range(0, len(crops), BATCH):
        batch = crops[start : start + BATCH]
        views = [view for zoom in ZOOMS for view in _views(batch, zoom)] if mirror else [batch]
        for kept, out in zip(parts, network.several(np.concatenate(views)[..., None], names), strict=True):
            kept.append(out.reshape(len(views), len(batch), -1).mean(0))
    *found, features = (np.concatenate(part) if part else np.zeros((0, 1)) for part in parts)
    return Looked({head: on_all(out.astype(np.float64)) for head, out in zip(heads, found, strict=True)}, features)


def on_all(outputs: np.ndarray) -> np.ndarray:
    """A head's outputs (N, K), of the first K of FACE_EMOTIONS, on all of them: (N, 8)."""
    lacking = len(FACE_EMOTIONS) - outputs.shape[1]
    return np.pad(outputs, ((0, 0), (0, lacking)), constant_values=-np.inf)


def calibrated(outputs: np.ndarray, head: str) -> np.ndarray:
    """Logits (..., 8) of a head over the temperature fitted at export (Guo et al., "On Calibration of Modern Neural
    Networks", ICML 2017)."""
    return outputs / float(registry.describe("face")["temperatures"][head])


def _views(batch: np.ndarray, zoom: float) -> list[np.ndarray]:
    """Faces (N, 48, 48) seen nearer or from further off, and their mirror images: as many each."""
    if zoom != 1.0:
        side = batch.shape[1]
        shift = (1 - zoom) * (side - 1) / 2
        warp = np.array([[zoom, 0, shift], [0, zoom, shift]])
        batch = np.stack([cv2.warpAffine(face, warp, (side, side), borderMode=cv2.BORDER_REPLICATE) for face in batch])
    return [batch, batch[:, :, ::-1]]


def activation_maps(crops: np.ndarray) -> np.ndarray:
    """What speaks for each class, and where: (N, 6, 6, 8), in calibrated logits of the head ``votes``.

    These are class activation maps (Zhou et al., CVPR 2016); their mean over the places is the
    calibrated logit itself (without the mirror image).
    """
    return calibrated(runtime.network("face").run(normalise_faces(crops)[..., None], "maps"), "votes")
