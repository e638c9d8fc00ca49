"""What telephones and browsers record: 8 kHz, G.711, Opus. Files, from reading to what is said of their band."""

import av
import numpy as np
import pytest
from scipy.signal import resample_poly

from ml.media.synthetic import ANSWERS, speak
from ml.speech import infer
from ml.training.speech.data import clips, load

#: Codec, samples a second, bits a second, name, and whether the file holds a telephone's band alone.
FILES = [
    ("pcm_s16le", 8_000, None, "plain.wav", True),
    ("pcm_mulaw", 8_000, None, "mulaw.wav", True),
    ("pcm_alaw", 8_000, None, "alaw.wav", True),
    ("libopus", 8_000, 12_000, "narrow.ogg", True),
    ("libopus", 48_000, 24_000, "browser.webm", False),
]


def _write(path, samples, codec, rate, bits):
    """``samples`` (float32, 16 kHz) as a real file of ``rate`` in ``codec``."""
    pcm = np.round(np.clip(resample_poly(samples, rate, 16_000), -1, 1) * 32_767).astype(np.int16)
    with av.open(str(path), "w") as sink:
        stream = sink.add_stream(codec, rate=rate, layout="mono", **({"bit_rate": bits} if bits else {}))
        frame = av.AudioFrame.from_ndarray(pcm[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts = rate, 0
        sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))
    with av.open(str(path)) as source:
        assert source.streams.audio[0].codec_context.name == codec.removeprefix("lib")


def _check(path, samples, whole, row):
    """A file of ``samples`` reads as they themselves do (``whole``), but for what is said of its band."""
    codec, rate, bits, name, narrow = row
    _write(path / name, samples, codec, rate, bits)
    found = infer.read(path / name)
    assert found.seconds == pytest.approx(len(samples) / 16_000, abs=0.1)
    assert found.speech_seconds == pytest.approx(whole.speech_seconds, rel=0.1)
    assert found.coverage > 0.9
    assert found.delivery["pitch_median_hz"] == pytest.approx(whole.delivery["pitch_median_hz"], rel=0.02)
    assert found.delivery["syllables_per_second"] == pytest.approx(whole.delivery["syllables_per_second"], rel=0.12)
    assert any("telephone" in message for message in found.warnings) == narrow
    assert 3_000 < found.quality["highest_hz"] <= 4_200 if narrow else found.quality["highest_hz"] > 5_000


@pytest.fixture(scope="module")
def synthetic():
    """Ten seconds of a synthetic voice, and how they are read."""
    samples = speak(ANSWERS["project"])[:160_000]
    return samples, infer.read_samples(lambda: [samples])


@pytest.mark.parametrize("row", FILES, ids=[row[3] for row in FILES])
def test_a_synthetic_voice(tmp_path, synthetic, row):
    _check(tmp_path, *synthetic, row)


def test_real_voices(tmp_path, real_data):
    said = [load(clip.path) for clip in clips(real_data / "speech" / "ravdess") if clip.actor == "3"][4:8]
    samples = np.concatenate([clip / np.abs(clip).max() * 0.5 for clip in said])
    whole = infer.read_samples(lambda: [samples])
    for row in (FILES[0], FILES[1], FILES[4]):
        _check(tmp_path, samples, whole, row)
