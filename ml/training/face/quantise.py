"""Quantise the face network that serves to eight-bit integers.

Convolutions alone are quantised, weights by channel, activations by the range that a few hundred training
faces show (Jacob et al., CVPR 2018, "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
Inference"). Run it after every export; until then recordings are read by the network itself.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from ml.core import registry, runtime
from ml.face import classifier, quantised
from ml.face.contrast import normalise_faces
from ml.training.face.data import faces_folder

#: Training faces that show the ranges, and how many are read at once; test faces that the two are compared on.
FACES, BATCH, COMPARED = 256, 32, 1024
#: Faces on which the two must name the same expression, at least, for the quick one to be shipped.
AGREEMENT = 0.95


def make(data: Path) -> dict[str, Any]:
    """Write ``face_quick.onnx`` and its card, with how often the two agree on test faces; returns the card.

    Raises RuntimeError where they agree too seldom.
    """
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    source, target = registry.file_of("face", "face.onnx"), registry.weights_folder() / "face_quick.onnx"
    name = runtime.session("face").get_inputs()[0].name
    folder = faces_folder(data)
    with np.load(folder / "fer2013_train.npz") as file:
        rows = np.random.default_rng(0).permutation(len(file["y"]))[:FACES]
        faces = file["x"][np.sort(rows)]
    shown = normalise_faces(faces)[..., None]

    class Shown(CalibrationDataReader):
        def __init__(self) -> None:
            self._batches = iter(np.split(shown, range(BATCH, len(shown), BATCH)))

        def get_next(self) -> dict[str, np.ndarray] | None:
            batch = next(self._batches, None)
            return None if batch is None else {name: batch}

    quantize_static(
        source,
        target,
        Shown(),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv"],
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )
    card = {
        "name": "face_quick",
        "version": registry.next_version("face_quick"),
        "of": registry.version_of("face").sha256,
        "of_version": registry.version_of("face").version,
        "files": {target.name: registry.sha256(target)},
        "data": [f"{FACES} FER2013 training rows, for the ranges of its numbers; else what face.json names"],
        "figures": {},
        "licence": "As face.json's.",
    }
    _write(card)
    with np.load(folder / "fer2013_public.npz") as file:
        x, y = file["x"][:COMPARED], file["y"][:COMPARED]
    exact, near = classifier.logits(x, mirror=False), quantised.look(x).outputs["votes"]
    agreement = float((exact.argmax(1) == near.argmax(1)).mean())
    card["figures"] = {
        "faces": len(x),
        "agreement": agreement,
        "mean_largest_difference": float(
            np.abs(classifier.softmax(exact) - classifier.softmax(near)).max(axis=1).mean().round(4)
        ),
        "accuracy_exact_votes": float((exact.argmax(1) == y).mean()),
        "accuracy_quick_votes": float((near.argmax(1) == y).mean()),
    }
    if agreement < AGREEMENT:
        target.unlink()
        (registry.weights_folder() / "face_quick.json").unlink()
        raise RuntimeError(f"The two agree on {agreement:.1%} of faces only: nothing was written.")
    _write(card)
    return card


def _write(card: dict[str, Any]) -> None:
    path = registry.weights_folder() / "face_quick.json"
    path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")


def main() -> None:
    """The command line; see the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    print(json.dumps(make(parser.parse_args().data)["figures"], indent=2))


if __name__ == "__main__":
    main()
