"""The paper's networks as `./viva analyse --fusion paper` runs them, and the sound network's 1-D equivalent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml import analyse
from ml.core import registry
from ml.core.errors import Unreadable
from ml.core.readings import Estimate
from ml.fusion.yakaew2021 import infer
from ml.fusion.yakaew2021 import reading as paper_reading
from ml.fusion.yakaew2021.spectrogram import CHUNK, picture
from ml.media.synthetic import talking_face
from ml.page import page
from ml.summary import summary

THREE = ("negative", "neutral", "positive")


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talking_face(tmp_path_factory.mktemp("paper") / "talk.mp4", "We always tell the whole team.", 1.4)


@pytest.fixture
def no_other_models(monkeypatch: pytest.MonkeyPatch):
    """Our own readings take longer than the paper's, and are tested elsewhere."""
    monkeypatch.setattr(analyse, "_read", lambda *_: (None, ("no_media", "Not asked for.")))


def test_analyse_runs_the_papers_networks(talk: Path, no_other_models):
    result = analyse.analyse(talk, None, fusion="paper")
    fused = result["fusion"]
    assert fused["fusion"] == "paper"
    assert tuple(fused["track"]["labels"]) == tuple(fused["distribution"]) == THREE
    known = [row for row in fused["track"]["probabilities"] if row is not None]
    assert known and all(sum(row) == pytest.approx(1, abs=1e-3) for row in known)
    assert sum(e["value"] for e in fused["distribution"].values()) == pytest.approx(1, abs=1e-3)
    assert all(e["low"] <= e["value"] <= e["high"] for e in fused["distribution"].values())
    for row, valence in zip(fused["track"]["probabilities"], fused["valence"], strict=True):
        assert (row is None) == (valence is None)
        assert row is None or valence[1] == pytest.approx(row[2] - row[0], abs=1e-3)
    assert sum(fused["weights"].values()) == pytest.approx(1)
    assert fused["coverage"] > 0.9
    assert "fusion" not in result["reason"]
    assert "Face and voice together" in summary(result)
    assert all(label in page(result) for label in THREE)


def test_what_shows_no_face_says_so(monkeypatch: pytest.MonkeyPatch, talk: Path, no_other_models):
    monkeypatch.setattr("ml.face.detector.search", lambda _: [])
    result = analyse.analyse(talk, None, fusion="paper")
    assert result["fusion"] is None
    assert result["reason_code"]["fusion"] == "no_face"
    assert "No face was found" in summary(result)
    assert "No face was found" in page(result)


def test_sound_alone_is_refused(tmp_path: Path):
    import wave

    path = tmp_path / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(bytes(32000))
    with pytest.raises(Unreadable, match="no picture"):
        paper_reading.fuse(path)


@pytest.mark.full
def test_the_reading_is_of_the_pictures_track(talk: Path):
    reading, track = paper_reading.fuse(talk), infer.read(talk)
    assert isinstance(reading.distribution["negative"], Estimate)
    first = [r for t, r in zip(track.times, track.probabilities, strict=True) if t < 0.5 and r is not None]
    assert reading.track.probabilities[0] == pytest.approx(np.mean(first, axis=0), abs=1e-3)


def test_the_mouth_network_is_the_papers_and_tells_open_from_closed():
    figures = registry.describe("paper")["figures"]["mouth"]
    assert figures["accuracy"] > 0.8
    assert registry.file_of("paper", "paper_mouth.onnx").stat().st_size < 5_000_000


def test_the_mouth_is_squeezed_as_in_training():
    from ml.training.face import mouth_train as training

    cut = np.random.default_rng(0).integers(0, 255, (1, 32, 56), dtype=np.uint8)
    assert np.array_equal(infer.squeezed(cut[0]), training.paper_input(cut)[0])


def test_the_1d_equivalent_answers_as_the_papers_network():
    from ml.training.fusion.yakaew2021 import equivalent_1d

    random = np.random.default_rng(0)
    pieces = random.normal(0, 0.1, (2, CHUNK)).astype(np.float32)
    drawn, columns = np.stack([picture(piece) for piece in pieces]), equivalent_1d.column(pieces)
    assert np.abs(drawn - columns[:, :, None]).max() < 1e-5
    small = equivalent_1d.build()
    for layer in small.layers:
        layer.set_weights([w + np.abs(random.normal(0, 0.05, w.shape)) for w in layer.get_weights()])
    wide = equivalent_1d.widened(small)
    assert wide.count_params() == 2_509_827
    assert wide.predict(drawn, verbose=0) == pytest.approx(small.predict(columns, verbose=0), abs=1e-4)
