"""The command ``./viva transcript``, and transcripts as the text of ``./viva analyse``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ml import cli

TWO = (
    "WEBVTT\n\n00:00.000 --> 00:01.500\n<v Ana Ruiz>Why us?</v>\n\n"
    "00:02.000 --> 00:03.000\n<v Bo Lind>You ship fast.</v>\n"
)


def test_it_prints_one_object(tmp_path: Path, capsys):
    file = tmp_path / "call.vtt"
    file.write_text(TWO, "utf-8")
    assert cli.main(["transcript", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "format": "vtt",
        "speakers": ["Ana Ruiz", "Bo Lind"],
        "cues": [
            {"start": 0.0, "end": 1.5, "speaker": "Ana Ruiz", "text": "Why us?"},
            {"start": 2.0, "end": 3.0, "speaker": "Bo Lind", "text": "You ship fast."},
        ],
    }
    assert cli.main(["transcript", str(file), "--speaker", "Bo Lind", "--json"]) == 0
    assert [cue["text"] for cue in json.loads(capsys.readouterr().out)["cues"]] == ["You ship fast."]


@pytest.mark.parametrize(
    ("content", "options", "word"),
    [
        (b"%PDF-1.4\n", [], ".vtt"),
        (b"", [], "no words"),
        (TWO.encode(), ["--speaker", "Cy"], "Bo Lind"),
        ("Dvořák and Řezník".encode("cp1250"), [], "UTF-8"),
    ],
)
def test_a_refusal_is_one_sentence_and_2(content: bytes, options: list[str], word: str, tmp_path: Path, capsys):
    file = tmp_path / "file"
    file.write_bytes(content)
    assert cli.main(["transcript", str(file), "--json", *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and word in captured.err and "Traceback" not in captured.err


def test_no_file(capsys):
    assert cli.main(["transcript", "nowhere.vtt"]) == 2
    assert "There is no file nowhere.vtt" in capsys.readouterr().err


def test_times_are_not_read_as_words(tmp_path: Path, capsys):
    sentences = [
        "I looked after the shop of my aunt for two summers.",
        "She was ill, so I ordered the goods and I kept the books by myself.",
        "When a supplier sent us too much, I called him and we found a way that was fair to both.",
        "By the end of the second summer we sold a little more than before, and she was well again.",
    ]
    clock = [f"00:00:{n * 5:02d},000 --> 00:00:{n * 5 + 5:02d},000" for n in range(4)]
    srt = "".join(f"{n + 1}\n{time}\n{text}\n\n" for n, (time, text) in enumerate(zip(clock, sentences, strict=True)))
    traits = []
    for name, content in (("a.srt", srt), ("a.txt", " ".join(sentences))):
        (tmp_path / name).write_text(content, "utf-8")
        assert cli.main(["analyse", "--text", str(tmp_path / name), "--json", "-"]) == 0
        traits.append(json.loads(capsys.readouterr().out)["text"]["traits"])
    assert traits[0] == traits[1]


def test_of_several_speakers_one_must_be_named(tmp_path: Path, capsys):
    (tmp_path / "call.vtt").write_text(TWO, "utf-8")
    assert cli.main(["analyse", "--text", str(tmp_path / "call.vtt"), "--json", "-"]) == 2
    assert "--speaker" in capsys.readouterr().err
