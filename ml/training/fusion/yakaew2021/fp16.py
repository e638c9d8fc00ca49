"""Store the weights of an ONNX graph in 16 bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def to_fp16(path: Path) -> None:
    """Store a graph's large weights in 16 bits, each behind a node that casts it back; the arithmetic stays in 32."""
    model = onnx.load(path)
    casts, kept = [], []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < 512:
            kept.append(tensor)
            continue
        small = numpy_helper.from_array(values.astype(np.float16), f"{tensor.name}_fp16")
        kept.append(small)
        casts.append(helper.make_node("Cast", [small.name], [tensor.name], to=TensorProto.FLOAT))
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(casts + nodes)
    onnx.save(model, path)
