"""The whole way from data to weights that serve, in miniature."""

from __future__ import annotations

import argparse
import csv
import gzip
import os
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from ml.core import registry
from ml.core.readings import TRAITS
from ml.training.text.data import COLUMNS
from tests.ml.text import teacher

STYLES = (
    "i love painting and music and strange ideas . we wonder about the sea",
    "the party was fun and my friends laughed . he ran to the big game",
)


def _make(folder: Path) -> None:
    """Eighty short essays of two styles that the labels follow, and a few lines for the vectors."""
    rng = np.random.default_rng(0)
    folder.mkdir()

    def prose(style: int, words: int) -> str:
        return " ".join(rng.choice(STYLES[style].split(), words))

    def table(name: str, columns: list[str], rows: list[list[str]]) -> None:
        with gzip.open(folder / f"{name}.csv.gz", "wt", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([columns, *rows])

    essays = [
        [f"{n}.txt", prose(n % 2, 120), *("yn"[(n + trait) % 2] for trait in range(5))]
        for n in range(80)
    ]  # fmt: skip
    table("essays", ["#AUTHID", "TEXT", *COLUMNS], essays)
    table("first_impressions", ["transcript"], [[prose(0, 40)] for _ in range(5)])
    table("mit_interviews", ["transcript"], [["Interviewer: well?|Interviewee: " + prose(1, 40)] for _ in range(5)])
    with gzip.open(folder / "reviews_corpus.txt.gz", "wt", encoding="utf-8") as stream:
        stream.writelines(prose(n % 2, 50) + "\n" for n in range(20))


@pytest.mark.full
def test_training_writes_weights_that_read(tmp_path, monkeypatch, capsys) -> None:
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip(f"the ONNX export needs the TensorFlow backend, not {keras.backend.backend()}")
    from ml.text.infer import read
    from ml.training.text.evaluate import evaluate
    from ml.training.text.train import add_arguments, train

    # Six batches in all: compiling a graph for each network would take far longer than running them.
    compile_model = keras.Model.compile
    monkeypatch.setattr(keras.Model, "compile", lambda *a, **k: compile_model(*a, **k, run_eagerly=True))
    monkeypatch.setenv("VIVA_WEIGHTS", str(tmp_path / "weights"))
    _make(tmp_path / "data")
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    options = parser.parse_args(["--folds", "2", "--seeds", "1", "--epochs", "1", "--run-dir", str(tmp_path / "run")])
    with pytest.raises(ValueError, match="--encoder"):
        train(tmp_path / "data", options)
    options.encoder = teacher.write(tmp_path / "teacher", " ".join(STYLES).split())
    train(tmp_path / "data", options)

    card = registry.describe("text")
    assert card["figures"]["n"] == 80
    assert card["figures"]["onnx_difference"] < 1e-3
    assert card["figures"]["tfidf_logistic_regression_alone"] > 0.9
    assert card["calibration"]["words"][0] == 25
    result = evaluate(tmp_path / "data")
    assert result["accuracy"] > 0.9
    assert result["trained_on"] == 80
    text = " ".join([STYLES[0]] * 10 + ["with thirty more quite different words than before " * 3])
    monkeypatch.setattr("ml.text.infer.FEWEST_KNOWN_WORDS", 0.0)
    monkeypatch.setattr("ml.text.infer.FEWEST_DISTINCT", 0.0)
    reading = read(text)
    assert set(reading.traits) == set(TRAITS)
    assert all(estimate.low < estimate.value < estimate.high for estimate in reading.traits.values())

    # What is there is not trained again, and the same data give the same calibration.
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "run").iterdir()}
    train(tmp_path / "data", options)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "run").iterdir()} == before
    assert registry.describe("text")["calibration"] == card["calibration"]
