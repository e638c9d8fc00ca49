"""Evaluation on folders laid out as the data are."""

import csv
import json

import numpy as np
import pytest

from ml.core import registry
from ml.core.emotions import SPEECH_EMOTIONS
from ml.core.errors import MediaError, ModelMissing
from ml.media.synthetic import speak
from ml.training.speech import evaluate
from ml.training.speech.data import clips, emotion_of, folds


@pytest.fixture(scope="module")
def folder(tmp_path_factory, write_wav):
    """Four spoken clips and one silent one, with nEMO's names and no column more than needed."""
    path = tmp_path_factory.mktemp("clips")
    rows = []
    for number, emotion in enumerate(("anger", "happiness", "neutral", "surprised")):
        write_wav(path / f"{number}.wav", speak("Kids are talking by the door", voice=f"en-us+f{number % 4 + 1}"))
        rows.append({"file": f"{number}.wav", "actor": f"A{number % 2}", "emotion": emotion})
    write_wav(path / "silent.wav", np.zeros(16_000))
    rows.append({"file": "silent.wav", "actor": "A0", "emotion": "sadness"})
    rows.append({"file": "unknown.wav", "actor": "A0", "emotion": "boredom"})
    (path / "broken.wav").write_bytes(b"RIFF of nothing")
    rows.append({"file": "broken.wav", "actor": "A0", "emotion": "fear"})
    with (path / "manifest.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, ["file", "actor", "emotion"])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_every_figure_is_there(folder, model):
    result = json.loads(json.dumps(evaluate.evaluate(folder)))
    assert result["n"] == 5
    assert result["unreadable"] == ["broken.wav"]
    assert result["labels"] == list(SPEECH_EMOTIONS)
    matrix = np.array(result["confusion_matrix"])
    assert matrix.shape == (8, 8) and matrix.sum() == 5
    assert matrix.sum(axis=1).tolist() == [1, 0, 1, 1, 1, 0, 0, 1]
    assert result["accuracy"] == pytest.approx(np.trace(matrix) / 5)
    recalls = result["per_class_recall"]
    assert recalls["calm"] is None and recalls["fearful"] is None
    assert result["uar"] == pytest.approx(np.mean([r for r in recalls.values() if r is not None]))
    assert 0 <= result["expected_calibration_error"] <= 1
    assert result["model_version"] == model["version"]
    assert result["warning"] is None
    assert result["with_baseline"] is None, "two clips of a person make no baseline"
    assert 0 <= result["selective"]["coverage"] <= 1


def test_real_clips_of_training_actors_are_read_well_and_warned_of(real_data, model, tmp_path):
    source = real_data / "speech" / "ravdess"
    with (source / "manifest.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["intensity"] == "strong"][::20]
    for row in rows:
        (tmp_path / row["file"]).symlink_to(source / row["file"])
    with (tmp_path / "manifest.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    result = evaluate.evaluate(tmp_path)
    assert result["n"] == len(rows)
    assert result["accuracy"] > 0.5  # the network knows these clips: this checks the path, not the model
    assert "in training" in result["warning"]


def test_a_baseline_where_a_person_has_enough_clips(folder, model, tmp_path, monkeypatch):
    monkeypatch.setattr(evaluate, "ENOUGH_CLIPS", 2)
    (tmp_path / "manifest.csv").write_text("file,actor,emotion\n" + "".join(f"{n}.wav,A,sad\n" for n in range(3)))
    for number in range(3):
        (tmp_path / f"{number}.wav").symlink_to(folder / f"{number}.wav")
    found = evaluate.evaluate(tmp_path)["with_baseline"]
    assert set(found) == {"accuracy", "uar", "expected_calibration_error"}
    (tmp_path / "manifest.csv").write_text("file,actor,emotion\n" + "".join(f"{n}.wav,,sad\n" for n in range(3)))
    assert evaluate.evaluate(tmp_path)["with_baseline"] is None, "nobody's name, nobody's baseline"


def test_a_folder_without_manifest(tmp_path):
    with pytest.raises(MediaError, match=r"manifest\.csv"):
        evaluate.evaluate(tmp_path)


def test_a_manifest_without_the_columns(tmp_path):
    (tmp_path / "manifest.csv").write_text("file,feeling\na.wav,angry\n")
    with pytest.raises(MediaError, match="columns"):
        clips(tmp_path)


def test_the_manifest_or_the_folder_above_will_do(folder, tmp_path):
    (tmp_path / "speech").mkdir()
    (tmp_path / "speech" / "ravdess").symlink_to(folder)
    assert evaluate.evaluate(folder / "manifest.csv")["n"] == evaluate.evaluate(tmp_path)["n"] == 5


def test_a_manifest_from_a_spreadsheet_without_actors(tmp_path):
    (tmp_path / "manifest.csv").write_bytes("file,emotion,words\na.wav,SAD,caf\xe9\n".encode("utf-8-sig"))
    assert [(clip.path.name, clip.emotion, clip.actor) for clip in clips(tmp_path)] == [("a.wav", "sad", "")]
    (tmp_path / "manifest.csv").write_bytes(b"file,emotion,words\na.wav,sad,caf\xe9\n")
    assert len(clips(tmp_path)) == 1


def test_a_row_that_is_too_short_is_named(tmp_path):
    (tmp_path / "manifest.csv").write_text("file,actor,emotion\na.wav,1,sad\nb.wav\n")
    with pytest.raises(MediaError, match="row 2"):
        clips(tmp_path)


def test_clips_that_are_not_there(tmp_path):
    (tmp_path / "manifest.csv").write_text("file,actor,emotion\na.wav,1,sad\n")
    with pytest.raises(MediaError, match=r"None of the 1 clips .* no file a\.wav"):
        evaluate.evaluate(tmp_path)


def test_marked_duplicates_are_left_out(tmp_path):
    (tmp_path / "manifest.csv").write_text("file,actor,emotion,duplicate_of\na.wav,1,sad,\nb.wav,1,sad,a\n")
    assert [clip.path.name for clip in clips(tmp_path)] == ["a.wav"]


def test_a_missing_model_is_said_so(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("VIVA_WEIGHTS", str(tmp_path))
    with pytest.raises(ModelMissing):
        evaluate.evaluate(folder)


@pytest.mark.parametrize(
    ("name", "emotion"),
    [("anger", "angry"), ("Happiness", "happy"), ("surprised", "surprised"), ("calm", "calm"), ("boredom", None)],
)
def test_names_of_other_data_sets(name, emotion):
    assert emotion_of(name) == emotion


def test_folds_hold_every_actor_out_once_and_balance_the_sexes():
    actors = [str(n) for n in range(1, 21)]
    held = [part for _, part in folds(actors, 5)]
    assert sorted((a for out in held for a in out), key=int) == actors
    for kept, out in folds(actors, 5):
        assert not set(kept) & set(out) and len(kept) + len(out) == 20
        assert sum(int(a) % 2 for a in out) == 2


def test_the_card_describes_the_files(model):
    for name in model["files"]:
        registry.file_of("speech", name)
        assert (registry.weights_folder() / name).stat().st_size < 10_000_000
    assert model["figures"]["uar_mean"] >= 0.62, "where people are"
    assert model["figures"]["expected_calibration_error"] <= 0.05
    assert model["figures"]["parameters"] <= 13_000_000
    assert model["labels"] == list(SPEECH_EMOTIONS)
