"""Calibrate the best weights of a face training run so far, and write the files that serve.

These are face.onnx (serves), face.keras (trains on) and face.json.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ml.core import registry
from ml.core.emotions import FACE_EMOTIONS
from ml.core.statistics import confusion, expected_calibration_error, recalls
from ml.face import classifier
from ml.face.contrast import normalise_faces
from ml.training.face import calibration, data
from ml.training.face.folding import fold
from ml.training.face.model import HEADS, LAST_MAP, build

#: The reference to what the weights were made from.
DATA = [
    "FER2013 training rows (Goodfellow et al. 2013), 28,709 faces, for research use",
    "FER+ votes for the same rows (Barsoum et al. 2016), MIT licence",
    "FER2013 PublicTest, 3,589 faces: choice of the epoch, temperatures",
]


def serving_model(model: keras.Model) -> keras.Model:
    """The trained network with three outputs: logits ``labels`` and ``votes`` (N, 7), and class activation ``maps``
    (N, 6, 6, 7) of the votes.

    The last layers are applied to each place of the map and averaged afterwards, which gives the same logits as the
    other way round and the maps for nothing.
    """
    outputs = {}
    for head in HEADS:
        kernel, bias = model.get_layer(head).get_weights()
        places = keras.layers.Conv2D(len(FACE_EMOTIONS), 1, name=f"{head}_places")
        outputs[f"{head}_maps"] = places(model.get_layer(LAST_MAP).output)
        places.set_weights([kernel[None, None], bias])
    serving = {head: keras.layers.GlobalAveragePooling2D(name=head)(outputs[f"{head}_maps"]) for head in HEADS}
    return keras.Model(model.inputs, serving | {"maps": outputs["votes_maps"]}, name="face")


def export(folder: Path, best: Path) -> dict:
    """Write the weights in ``best`` (a checkpoint of ``ml.training.face.train``) as the files that serve; return their
    metadata.

    Raises RuntimeError where the exported graph and Keras disagree by more than 1e-3.
    """
    with np.load(best, allow_pickle=False) as file:
        count = sum(name.startswith("average_") for name in file.files)
        weights = [file[f"average_{i}"] for i in range(count)]
        state = json.loads(str(file["state"]))
    keras.mixed_precision.set_dtype_policy("float32")
    model = build()
    model.set_weights(weights)
    target = registry.weights_folder()
    target.mkdir(parents=True, exist_ok=True)
    model.save(target / "face.keras")
    _write_onnx(serving_model(model), target / "face.onnx")
    metadata = {
        "name": "face",
        "version": registry.next_version("face"),
        "files": {name: registry.sha256(target / name) for name in ("face.onnx", "face.keras")},
        "labels": list(FACE_EMOTIONS),
        "parameters": model.count_params(),
        "trained": {"epoch": state["epoch"], "minutes": round(state["seconds"] / 60, 1)},
        "data": DATA,
        "figures": {},
        "licence": "Research and private practice only: the terms of FER2013 hold for what is learnt from it.",
    }
    _write(target, metadata)
    _check_parity(model, folder)
    metadata |= _calibrate(folder)
    _write(target, metadata)
    return metadata


def _calibrate(folder: Path) -> dict:
    """Fit each head's temperature on PublicTest; the calibration errors are cross-fitted: every other face is read
    under the temperature that suits the faces between."""
    x, y, row = data.load(folder / "fer2013_public.npz")
    majority = data.majority_of(row, folder / "ferplus_votes.npz")
    agreed = majority >= 0
    found: dict[str, Any] = {}
    figures: dict[str, Any] = {}
    for name, faces, truth, prefix in (
        ("labels", x, y, ""),
        ("votes", x[agreed], majority[agreed], "ferplus_"),
    ):
        logits = classifier.logits(faces, head=name)
        found[name] = round(calibration.fit(logits, truth), 4)
        p = calibration.cross_fitted(logits, truth)
        right = p.argmax(1) == truth
        _, uar = recalls(confusion(truth, p.argmax(1), len(FACE_EMOTIONS)))
        plain = classifier.softmax(logits)
        figures |= {
            f"{prefix}public_test_rows": len(truth),
            f"{prefix}public_test_accuracy": round(float(right.mean()), 4),
            f"{prefix}public_test_uar": round(uar, 4),
            f"{prefix}calibration_error": round(expected_calibration_error(p, truth), 4),
            f"{prefix}calibration_error_uncalibrated": round(expected_calibration_error(plain, truth), 4),
        }
        copies = folder / "fer2013_public_duplicates.npz"
        if name == "labels" and copies.is_file():
            with np.load(copies, allow_pickle=False) as file:
                fresh = ~file["exact_dup_in_train"]
            figures["public_test_accuracy_without_copies_of_training_rows"] = round(float(right[fresh].mean()), 4)
            figures["public_test_rows_without_copies_of_training_rows"] = int(fresh.sum())
    return {"temperatures": found, "figures": figures}


def _check_parity(model: keras.Model, folder: Path) -> None:
    x, _, _ = data.load(folder / "fer2013_public.npz")
    images = x[:64].astype(np.float32)
    direct = model.predict_on_batch(normalise_faces(images)[..., None])
    for head in HEADS:
        other = classifier.logits(images, mirror=False, head=head)
        difference = float(np.abs(other - keras.ops.convert_to_numpy(direct[head])).max())
        if difference > 1e-3:
            raise RuntimeError(f"The exported graph differs from Keras by {difference:.1e}: do not use it.")


def _write_onnx(serving: keras.Model, path: Path) -> None:
    example = np.zeros((2, *serving.inputs[0].shape[1:]), np.float32)
    serving(example)
    temporary = path.with_suffix(".tmp.onnx")
    serving.export(temporary, format="onnx", verbose=False)
    # Keras flattens a dictionary of outputs in the order of its keys.
    _name_outputs(temporary, path, sorted(serving.output))
    fold(path)
    temporary.unlink()


def _name_outputs(source: Path, target: Path, names: list[str]) -> None:
    """Call the outputs ``names``, in order, whatever the backend's exporter called them, and free the batch size."""
    import onnx

    graph_model = onnx.load(str(source))
    graph = graph_model.graph
    for output, name in zip(graph.output, names, strict=True):
        dims, old = output.type.tensor_type.shape.dim, output.name
        dims[0].ClearField("dim_value")
        dims[0].dim_param = "batch"
        for node in graph.node:
            node.output[:] = [name if n == old else n for n in node.output]
            node.input[:] = [name if n == old else n for n in node.input]
        output.name = name
    first = graph.input[0].type.tensor_type.shape.dim[0]
    first.ClearField("dim_value")
    first.dim_param = "batch"
    onnx.checker.check_model(graph_model)
    onnx.save(graph_model, str(target))


def _write(target: Path, metadata: dict) -> None:
    temporary = target / f".face.json.{os.getpid()}"
    temporary.write_text(json.dumps(metadata, indent=2, ensure_ascii=False) + "\n", "utf-8")
    temporary.replace(target / "face.json")


def main() -> None:
    """The command line; see the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--best", type=Path, default=Path("runs/face/best.npz"))
    options = parser.parse_args()
    print(json.dumps(export(data.faces_folder(options.data), options.best)["figures"], indent=2))


if __name__ == "__main__":
    main()
