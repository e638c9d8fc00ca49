"""Fold batch normalisation into the convolutions before it, in an exported graph.

Keras writes inference's normalisation as three operations on every map: subtract, multiply, add. Behind a convolution
they are a scale of its weights and a bias, and ONNX Runtime then fuses the activation behind it too (Jacob et al., CVPR
2018, fold alike). The graph's answers change by rounding only.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np


def fold(path: Path) -> int:
    """Rewrite the ONNX file ``path``; returns how many operations were folded away."""
    import onnx
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:
        # ONNX Runtime's own plain optimisations first: constants computed, casts and transpositions gone.
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = str(Path(folder) / "plain.onnx")
        onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        model = onnx.load(options.optimized_model_filepath)
    graph = model.graph
    constants = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
    outputs = {output.name for output in graph.output}
    folded = 0
    for conv in [node for node in graph.node if node.op_type == "Conv"]:
        weights = constants[conv.input[1]].astype(np.float64)
        bias = constants[conv.input[2]].astype(np.float64) if len(conv.input) > 2 else np.zeros(len(weights))
        changed = False
        while (after := _only_user(graph, conv.output[0], outputs)) is not None:
            operand = _per_channel(after, conv.output[0], constants, len(weights))
            if operand is None:
                break
            if after.op_type == "Mul":
                weights, bias = weights * operand[:, None, None, None], bias * operand
            else:
                bias = bias + (operand if after.op_type == "Add" else -operand)
            conv.output[0] = after.output[0]
            graph.node.remove(after)
            folded, changed = folded + 1, True
        if changed:
            names = [f"{conv.output[0]}_weights", f"{conv.output[0]}_bias"]
            for name, values in zip(names, (weights, bias), strict=True):
                graph.initializer.append(onnx.numpy_helper.from_array(values.astype(np.float32), name))
            del conv.input[1:]
            conv.input.extend(names)
    used = {name for node in graph.node for name in node.input}
    for one in [one for one in graph.initializer if one.name not in used]:
        graph.initializer.remove(one)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return folded


def _only_user(graph, name: str, outputs: set[str]):
    """The one node that reads ``name``, or None where several do or it is an output."""
    users = [node for node in graph.node if name in node.input]
    return users[0] if len(users) == 1 and name not in outputs else None


def _per_channel(node, name: str, constants: dict[str, np.ndarray], channels: int) -> np.ndarray | None:
    """The constant, one value a channel (channels,), by which ``node`` changes ``name``; None where it does not."""
    if node.op_type not in ("Add", "Sub", "Mul") or (node.op_type == "Sub" and node.input[0] != name):
        return None
    other = next((each for each in node.input if each != name), "")
    values = constants.get(other)
    if values is None or values.size not in (1, channels) or (values.ndim == 4 and values.shape[0] != 1):
        return None
    if values.size == channels and channels > 1 and (values.ndim < 3 or values.shape[-3] != channels):
        return None  # not along the channels
    return np.broadcast_to(values.ravel().astype(np.float64), (channels,))
