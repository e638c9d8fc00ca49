"""A teacher of one layer with random weights, laid out as the real one is."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np

WIDTH, HEADS, INNER, POSITIONS = 8, 2, 16, 160


def write(folder: Path, words: list[str]) -> Path:
    """Write model.safetensors, config.json and tokenizer.json for a vocabulary of ``words`` into ``folder``."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    folder.mkdir()
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *sorted(set(words))]
    tokenizer = Tokenizer(models.WordLevel({name: row for row, name in enumerate(names)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps({"num_attention_heads": HEADS, "num_hidden_layers": 1}))
    rng = np.random.default_rng(0)
    layer = "encoder.layer.0"
    shapes = {
        "embeddings.word_embeddings.weight": (len(names), WIDTH),
        "embeddings.position_embeddings.weight": (POSITIONS, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        **{f"{layer}.attention.self.{part}.weight": (WIDTH, WIDTH) for part in ("query", "key", "value")},
        f"{layer}.attention.output.dense.weight": (WIDTH, WIDTH),
        f"{layer}.intermediate.dense.weight": (INNER, WIDTH),
        f"{layer}.output.dense.weight": (WIDTH, INNER),
    }
    tensors = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    tensors |= {name.replace(".weight", ".bias"): np.zeros(shape[0], np.float32) for name, shape in shapes.items()}
    for norm in ("embeddings", f"{layer}.attention.output", f"{layer}.output"):
        tensors[f"{norm}.LayerNorm.weight"] = np.ones(WIDTH, np.float32)
        tensors[f"{norm}.LayerNorm.bias"] = np.zeros(WIDTH, np.float32)
    head, at = {"__metadata__": {"format": "pt"}}, 0
    for name, tensor in tensors.items():
        head[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + tensor.nbytes]}
        at += tensor.nbytes
    packed = json.dumps(head).encode()
    content = struct.pack("<Q", len(packed)) + packed + b"".join(tensor.tobytes() for tensor in tensors.values())
    (folder / "model.safetensors").write_bytes(content)
    return folder
