"""A pretrained sentence encoder as a teacher: MiniLM's layers, averaged over stretches of text.

Training alone uses it: it is some ten times too slow for reading. What it knows reaches the product by way of
``distilled.py``. The weights are read as data from a folder that holds ``model.safetensors``, ``config.json`` and
``tokenizer.json`` (sentence-transformers/all-MiniLM-L6-v2, Apache 2.0; the card says which package holds them).

Source: W. Wang et al. (2020), MiniLM: deep self-attention distillation, NeurIPS.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from ml.text.features import clean, tokenize

#: Word pieces that the encoder reads at once, its two marks not counted.
STRETCH = 126
#: Stretches that are read together.
BATCH = 32


@dataclass(frozen=True)
class Encoded:
    """Stretches of texts: ``owner`` (S,) the text's number, ``pieces`` (S,) how many word pieces, ``tokens`` our own
    tokens in lower case, ``layers`` (S, L, D) each layer's mean over the pieces."""

    owner: np.ndarray
    pieces: np.ndarray
    tokens: list[list[str]]
    layers: np.ndarray


class Encoder:
    """BERT's encoder in numpy, its sizes taken from the weights. Raises ValueError where the folder lacks a file."""

    def __init__(self, folder: Path):
        from tokenizers import Tokenizer  # training only

        for name in ("model.safetensors", "config.json", "tokenizer.json"):
            if not (folder / name).is_file():
                raise ValueError(
                    f"The encoder's folder {folder} lacks {name}. See ml/text/MODEL_CARD.md for where it is."
                )
        self.weights = {
            name.removeprefix("bert."): value for name, value in _tensors(folder / "model.safetensors").items()
        }
        config = json.loads((folder / "config.json").read_text("utf-8"))
        self.heads, self.depth = config["num_attention_heads"], config["num_hidden_layers"]
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.first, self.last = self.tokenizer.token_to_id("[CLS]"), self.tokenizer.token_to_id("[SEP]")

    def layers(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Word pieces (N, T) and which of them count (N, T) -> means (N, layers + 1, D), the embeddings' first."""
        w = self.weights
        x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = self._norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        hidden = np.where(mask, 0.0, -1e4).astype(np.float32)[:, None, None]
        share = (mask / mask.sum(axis=1, keepdims=True)).astype(np.float32)[..., None]
        found = [(x * share).sum(axis=1)]
        for layer in range(self.depth):
            name = f"encoder.layer.{layer}"
            x = self._norm(x + self._attend(x, hidden, name), f"{name}.attention.output.LayerNorm")
            inner = _gelu(self._linear(x, f"{name}.intermediate.dense"))
            x = self._norm(x + self._linear(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")
            found.append((x * share).sum(axis=1))
        return np.stack(found, axis=1)

    def _attend(self, x: np.ndarray, hidden: np.ndarray, name: str) -> np.ndarray:
        n, t, d = x.shape
        query, key, value = (
            self._linear(x, f"{name}.attention.self.{part}").reshape(n, t, self.heads, -1).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.sqrt(np.float32(d // self.heads)) + hidden
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        return self._linear(mixed.transpose(0, 2, 1, 3).reshape(n, t, d), f"{name}.attention.output.dense")

    def _linear(self, x: np.ndarray, name: str) -> np.ndarray:
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _norm(self, x: np.ndarray, name: str) -> np.ndarray:
        x = x - x.mean(axis=-1, keepdims=True)
        x = x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        return x * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def encode(self, texts: list[str]) -> Encoded:
        """All stretches of all texts, in the texts' order. About a tenth of a second a stretch on a busy core."""
        from tqdm import tqdm

        pieces, tokens, owner = [], [], []
        for number, text in enumerate(map(clean, texts)):
            found = self.tokenizer.encode(text, add_special_tokens=False)
            ends = np.linspace(0, len(found.ids), max(1, -(-len(found.ids) // STRETCH)) + 1).round().astype(int)
            for start, end in pairwise(ends):
                if end > start:
                    pieces.append([self.first, *found.ids[start:end], self.last])
                    stretch = text[found.offsets[start][0] : found.offsets[end - 1][1]]
                    tokens.append([token.lower() for token in tokenize(stretch)])
                    owner.append(number)
        lengths = np.array([len(each) for each in pieces])
        order = np.argsort(lengths, kind="stable")
        width = self.weights["embeddings.LayerNorm.weight"].shape[0]
        layers = np.zeros((len(pieces), self.depth + 1, width), np.float16)
        for start in tqdm(range(0, len(order), BATCH), desc="encoder", unit="batch"):
            rows = order[start : start + BATCH]
            ids = np.zeros((len(rows), lengths[rows].max()), np.int64)
            for row, each in enumerate(rows):
                ids[row, : lengths[each]] = pieces[each]
            layers[rows] = self.layers(ids, np.arange(ids.shape[1]) < lengths[rows, None])
        return Encoded(np.array(owner), lengths - 2, tokens, layers)


def _gelu(x: np.ndarray) -> np.ndarray:
    from scipy.special import erf

    return x * (0.5 * (1 + erf(x / np.float32(np.sqrt(2)))))


def _tensors(path: Path) -> dict[str, np.ndarray]:
    """A .safetensors file's tensors of single precision."""
    content = path.read_bytes()
    start = 8 + struct.unpack("<Q", content[:8])[0]
    head = json.loads(content[8:start])
    return {
        name: np.frombuffer(content[start + at[0] : start + at[1]], "<f4").reshape(entry["shape"])
        for name, entry in head.items()
        if name != "__metadata__" and entry["dtype"] == "F32"
        for at in [entry["data_offsets"]]
    }


def save(encoded: Encoded, path: Path) -> None:
    """Write for the run's folder; some 80 MB for the essays."""
    lines = "\n".join(" ".join(tokens) for tokens in encoded.tokens)
    np.savez(path, owner=encoded.owner, pieces=encoded.pieces, tokens=np.array(lines), layers=encoded.layers)


def load(path: Path) -> Encoded:
    """Read what ``save`` wrote."""
    with np.load(path) as file:
        tokens = [line.split(" ") for line in str(file["tokens"]).split("\n")]
        return Encoded(file["owner"], file["pieces"], tokens, file["layers"])
