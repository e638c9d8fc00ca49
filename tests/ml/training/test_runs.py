"""Checkpoints are whole or absent, and a run keeps its options."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ml.core import registry
from ml.core.errors import ModelMissing
from ml.training import runs


def test_an_interruption_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "fold0.weights.h5"
    with runs.whole(path) as partial:
        partial.write_text("first")
        assert partial.name.endswith(".weights.h5") and not path.exists()
    with pytest.raises(KeyboardInterrupt), runs.whole(path) as partial:
        partial.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "first"
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_a_run_goes_on_with_its_own_options_only(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "speech"
    runs.begin(folder, epochs=1, rate=0.002)
    runs.begin(folder, epochs=1, rate=0.002)
    with pytest.raises(ValueError, match=r"begun with epochs 1, not 40\. .*--run-dir"):
        runs.begin(folder, epochs=40, rate=0.002)
    assert json.loads((folder / "options.json").read_text()) == {"epochs": 1, "rate": 0.002}


def test_no_two_weights_share_a_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_WEIGHTS", str(tmp_path))
    first = registry.next_version("speech")
    assert first.startswith("speech-") and first.endswith(".1")
    card = tmp_path / "speech.json"
    card.write_text(json.dumps({"version": first}))
    assert registry.next_version("speech") == first.removesuffix("1") + "2"
    card.write_text(json.dumps({"version": "speech-2020.01.7"}))
    assert registry.next_version("speech") == first


def test_a_damaged_card_is_a_damaged_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_WEIGHTS", str(tmp_path))
    (tmp_path / "face.json").write_bytes(b'{"name": \xff')
    with pytest.raises(ModelMissing, match=r"face\.json .* is damaged") as caught:
        registry.describe("face")
    assert caught.value.code == "model_damaged"
