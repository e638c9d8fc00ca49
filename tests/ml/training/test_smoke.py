"""Every module of training that no other test runs, once on a little made data: it runs, and writes what serves."""

from __future__ import annotations

import argparse
import csv
import json
import pickle
import wave
from pathlib import Path

import cv2
import numpy as np
import pytest

from ml.core import registry
from ml.core.emotions import SEVEN
from ml.media import demux, synthetic
from ml.training.face.data import FERPLUS

RANDOM = np.random.default_rng(0)


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """A face in grey, uint8 (256, 256), out of our own talking face."""
    path = synthetic.talking_face(tmp_path_factory.mktemp("portrait") / "face.mp4", "Hello.", 1.0)
    grey = next(iter(demux.pictures(path, fps=5, max_height=480))).grey
    side = min(grey.shape)
    left = (grey.shape[1] - side) // 2
    return cv2.resize(grey[:side, left : left + side], (256, 256), interpolation=cv2.INTER_AREA)


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of weights of the test's own, the shipped ones in it, and a working folder of its own."""
    folder, shipped = tmp_path / "weights", registry.weights_folder()
    folder.mkdir()
    for path in shipped.iterdir():
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    monkeypatch.setenv("VIVA_WEIGHTS", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some steps take less than to compile their graph."""
    import keras

    compile_model = keras.Model.compile
    monkeypatch.setattr(keras.Model, "compile", lambda *a, **k: compile_model(*a, **k | {"run_eagerly": True}))


def faces(folder: Path, count: int) -> None:
    """FER2013's files with ``count`` made faces each, and FER+'s votes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("train", "public"):
        x = RANDOM.integers(0, 256, (count, 48, 48), dtype=np.uint8)
        y, row = np.arange(count) % len(SEVEN), np.arange(count)
        np.savez(folder / f"fer2013_{name}.npz", x=x, y=y, row=row, classes=np.array(SEVEN))
    votes = np.zeros((count, len(FERPLUS)), np.uint8)
    votes[np.arange(count), [FERPLUS.index(SEVEN[k]) for k in y]] = 10
    np.savez(folder / "ferplus_votes.npz", row=row, votes=votes, has_image_name=np.ones(count, bool))


def speech(folder: Path, actors: tuple[int, ...], emotions: tuple[str, ...]) -> None:
    """A data set of one spoken clip of each actor in each emotion."""
    folder.mkdir(parents=True)
    rows = [("file", "actor", "emotion")]
    for actor in actors:
        said = (synthetic.speak("We tell the team.", voice=f"en-us+f{actor % 4 + 1}") * 32767).astype("<i2")
        for emotion in emotions:
            name = f"{actor}-{emotion}.wav"
            with wave.open(str(folder / name), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(16000)
                file.writeframes(said.tobytes())
            rows.append((name, str(actor), emotion))
    with (folder / "manifest.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)


@pytest.mark.full
def test_a_face_network_is_exported_calibrated_and_quantised(weights: Path, tmp_path: Path, monkeypatch, eager):
    from ml.training.face import export, quantise
    from ml.training.face.model import build

    faces(tmp_path / "data" / "faces", 28)
    arrays = {f"average_{i}": array for i, array in enumerate(build().get_weights())}
    np.savez(tmp_path / "checkpoint.npz", state=json.dumps({"epoch": 1, "seconds": 60.0}), **arrays)
    card = export.export(tmp_path / "data" / "faces", *export.averaged(tmp_path / "checkpoint.npz"))
    assert set(card["temperatures"]) == {"labels", "votes"} and card["figures"]["public_test_rows"] == 28
    assert registry.describe("face")["version"] == card["version"]
    monkeypatch.setattr(quantise, "AGREEMENT", 0.0)
    quick = quantise.make(tmp_path / "data")
    assert quick["of"] == registry.version_of("face").sha256
    assert 0 <= quick["figures"]["agreement"] <= 1 and quick["figures"]["faces"] == 28


def mouths(path: Path, portrait: np.ndarray, count: int = 8) -> None:
    """A file of labelled mouths: the portrait in several lights, its landmarks as dlib finds them."""
    from ml.face import features

    box = features.detect(portrait)[0]
    marks = features.landmarks(portrait, box)
    small = cv2.resize(portrait, (128, 128), interpolation=cv2.INTER_AREA)
    x = np.stack([np.clip(small * (0.6 + 0.1 * k), 0, 255) for k in range(count)]).astype(np.uint8)
    x = np.stack([np.roll(one, 9 * k, axis=1) if k > 1 else one for k, one in enumerate(x)])
    np.savez(
        path,
        x=x,
        mouth_open=np.arange(count) % 2,
        points=np.stack([marks.reshape(-1)] * count),
        orig_wh=np.full((count, 2), 256),
    )


@pytest.mark.full
def test_mouth_networks_are_exported_and_measured(weights: Path, tmp_path: Path, portrait: np.ndarray, monkeypatch):
    from ml.training.face import mouth_data, mouth_evaluate, mouth_export, mouth_train
    from ml.training.face.mouth_model import small_mouth

    faces(tmp_path / "data" / "faces", 7)
    mouths(tmp_path / "data" / "faces" / "mouth_open.npz", portrait)
    lent = (RANDOM.integers(0, 256, (4, 1, 32, 56), dtype=np.uint8), np.array([0.1, 0.9, 0.2, 0.8], np.float32))
    monkeypatch.setattr(mouth_train.mouth_fer2013, "mouths", lambda *_: lent)
    options = argparse.Namespace(run_dir=tmp_path, versions=2)
    prepared = mouth_train.prepare(tmp_path / "data", options)
    assert prepared["varied"].shape == (8, 2, 32, 56) and prepared["cuts"].shape == (8, 32, 56)
    assert set(mouth_data.folds(prepared["group"], 3)) <= {0, 1, 2}
    prepared["group"] = np.arange(8)
    logits = RANDOM.normal(size=8)
    card = mouth_export.export([small_mouth(), small_mouth()], {"small": logits}, prepared, tmp_path / "data")
    assert card["networks"] == 2 and card["figures"]["small_faces"] == 8
    result = mouth_evaluate.evaluate(tmp_path / "data" / "faces" / "mouth_open.npz")
    assert 0 <= result["accuracy"] <= 1


def test_blinks_are_checked_by_another_classifier(tmp_path: Path, portrait: np.ndarray):
    from ml.training.face import blinks_evaluate

    folder = tmp_path / "faces"
    faces(folder, 7)
    is_open = np.arange(30) % 2
    eyes = RANDOM.integers(80, 120, (30, 24, 24))
    eyes[is_open == 1, 8:16, 8:16] -= 60
    np.savez(folder / "eyes_open_closed.npz", x=eyes.astype(np.uint8), y=is_open)
    result = blinks_evaluate.evaluate(tmp_path)
    assert result["eyes"] == 30 and result["accuracy"] > 0.8 and "recordings" not in result
    reference, _ = blinks_evaluate.held_out(eyes.astype(np.uint8), is_open)
    talk = synthetic.talking_face(tmp_path / "talk.mp4", "Hello.", 1.0)
    assert blinks_evaluate.watch(talk, reference)["pictures"] > 5
    cv2.imwrite(str(tmp_path / "face_1.jpg"), cv2.copyMakeBorder(portrait, 60, 60, 60, 60, cv2.BORDER_REPLICATE))
    found = blinks_evaluate.hands(tmp_path, seconds=2.0)
    assert found["photographs"] == 1 and found["hands"] == 8


def test_interview_models_are_trained_and_exported(weights: Path, tmp_path: Path, monkeypatch):
    from ml.training.interview import rated, train
    from ml.training.interview.data import PROSODY

    def table(name: str, head: list[str], rows: list[list]) -> None:
        with (tmp_path / f"{name}.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows([head, *rows])

    words = ["we", "built", "a", "robot", "and", "it", "worked", "because", "i", "tested", "every", "part"]
    said = [" ".join(RANDOM.choice(words, 40)) for _ in range(12)]
    people = [[f"p{n}", n // 2, 3 + n / 4, 5 - n / 4, f"Interviewee: {said[n]}"] for n in range(12)]
    table("mit_interviews", ["participant", "student", "overall", "excited", "transcript"], people)
    sound = [[f"P{n}Q{q}", *RANDOM.uniform(1, 2, len(PROSODY))] for n in range(12) for q in (1, 2)]
    table("mit_interviews_prosody", ["participant&question", *PROSODY], sound)
    clips = [[said[n], n / 12, f"video{n // 2}"] for n in range(12)]
    table("first_impressions", ["transcript", "interview", "video"], clips)
    monkeypatch.setattr(train, "FOLDS", 3)
    monkeypatch.setattr(train, "REPEATS", 2)
    figures = train.train(tmp_path)
    assert set(figures) == {*train.RECIPES, "invite"} and figures["invite"]["n"] == 12
    assert len(registry.describe("interview")["trained_on"]) == 12
    assert rated.full_rows(train.read_interviews(tmp_path)).shape == (12, len(rated.FULL))


@pytest.mark.full
def test_the_papers_networks_are_trained_and_exported(weights: Path, tmp_path: Path, monkeypatch, eager):
    from ml.training.fusion.yakaew2021 import export, head, train, train_mouth, train_sound

    data, run = tmp_path / "data", tmp_path / "run"
    faces(data / "faces", 140)
    speech(data / "speech" / "ravdess", (1, 2, 3, 16), ("happy", "sad", "neutral"))
    (tmp_path / "runs" / "mouth").mkdir(parents=True)
    cuts = RANDOM.integers(0, 256, (10, 32, 56), dtype=np.uint8)
    prepared = {"varied": cuts[:, None], "cuts": cuts, "group": np.arange(10), "is_open": np.arange(10) % 2 == 0}
    np.savez(tmp_path / "runs" / "mouth" / "prepared-32.npz", **prepared)
    fit = train.fit
    monkeypatch.setattr(train, "fit", lambda model, draw, minutes, steps: fit(model, draw, minutes, 2))
    learn_mouth, learn_sound = train_mouth.train, train_sound.train
    monkeypatch.setattr(train_mouth, "train", lambda some, _, folder: learn_mouth(some, 2, folder))
    monkeypatch.setattr(train_sound, "train", lambda some, _, minutes, folder: learn_sound(some, 2, minutes, folder))
    monkeypatch.setattr(head, "PAIRS", 40)
    monkeypatch.setattr(export, "FACES", 60)
    train.train(data, 1.0, run)
    card = registry.describe("paper")
    assert set(card["files"]) == {"paper_visual.onnx", "paper_audio.onnx", "paper_mouth.onnx"}
    assert card["training"]["batches"]["visual"] == 2
    assert np.shape(card["head"]["weights"]) == (6, 3) and card["figures"]["written_differs"] < 0.02


def test_what_tells_one_voice_from_two_is_fitted_and_written(weights: Path, tmp_path: Path, monkeypatch):
    from ml.training.speech import diarization_train
    from ml.training.speech.diarization_scores import Judged
    from ml.training.speech.mixtures import Take

    size, names = 40, [f"ravdess/{n}" for n in range(14)]
    middles = {name: RANDOM.normal(0, 3, size) for name in names}

    def rows(name: str, count: int = 40) -> np.ndarray:
        return (middles[name] + RANDOM.normal(0, 1, (count, size))).astype(np.float16)

    def alone(name: str) -> Judged:
        return Judged(Take("alone", (name,), (80.0,), ("happy",), 0), rows(name), np.zeros(40, bool))

    def pair(a: str, b: str) -> Judged:
        other = np.arange(60) >= 40
        take = Take("same sex", (a, b), (60.0, 20.0), ("happy", "sad"), 0)
        return Judged(take, np.concatenate([rows(a), rows(b, 20)]), other)

    made = [*map(alone, names), *(pair(a, b) for a, b in zip(names[:5], names[5:], strict=False))]
    features = {"centres": np.zeros((2, 3), np.float32), "learnt": {(n, k): rows(n) for n in names for k in (0, 1)}}
    (tmp_path / "cache.pickle").write_bytes(pickle.dumps(features | {"takes": made, "mild": made, "places": {}}))
    monkeypatch.setattr(diarization_train, "CACHE", tmp_path / "cache.pickle")
    monkeypatch.setattr(diarization_train, "FEATURES", size)
    monkeypatch.setattr(diarization_train, "AXES", 6)
    figures = diarization_train.main(tmp_path)
    assert figures["speakers"] == 14
    assert figures["same_sex"]["all"]["share"] > figures["alone"]["all"]["share"]
    assert registry.describe("second")["speakers"] == sorted(names)


def test_what_is_a_voice_is_learnt_and_written(weights: Path, tmp_path: Path, monkeypatch):
    from ml.speech import voice_classifier
    from ml.training.speech import non_speech, voice_classifier_train

    said = voice_classifier_train.rows_of(synthetic.speak(synthetic.ANSWERS["why"], 16000)[: 8 * 16000])
    kinds = {name: non_speech.MAKERS[name] for name in ("noise", "music")}
    monkeypatch.setattr(non_speech, "MAKERS", kinds)
    found = {(part, "voice"): [said] * 4 for part in ("train", "test")}
    for name, make in kinds.items():
        other = voice_classifier_train.rows_of(non_speech.recorded(make(RANDOM, 8.0), RANDOM))
        found |= {(part, name): [other] * 4 for part in ("train", "test")}
    (tmp_path / "sounds.pickle").write_bytes(pickle.dumps(found))
    monkeypatch.setattr(voice_classifier_train, "CACHE", tmp_path)
    figures = voice_classifier_train.train(tmp_path)
    assert figures["voice_kept"] > 0.8 and set(figures["called_voice"]) == set(kinds)
    assert voice_classifier.voice_probability(said).max() > 0.5


def test_streams_with_a_known_truth_are_put_together():
    from ml.training.fusion.assemble import NEUTRAL, Bank, assemble

    rows = np.eye(8) * 0.9 + 0.1 / 8
    streams = assemble(Bank(rows, np.arange(8), rows, np.arange(8)), 6, 0, drop=0.2, strangers=0.5)
    assert streams.face.shape == streams.voice.shape == (*streams.truth.shape, 8)
    assert (streams.truth[:, 0] == NEUTRAL).all() and (streams.truth[:, -1] != NEUTRAL).all()
    assert np.isnan(streams.voice[:, 0]).all()
