"""What serves (ONNX Runtime) beside what trained (Keras), in the same run: milliseconds, memory, agreement."""

from __future__ import annotations

import sys
from typing import Any

from bench.measuring import BenchFailed, rows, run
from ml.core import registry
from ml.core.errors import ModelMissing

_COMMON = """
import numpy as np
from ml.core import registry, runtime
name, batch = sys.argv[1], int(sys.argv[2])
session = runtime.session(name)
entry = session.get_inputs()[0]
shape = [batch if i == 0 else (d if isinstance(d, int) else 16) for i, d in enumerate(entry.shape)]
x = np.random.default_rng(0).random(shape, dtype=np.float32)
def clock(call, most=2.0):
    call(); times = []
    while sum(times) < most and len(times) < 200 or len(times) < 3:
        start = time.perf_counter(); call(); times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times))
"""
_ONNX = (
    _COMMON
    + """
answer["ms"] = clock(lambda: session.run(None, {entry.name: x}))
"""
)
_KERAS = (
    _COMMON
    + """
import keras
from ml.speech import keras_layers
model = keras.saving.load_model(registry.file_of(name, f"{name}.keras"), compile=False)
answer["ms"] = clock(lambda: model.predict(x, verbose=0))
answer["call_ms"] = clock(lambda: model(x))
"""
)


def measure(batches: tuple[int, ...] = (1, 32)) -> list[dict[str, Any]]:
    """One row for each model, runtime and batch; a runtime that cannot run a model has a ``reason`` instead."""
    found = []
    for name in registry.NAMES:
        for runtime, program in (("ONNX Runtime", _ONNX), ("Keras", _KERAS)):
            for batch in batches:
                print(f"bench: {name}, {runtime}, batch {batch} …", file=sys.stderr, flush=True)
                row: dict[str, Any] = {"model": name, "runtime": runtime, "batch": batch}
                try:
                    if runtime == "Keras" and f"{name}.keras" not in registry.describe(name)["files"]:
                        row["reason"] = "no Keras file is shipped"
                    else:
                        row |= run(program, name, str(batch))
                except (BenchFailed, ModelMissing) as failure:
                    row["reason"] = str(failure)
                found.append(row)
    return found


def table(found: list[dict[str, Any]]) -> str:
    """The measurements in plain text."""
    body, reasons = [], []
    for row in found:
        if "reason" in row:
            figures = ("not run", "", "")
            reasons.append(f"{row['model']}, {row['runtime']}, {row['batch']}: {row['reason']}")
        else:
            figures = (f"{row['ms']:.2f}", f"{row['call_ms']:.2f}" if "call_ms" in row else "", f"{row['peak_mb']:.0f}")
        body.append((row["model"], row["runtime"], str(row["batch"]), *figures))
    head = ("model, one thread", "runtime", "batch", "ms (predict)", "ms (call)", "peak MB")
    return "\n".join([rows(head, body), "", *reasons])
