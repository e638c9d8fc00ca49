"""Reading answers of 150 words: as Viva does, one by one and together, beside the way of the project it began with.

That way is Keras' ``predict`` for each answer, after NLTK's Treebank tokenizer and Porter stemmer; the network is the
shipped one, so that only the way differs (the seed's own is some thirty times as large).
"""

from __future__ import annotations

import sys
from typing import Any

from bench.measuring import BenchFailed, rows, run
from ml.core.errors import ModelMissing

_TEXTS = """
import numpy as np
rng = np.random.default_rng(0)
STEMS = ("I worked with a small team and we had to {} the {} before the {} was ready.",
         "My {} asked me to {} it again, so I {} every week and wrote down what I had learnt.",
         "I don't think that {} matters most; people {} when you tell them about the {} in time.")
WORDS = "plan build test learn help explain change project hospital system meeting question answer idea".split()
def speech():
    said = ""
    while len(said.split()) < 150:
        stem = STEMS[rng.integers(len(STEMS))]
        said += stem.format(*rng.choice(WORDS, stem.count("{}"))) + " "
    return " ".join(said.split()[:150])
texts = [speech() for _ in range(%d)]
"""
_OURS = """
from ml.text.infer import read, read_many
read(texts[0])
answer["first_s"] = time.process_time()
def clock(call, repeat):
    times = []
    for _ in range(repeat):
        start = time.process_time(); call(); times.append(time.process_time() - start)
    return float(np.median(times))
read_many(texts[:32])
answer["batch_per_s"] = len(texts) / clock(lambda: read_many(texts), 5)
answer["single_ms"] = 1000 * clock(lambda: read(texts[1], explain=False), 20)
answer["explained_ms"] = 1000 * clock(lambda: read(texts[1]), 10)
"""
_SEED = """
import contextlib
with contextlib.suppress(ImportError):
    import ml.training.text.model
import keras
from nltk.stem import PorterStemmer
from nltk.tokenize import TreebankWordTokenizer
from ml.core import registry
from ml.text import vectors
from ml.text.windows import windows
network = keras.saving.load_model(registry.file_of("text", "text.keras"), compile=False)
vocabulary = vectors.load(registry.file_of("text", vectors.FILE))
split, stem = TreebankWordTokenizer().tokenize, PorterStemmer().stem
def read(text):
    tokens = split(text.lower())
    [stem(token) for token in tokens]
    return network.predict(vocabulary.vectors[windows(vocabulary.encode(tokens))], verbose=0)
read(texts[0])
answer["first_s"] = time.process_time()
times = []
for text in texts[1:]:
    begin = time.process_time(); read(text); times.append(time.process_time() - begin)
answer["single_ms"] = 1000 * float(np.median(times))
answer["batch_per_s"] = len(times) / sum(times)
"""


def measure(answers: int = 200, seed_answers: int = 30) -> list[dict[str, Any]]:
    """A row for each way: processor seconds from nothing to the first reading, milliseconds of processor time for one
    answer, answers a second of it, and the peak of memory; a way that cannot run has a ``reason``."""
    found = []
    for way, program, count in (
        ("Viva, ONNX Runtime and numpy", _OURS, answers),
        ("Keras predict and NLTK, one by one", _SEED, seed_answers),
    ):
        print(f"bench: {way} …", file=sys.stderr, flush=True)
        row: dict[str, Any] = {"way": way}
        try:
            row |= run(_TEXTS % count + program)
        except (BenchFailed, ModelMissing) as failure:
            row["reason"] = str(failure)
        found.append(row)
    return found


def table(found: list[dict[str, Any]]) -> str:
    """The measurements in plain text, and what the faster way gains."""
    head = ("150 words, one core", "first, s", "single, ms", "with words named, ms", "answers/s", "peak MB")
    body, reasons = [], []
    for row in found:
        if "reason" in row:
            reasons.append(f"{row['way']}: not run, {row['reason']}")
            continue
        explained = f"{row['explained_ms']:.1f}" if "explained_ms" in row else ""
        cells = (f"{row['first_s']:.2f}", f"{row['single_ms']:.1f}", explained, f"{row['batch_per_s']:.0f}")
        body.append((row["way"], *cells, f"{row['peak_mb']:.0f}"))
    if len(body) == 2:
        ours, theirs = found
        reasons.append(
            f"{ours['batch_per_s'] / theirs['batch_per_s']:.0f} times the answers a second, "
            f"{theirs['first_s'] / ours['first_s']:.1f} times as soon at the first reading."
        )
    return "\n".join([rows(head, body), "", *reasons])
