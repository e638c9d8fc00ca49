"""The registry of trained models: what is read once, what is noticed, and what holds while files are replaced."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ml.core import registry, runtime
from ml.core.errors import ModelMissing

SHIPPED = Path(registry.__file__).parents[1] / "weights"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of weights with the small network of the mouth."""
    for name in ("mouth.json", "mouth.onnx"):
        shutil.copy(SHIPPED / name, tmp_path)
    monkeypatch.setenv("VIVA_WEIGHTS", str(tmp_path))
    return tmp_path


def test_every_card_describes_the_files_beside_it():
    for card in SHIPPED.glob("*.json"):
        for filename in json.loads(card.read_text("utf-8"))["files"]:
            if not filename.endswith(".keras"):
                assert registry.file_of(card.stem, filename).is_file()


def test_a_card_is_read_once_as_long_as_it_stays_the_same(folder, monkeypatch):
    registry.describe("mouth")
    monkeypatch.setattr(Path, "read_text", lambda *_args, **_options: pytest.fail("read again"))
    card = registry.describe("mouth")
    card["version"] = "mine"
    assert registry.describe("mouth")["version"] != "mine", "what somebody writes into theirs is not everybody's"


def test_a_new_card_is_noticed(folder):
    path = folder / "mouth.json"
    path.write_text(json.dumps(registry.describe("mouth") | {"version": "mouth-new"}), "utf-8")
    assert registry.describe("mouth")["version"] == "mouth-new"


def test_a_session_is_opened_once(folder):
    assert runtime.session("mouth") is runtime.session("mouth")
    os.utime(folder / "mouth.onnx", (1, 1))
    again = runtime.session("mouth")
    assert again is runtime.session("mouth")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("mouth.json", None, "model_missing"),
        ("mouth.json", b"{", "model_damaged"),
        ("mouth.json", b"\xff\xfe", "model_damaged"),
        ("mouth.onnx", None, "model_missing"),
        ("mouth.onnx", b"another network", "model_damaged"),
    ],
)
def test_what_is_missing_or_damaged_is_said(folder, name, content, code):
    runtime.session("mouth")
    (folder / name).unlink() if content is None else (folder / name).write_bytes(content)
    with pytest.raises(ModelMissing) as caught:
        runtime.session("mouth")
    assert caught.value.code == code


def test_who_holds_goes_on_while_files_are_replaced(folder):
    """In a process of its own: what is held stays held."""
    program = """
import sys
from pathlib import Path
from ml.core import registry, runtime
folder = Path(sys.argv[1])
session, card = runtime.session("mouth"), registry.describe("mouth")
registry.hold()
(folder / "mouth.onnx").write_bytes(b"half of a new network")
assert runtime.session("mouth") is session
(folder / "mouth.json").unlink()
assert registry.describe("mouth") == card and runtime.session("mouth") is session
"""
    subprocess.run([sys.executable, "-c", program, str(folder)], check=True, timeout=60)
