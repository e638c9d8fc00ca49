"""Calibrate the weights of a face training run, and write the files that serve.

These are face.onnx (serves), face.keras (trains on), face_familiarity.npz (what looks foreign) and face.json.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ml.core import registry, runtime
from ml.core.emotions import FACE_EMOTIONS, SEVEN
from ml.face import classifier
from ml.face import familiarity as known
from ml.face.contrast import normalise_faces
from ml.training import runs
from ml.training.face import calibration, contempt, data, familiarity
from ml.training.face.figures import public_test
from ml.training.face.folding import fold
from ml.training.face.held_out import held_out
from ml.training.face.model import HEADS, LAST_MAP, build
from ml.training.face.weights import begin

#: The reference to what the weights were made from.
DATA = [
    "FER2013 training rows (Goodfellow et al. 2013), 28,709 faces, for research use",
    "FER+ votes for the same rows (Barsoum et al. 2016), MIT licence",
]


def serving_model(model: keras.Model) -> keras.Model:
    """The trained network with four outputs: logits ``labels`` (N, 7) and ``votes`` (N, 8), class activation ``maps``
    (N, 6, 6, 8) of the votes, and the features (N, 512) that both heads read.

    The last layers are applied to each place of the map and averaged afterwards, which gives the same logits as the
    other way round and the maps for nothing.
    """
    outputs, last = {}, model.get_layer(LAST_MAP).output
    for head, classes in HEADS.items():
        kernel, bias = model.get_layer(head).get_weights()
        places = keras.layers.Conv2D(len(classes), 1, name=f"{head}_places")
        outputs[f"{head}_maps"] = places(last)
        places.set_weights([kernel[None, None], bias])
    serving = {head: keras.layers.GlobalAveragePooling2D(name=head)(outputs[f"{head}_maps"]) for head in HEADS}
    more = {
        "maps": outputs["votes_maps"],
        known.FEATURES: keras.layers.GlobalAveragePooling2D(name=known.FEATURES)(last),
    }
    return keras.Model(model.inputs, serving | more, name="face")


def export(
    folder: Path,
    weights: list[np.ndarray],
    trained: dict[str, Any],
    *,
    contempt_alone: bool = False,
    temperatures: dict[str, float] | None = None,
) -> dict:
    """Write ``weights`` of `build()` as the files that serve; return their metadata.

    ``trained`` says of the card how they came about. With ``contempt_alone`` the eighth class is fitted on the features
    of a network that has learnt the other seven. Temperatures are fitted on the rows held out, unless
    ``temperatures`` are given: weights that have seen these rows look surer there than they should.
    Raises RuntimeError where the exported graph and Keras disagree by more than 1e-3.
    """
    keras.mixed_precision.set_dtype_policy("float32")
    model = build()
    model.set_weights(weights)
    target = registry.weights_folder()
    target.mkdir(parents=True, exist_ok=True)
    x, y, row = data.load(folder / "fer2013_train.npz")
    held = held_out(x)
    if not held.any():
        held[:] = True  # a handful of faces, in a test
    _write_onnx(serving_model(model), target / "face.onnx")
    if contempt_alone:
        _add_contempt(model, x[~held], row[~held], folder, target)
        _write_onnx(serving_model(model), target / "face.onnx")
    model.save(target / "face.keras")
    _learn_foreign(x, held, target)
    metadata = {
        "name": "face",
        "version": registry.next_version("face"),
        "files": {name: registry.sha256(target / name) for name in ("face.onnx", "face.keras", known.WEIGHTS)},
        "labels": list(FACE_EMOTIONS),
        "parameters": model.count_params(),
        "trained": trained,
        "data": DATA,
        "figures": {},
        "temperatures": {"labels": 1.0, "votes": 1.0},
        "licence": "Research and private practice only: the terms of FER2013 hold for what is learnt from it.",
    }
    _write(target, metadata)
    _check_parity(model, folder)
    if temperatures is None:
        temperatures, figures = calibration.on_held_out(x[held], y[held], _majority(row[held], folder))
        metadata["figures"] |= figures
    metadata["temperatures"] = temperatures
    _write(target, metadata)
    metadata["figures"] |= public_test(folder)
    _write(target, metadata)
    return metadata


def _majority(row: np.ndarray, folder: Path) -> np.ndarray:
    return data.majority_of(row, folder / "ferplus_votes.npz")


def _features(path: Path, faces: np.ndarray, *outputs: str) -> list[np.ndarray]:
    """The named outputs of a graph for faces (N, 48, 48), each seen once."""
    network = runtime.OnnxNetwork(runtime.session_of(path))
    rows = normalise_faces(faces)[..., None]
    parts = [network.several(rows[start : start + 64], outputs) for start in range(0, len(rows), 64)]
    return [np.concatenate(one) for one in zip(*parts, strict=True)]


def _add_contempt(model: keras.Model, x: np.ndarray, row: np.ndarray, folder: Path, target: Path) -> None:
    votes = data.votes_of(row, folder / "ferplus_votes.npz")
    features, logits = _features(target / "face.onnx", x, known.FEATURES, "votes")
    weight, bias = contempt.fit(features, logits[:, : len(SEVEN)], votes, _majority(row, folder))
    kernel, biases = model.get_layer("votes").get_weights()
    kernel[:, data.CONTEMPT], biases[data.CONTEMPT] = weight, bias
    model.get_layer("votes").set_weights([kernel, biases])


def _learn_foreign(x: np.ndarray, held: np.ndarray, target: Path) -> None:
    """Fit and write what tells faces from what the model does not know."""
    random = np.random.default_rng(0)
    plain = x[~held] if (~held).any() else x
    plain = plain[random.permutation(len(plain))[: familiarity.PLAIN]]
    strange = [familiarity.made(plain[: familiarity.EACH], kind) for kind in familiarity.FOREIGN]
    own, other, unseen = (
        _features(target / "face.onnx", faces, known.FEATURES)[0]
        for faces in (plain, np.concatenate(strange), x[held][: familiarity.PLAIN])
    )
    weight, bias = familiarity.fit(own, other, unseen)
    with runs.whole(target / known.WEIGHTS) as path:
        np.savez(path, weight=weight.astype(np.float32), bias=np.array(bias, np.float32))


def _check_parity(model: keras.Model, folder: Path) -> None:
    x, _, _ = data.load(folder / "fer2013_public.npz")
    images = x[:64].astype(np.float32)
    direct = model.predict_on_batch(normalise_faces(images)[..., None])
    for head, classes in HEADS.items():
        other = classifier.logits(images, mirror=False, head=head)[:, : len(classes)]
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
    parser.add_argument("--run", type=Path, default=Path("runs/face/checkpoint.npz"), help="what training left")
    parser.add_argument("--weights", type=Path, help="a face.keras to ship instead, with contempt added to its seven")
    parser.add_argument(
        "--temperatures", type=float, nargs=2, metavar=("LABELS", "VOTES"), help="for --weights that saw all rows"
    )
    options = parser.parse_args()
    given = dict(zip(HEADS, options.temperatures, strict=True)) if options.temperatures else None
    folder = data.faces_folder(options.data)
    if options.weights:
        model = build()
        begin(model, options.weights)
        trained = dict(registry.describe("face")["trained"]) | {"contempt": "fitted on the features alone"}
        card = export(folder, model.get_weights(), trained, contempt_alone=True, temperatures=given)
    else:
        card = export(folder, *averaged(options.run), temperatures=given)
    print(json.dumps(card["figures"], indent=2))


def averaged(checkpoint: Path) -> tuple[list[np.ndarray], dict[str, Any]]:
    """The averaged weights in a checkpoint of ``ml.training.face.train``, and what the card says of their training."""
    with np.load(checkpoint, allow_pickle=False) as file:
        count = sum(name.startswith("average_") for name in file.files)
        weights = [file[f"average_{i}"] for i in range(count)]
        state = json.loads(str(file["state"]))
    return weights, {"epoch": state["epoch"], "minutes": round(state["seconds"] / 60, 1)}


if __name__ == "__main__":
    main()
