"""Evaluating on essays laid out as the real ones."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from ml.training.text.data import COLUMNS, fold_of, read_essays, short_hash
from ml.training.text.evaluate import binary_calibration_error, evaluate, measure

TEXTS = [
    "I keep thinking about music and about the paintings that I saw. I wonder what they mean and why.",
    "There is a party on Friday and all my friends will come. I can't wait, it will be so much fun!",
    "I am worried about the exam, I can't sleep, and I feel that everything goes wrong.",
    "short",
    "",
]


def _write(path: Path, columns: list[str], rows: list[list[str]]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(rows)
    return path


def test_every_row_is_scored_by_its_columns_names(tmp_path) -> None:
    # another order of columns, one more column, upper-case labels
    columns = ["cNEU", "other", "TEXT", "cOPN", "#AUTHID", "cAGR", "cEXT", "cCON"]
    rows = [["Y", "x", text, "n", f"a{n}", "y", "n", "y"] for n, text in enumerate(TEXTS)]
    result = evaluate(_write(tmp_path / "essays.csv.gz", columns, rows))
    assert result["n"] == 5
    assert set(result["per_trait"]) == {"openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism"}
    assert result["per_class_recall"]["openness:yes"] is None  # nobody answered yes
    assert 0 <= result["per_class_recall"]["openness:no"] <= 1
    assert np.sum(result["confusion_matrix"]) == 25
    assert result["accuracy"] == pytest.approx(np.trace(result["confusion_matrix"]) / 25, abs=1e-4)
    assert result["model_version"].startswith("text-")
    assert "warning" not in result
    json.dumps(result, allow_nan=False)


def test_what_is_wrong_with_a_file_is_said(tmp_path) -> None:
    with pytest.raises(ValueError, match="no rows"):
        read_essays(_write(tmp_path / "a.csv.gz", ["TEXT", *COLUMNS], []))
    with pytest.raises(ValueError, match="lacks the column"):
        read_essays(_write(tmp_path / "b.csv.gz", ["TEXT", "cOPN"], [["x", "y"]]))
    with pytest.raises(ValueError, match="row 1: cOPN is 'maybe'"):
        read_essays(_write(tmp_path / "c.csv.gz", ["TEXT", *COLUMNS], [["x", "maybe", "y", "y", "y", "y"]]))
    with pytest.raises(ValueError, match=r"no essays.csv.gz"):
        read_essays(tmp_path)


def test_copies_of_the_file_in_other_dress_are_read_alike(tmp_path) -> None:
    head = ",".join(["TEXT", *COLUMNS])
    plain = head + '\n"He said, “it’s café”",y,n,y,n,y\n'
    expected = ["He said, “it’s café”"], [[1, 0, 1, 0, 1]]
    copies = {
        "packed.csv.gz": gzip.compress(plain.encode()),
        "packed.csv": gzip.compress(plain.encode()),
        "plain.csv": plain.encode(),
        "plain.csv.gz": plain.encode(),
        "mark.csv": plain.encode("utf-8-sig"),
        "windows.csv": plain.encode("cp1252"),
        "lower.csv": plain.replace(head, head.lower()).encode(),
        "words.csv": plain.replace(",y,n,y,n,y", ",Yes,no,YES,0,1").encode(),
    }
    for name, content in copies.items():
        (tmp_path / name).write_bytes(content)
        essays = read_essays(tmp_path / name)
        assert (essays.texts, essays.labels.tolist()) == expected, name
    (tmp_path / "essays.csv").write_bytes(plain.encode())
    assert read_essays(tmp_path).texts == expected[0]


def test_a_damaged_file_is_said(tmp_path) -> None:
    packed = _write(tmp_path / "a.csv.gz", ["TEXT", *COLUMNS], [["x" * 999, "y", "y", "y", "y", "y"]]).read_bytes()
    (tmp_path / "cut.csv.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(ValueError, match="damaged"):
        read_essays(tmp_path / "cut.csv.gz")
    (tmp_path / "binary.csv").write_bytes(b"PK\3\4\0\0\0\0")
    with pytest.raises(ValueError, match="no table of text"):
        read_essays(tmp_path / "binary.csv")
    (tmp_path / "short.csv").write_text("TEXT," + ",".join(COLUMNS) + "\nwords,y,y\n")
    with pytest.raises(ValueError, match="row 1 has 3 columns"):
        read_essays(tmp_path / "short.csv")


def test_measure() -> None:
    labels = np.array([[1, 0, 1, 0, 1], [0, 1, 0, 1, 0]])
    perfect = measure(np.where(labels, 1.0, 0.0), labels)
    assert perfect["accuracy"] == perfect["uar"] == 1
    assert perfect["expected_calibration_error"] == 0
    assert perfect["confusion_matrix"] == [[5, 0], [0, 5]]
    wrong = measure(np.where(labels, 0.1, 0.9), labels)
    assert wrong["accuracy"] == 0
    assert wrong["expected_calibration_error"] == pytest.approx(0.9)


def test_calibration_error_of_a_calibrated_forecast_is_small() -> None:
    rng = np.random.default_rng(0)
    p = rng.random(50_000)
    assert binary_calibration_error(p, rng.random(50_000) < p) < 0.01


def test_no_author_is_in_two_folds() -> None:
    authors = [f"author{n // 2}" for n in range(200)]
    folds = fold_of(authors)
    assert all(len({folds[n] for n in range(200) if authors[n] == author}) == 1 for author in set(authors))
    assert np.bincount(folds).tolist() == [20] * 10
    turned = fold_of(authors[::-1])[::-1]
    assert (turned == folds).all()


def test_hashes_ignore_spaces_and_case() -> None:
    assert short_hash("A  b\n c") == short_hash("a b c") != short_hash("a b d")


def test_real_essays_that_were_trained_on_are_named(real_data, tmp_path) -> None:
    with gzip.open(real_data / "text/essays.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        rows = [row for _, row in zip(range(20), csv.reader(stream), strict=False)]
    result = evaluate(_write(tmp_path / "some.csv.gz", rows[0], rows[1:]))
    assert result["trained_on"] == 19
    assert "trained on" in result["warning"]
    assert result["accuracy"] > 0.55  # it has seen them
