"""Normalisation folded into convolutions: the same answers from fewer operations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from ml.training.face.folding import fold


def graph(path: Path, twice: bool) -> Path:
    """Conv, Sub, Mul, Add, Relu; with ``twice`` the convolution's map is an output too, so nothing may change it."""
    random = np.random.default_rng(0)
    constants = {
        "w": random.normal(size=(4, 1, 3, 3)),
        "mean": random.normal(size=(1, 4, 1, 1)),
        "scale": random.normal(size=(1, 4, 1, 1)),
        "shift": random.normal(size=(1, 4, 1, 1)),
    }
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], pads=[1, 1, 1, 1]),
        helper.make_node("Sub", ["a", "mean"], ["b"]),
        helper.make_node("Mul", ["scale", "b"], ["c"]),
        helper.make_node("Add", ["c", "shift"], ["d"]),
        helper.make_node("Relu", ["d"], ["y"]),
    ]
    outputs = ["y", *(["a"] if twice else [])]
    made = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 1, 8, 8])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 4, 8, 8]) for name in outputs],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()],
    )
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    return path


def answers(path: Path) -> list[np.ndarray]:
    x = np.random.default_rng(1).normal(size=(2, 1, 8, 8)).astype(np.float32)
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, {"x": x})


def test_three_operations_fewer_and_the_same_answers(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.onnx", twice=False)
    before = answers(path)
    assert fold(path) == 3
    assert [node.op_type for node in onnx.load(str(path)).graph.node] == ["Conv", "Relu"]
    assert np.allclose(answers(path)[0], before[0], atol=1e-5)
    assert fold(path) == 0


def test_a_map_that_others_read_is_left_alone(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.onnx", twice=True)
    before = answers(path)
    fold(path)
    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(answers(path), before, strict=True))
