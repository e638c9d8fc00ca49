"""The command line: answers on stdout, everything else on stderr, and no traceback for bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ml import analyse, cli
from ml.console import quiet_stdout
from ml.core import registry
from ml.media import demux, synthetic
from ml.speech import infer as speech

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "voice.wav"
    synthetic.write_wav(path, synthetic.speak(synthetic.ANSWERS["why"], 16000), 16000)
    return path


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ml.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_json_on_stdout_is_one_object_and_nothing_else(voice: Path):
    done = run("analyse", voice, "--json", "-")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["face"] is None and result["reason_code"]["face"] == "no_video"
    assert result["speech"]["seconds"] > 5


def test_analyse_writes_json_and_a_page_and_says_so(voice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    text, out, html = tmp_path / "answer.txt", tmp_path / "out.json", tmp_path / "out.html"
    text.write_text(synthetic.WRITTEN_ANSWER, "utf-8")
    assert cli.main(["analyse", str(voice), "--text", str(text), "--json", str(out), "--html", str(html)]) == 0
    told = capsys.readouterr().out
    assert "Voice" in told and "Face: not read" in told and f"Written: {html}" in told
    assert json.loads(out.read_text("utf-8"))["text"]["traits"]
    assert html.read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.webm", None, "There is no file"),
        ("empty.webm", b"", "is empty"),
        ("text.webm", b"Not a recording. " * 99, "is not a recording"),
        ("cut.mp4", b"\0\0\0\x18ftypisom" + b"\0" * 12 + b"\0\xff\xff\xffmdat" + b"\1" * 500, "was cut off"),
    ],
)
def test_a_bad_recording_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None, words: str
):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert cli.main(["analyse", str(tmp_path / name)]) == 2
    streams = capsys.readouterr()
    assert words in streams.err and streams.err.startswith("viva: ")
    assert streams.out == ""


def test_a_bad_recording_takes_neither_the_text_nor_the_json_with_it(tmp_path: Path):
    text, media = tmp_path / "answer.txt", tmp_path / "empty.webm"
    text.write_text(synthetic.WRITTEN_ANSWER, "utf-8")
    media.write_bytes(b"")
    done = run("analyse", media, "--text", text, "--json", "-")
    assert done.returncode == 2 and done.stderr.startswith("viva: empty.webm is empty")
    result = json.loads(done.stdout)
    assert result["face"] is None and result["speech"] is None and result["text"]["traits"]
    assert result["reason_code"] == {"face": "empty", "speech": "empty", "text": None}
    assert "is empty" in result["reason"]["face"]


def test_interrupted_training_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    class Interrupted:
        @staticmethod
        def add_arguments(parser):
            pass

        @staticmethod
        def train(data, options):
            raise KeyboardInterrupt

    monkeypatch.setattr("ml.training.cli._module", lambda *_: Interrupted)
    with pytest.raises(SystemExit) as leaving:
        cli.main(["train", "speech", "--data", "."])
    assert leaving.value.code == 130
    assert "goes on from the last checkpoint" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["analyse"], "nothing to analyse"),
        (["analyse", "--text", "nowhere.txt"], "There is no file nowhere.txt"),
        (["analyse", "--text", "binary.txt"], "not a text"),
        (["analyse", "--text", "."], "Is a directory"),
        (["analyse", "--text", "some.txt", "--html", "no/such/folder/x.html"], "There is no folder"),
        (["analyse", "--text", "some.txt", "--json", "."], "is a folder"),
        (["analyse", "--text", "some.txt", "--html", "-"], "a file of its own"),
        (["evaluate", "face", "--data", "nowhere.npz"], "There is no nowhere.npz"),
        (["evaluate", "face", "--data", "some.txt"], "could not be evaluated"),
        (["train", "text", "--data", "nowhere"], "There is no nowhere"),
    ],
)
def test_bad_arguments_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list, words: str
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "binary.txt").write_bytes(b"\x00\x01\xfe\x80")
    (tmp_path / "some.txt").write_text("some text")
    assert cli.main(arguments) == 2
    streams = capsys.readouterr()
    assert words in streams.err
    assert streams.out == ""


def test_an_unknown_command_and_model_exit_with_two(capsys: pytest.CaptureFixture[str]):
    for arguments in (["dance"], ["evaluate", "smell", "--data", "."], []):
        with pytest.raises(SystemExit) as leaving:
            cli.main(arguments)
        assert leaving.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_evaluate_prints_exactly_one_json_object(tmp_path: Path):
    generator = np.random.default_rng(0)
    names = ["happy", "sad", "neutral"]  # another order, and not all seven
    faces = generator.integers(0, 255, (6, 48, 48), dtype=np.uint8)
    np.savez(tmp_path / "faces.npz", x=faces, y=np.array([0, 1, 2, 0, 1, 2], np.int8), classes=np.array(names))
    done = run("evaluate", "face", "--data", tmp_path / "faces.npz", "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["n"] == 6
    assert set(names) <= set(figures["per_class_recall"])
    keys = {"accuracy", "uar", "expected_calibration_error", "confusion_matrix", "model_version"}
    assert keys <= set(figures)
    assert figures["model_version"] == registry.describe("face")["version"]


def test_train_shows_its_options():
    done = run("train", "text", "--help")
    assert done.returncode == 0, done.stderr
    assert "--data" in done.stdout and "--epochs" in done.stdout


def test_chatter_of_libraries_goes_to_stderr(capfd: pytest.CaptureFixture[str]):
    import os

    with quiet_stdout():
        print("from Python")
        os.write(1, b"from C\n")
    print("the answer")
    streams = capfd.readouterr()
    assert streams.out == "the answer\n"
    assert "from Python" in streams.err and "from C" in streams.err


@pytest.mark.parametrize("fusion", ["viva", "paper"])
def test_a_recording_is_probed_once(voice: Path, monkeypatch: pytest.MonkeyPatch, fusion: str):
    asked: list[Path] = []
    real = demux.probe

    def probe(path: Path):
        asked.append(path)
        return real(path)

    for module in (demux, analyse, speech):
        monkeypatch.setattr(module, "probe", probe)
    assert cli.main(["analyse", str(voice), "--json", "-", "--fusion", fusion]) == 0
    assert len(asked) == 1
