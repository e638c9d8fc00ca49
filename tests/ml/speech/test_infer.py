"""The reading of a voice, with the shipped weights."""

import json
import subprocess
import sys

import numpy as np
import pytest

from ml.core import registry
from ml.core.emotions import SPEECH_EMOTIONS
from ml.core.errors import MediaError, ModelMissing, Unreadable
from ml.media.synthetic import speak, talking_face
from ml.speech import infer

pytestmark = pytest.mark.usefixtures("model")
rng = np.random.default_rng(0)


@pytest.fixture(scope="module")
def reading(voice):
    return infer.read_samples(lambda: [voice])


def test_a_reading_holds_together(reading, voice):
    assert reading.seconds == pytest.approx(len(voice) / 16_000)
    assert 0.6 * reading.seconds < reading.speech_seconds < reading.seconds - 1.5
    assert len(reading.track.times) == len(reading.track.probabilities) > 8
    assert reading.track.times == sorted(reading.track.times)
    assert reading.track.times[0] > 0 and reading.track.times[-1] < reading.seconds
    for row in reading.track.probabilities:
        assert row is None or (len(row) == 8 and sum(row) == pytest.approx(1, abs=1e-3) and min(row) >= 0)
    assert set(reading.distribution) == set(SPEECH_EMOTIONS)
    assert sum(e.value for e in reading.distribution.values()) == pytest.approx(1, abs=1e-3)
    for estimate in reading.distribution.values():
        assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
        assert estimate.n == -(-len(reading.track.times) // 2)
    assert reading.dominant in (None, *SPEECH_EMOTIONS)
    assert reading.coverage == 1
    assert reading.model == registry.version_of("speech")
    assert [w for w in reading.warnings if "not enough to tell" not in w] == []
    assert len(reading.warnings) == 1, "a synthetic voice is like nobody's that the model has heard"
    assert reading.sure_seconds < 0.1 * reading.speech_seconds and reading.dominant is None
    assert json.loads(json.dumps(reading.to_json()))["delivery"]["pitch_median_hz"] > 60
    assert 2 < reading.delivery["syllables_per_second"] < 7


@pytest.mark.parametrize("length", [977, 16_000, 160_000])
def test_a_reading_does_not_depend_on_the_blocks(reading, voice, length):
    blocks = [voice[at : at + length] for at in range(0, len(voice), length)]
    assert infer.read_samples(lambda: blocks) == reading


def test_a_file_is_read_as_its_samples_are(wav, voice, reading):
    seen = []
    read = infer.read(wav(voice), progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == 1.0 and len(seen) > 3
    assert read.speech_seconds == pytest.approx(reading.speech_seconds, abs=0.1)
    for label, estimate in read.distribution.items():
        assert estimate.value == pytest.approx(reading.distribution[label].value, abs=0.02)


def test_the_level_of_the_recording_does_not_matter(reading, voice):
    quiet = infer.read_samples(lambda: [voice * 0.05])
    for label, estimate in quiet.distribution.items():
        assert estimate.value == pytest.approx(reading.distribution[label].value, abs=0.05)


def test_a_video_as_browsers_record_it(tmp_path):
    read = infer.read(talking_face(tmp_path / "answer.webm", "We fixed it with a lock, and nothing was lost.", 4.0))
    assert read.speech_seconds > 1
    assert any("seconds of speech" in message for message in read.warnings)
    assert read.dominant is None  # too little to name one


def test_windows_without_speech_give_none(voice):
    gap = rng.standard_normal(10 * 16_000).astype(np.float32) * 1e-4
    read = infer.read_samples(lambda: [np.concatenate([voice[:64_000], gap, voice[64_000:160_000]])])
    missing = [t for t, row in zip(read.track.times, read.track.probabilities, strict=True) if row is None]
    assert missing and all(4 < t < 14 for t in missing)
    assert 0 < read.coverage < 1
    assert read.delivery["longest_pause_seconds"] > 9


@pytest.mark.parametrize(
    ("samples", "code"),
    [
        (np.zeros(48_000, np.float32), "silence"),
        (rng.standard_normal(80_000).astype(np.float32) * 0.05, "no_voice"),  # something is heard, and nobody speaks
        (np.zeros(160, np.float32), "silence"),
    ],
    ids=["silence", "noise", "a click"],
)
def test_nothing_to_hear_is_said_so(wav, samples, code):
    with pytest.raises(Unreadable) as error:
        infer.read(wav(samples))
    assert error.value.code == code
    assert "microphone" in error.value.message


def test_a_file_without_sound(tmp_path):
    import av

    path = tmp_path / "mute.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(10):
            picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    with pytest.raises(Unreadable) as error:
        infer.read(path)
    assert error.value.code == "no_audio"


def test_a_text_file_is_no_recording(tmp_path):
    path = tmp_path / "answer.webm"
    path.write_text("not a recording\n" * 100)
    with pytest.raises(MediaError):
        infer.read(path)


def test_a_missing_model_is_said_so(wav, voice, tmp_path, monkeypatch):
    monkeypatch.setenv("VIVA_WEIGHTS", str(tmp_path / "nowhere"))
    with pytest.raises(ModelMissing) as error:
        infer.read(wav(voice))
    assert error.value.code == "model_missing"


def test_clipped_and_noisy_sound_is_warned_of(voice):
    clipped = infer.read_samples(lambda: [np.clip(voice * 4, -1, 1)])
    assert any("clipped" in message for message in clipped.warnings)
    hiss = rng.standard_normal(len(voice)).astype(np.float32) * 0.04
    noisy = infer.read_samples(lambda: [np.clip(voice + hiss, -0.98, 0.98)])
    assert any("background" in message for message in noisy.warnings)


def test_dominant_needs_a_clear_lead_and_enough_windows():
    clear = np.full((12, 8), 0.05)
    clear[:, 2] = 0.65
    assert infer.dominant(clear) == "happy"
    assert infer.dominant(clear[:3]) is None
    assert infer.dominant(np.full((12, 8), 0.125)) is None
    wavering = np.full((12, 8), 0.05)
    wavering[:6, 2] = wavering[6:, 4] = 0.65
    wavering[0, 4] = 0.06
    assert infer.dominant(wavering) is None


def test_what_serves_imports_no_training_framework():
    code = (
        "import sys, ml.speech.infer\n"
        "print([name for name in ('tensorflow', 'keras', 'torch', 'librosa') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.full
def test_memory_does_not_grow_with_the_recording():
    """Five hours after three minutes, in a process of its own and without what is worked out of each second by itself,
    which is the same for the last as for the first. A third of what they may take is the track, as Python's numbers."""
    code = """
import numpy as np
from itertools import cycle, islice
from bench.measuring import peak_memory
from ml.speech import activity, delivery, first_pass, infer, speaker_embedding, voice_classifier
rng = np.random.default_rng(0)
second = rng.normal(0, 0.1, 16_000).astype("f4")
mels, pitches = rng.normal(-30, 9, (100, 64)).astype("f4"), np.where(rng.random(100) < 0.5, 120, np.nan).astype("f4")
row, points = np.ones(54, "f4"), rng.standard_normal((9, 1, 24)).astype("f2")
flags, shares = cycle([True] * 40 + [False] * 11), cycle(rng.dirichlet(np.ones(8), 99))
class Detector:
    def __init__(self, _): pass
    def is_speech(self, *_): return next(flags)
activity.webrtcvad.Vad = Detector
infer.probabilities = lambda window, models: next(shares)
activity.LEAST_RANGE_DB = 0
activity.ABOVE_NOISE_DB = -1
delivery.pitch = lambda samples: pitches[: (len(samples) - 800) // 160 + 1]
first_pass.log_mel = lambda samples: mels[: (len(samples) - 400) // 160 + 1]
voice_classifier.Accumulator._row = lambda *_: row
voice_classifier.voice_probability = lambda rows: np.ones(len(rows))
speaker_embedding.SpeakerEmbedder._point = lambda *_: points[rng.integers(9)]
for minutes in (3, 300):
    reading = infer.read_samples(lambda: islice(cycle([second]), 60 * minutes))
    print(len(reading.track.times), reading.speech_seconds, len(reading.activity), peak_memory())
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    print(run.stdout)
    (few, spoken, _, before), (many, all_spoken, _, after) = (map(float, r.split()) for r in run.stdout.splitlines())
    assert many == pytest.approx(100 * few, abs=200) and all_spoken == pytest.approx(100 * spoken, rel=0.02)
    assert after - before < 12, "MB for five hours"


def test_synthetic_voices_differ(reading):
    other = infer.read_samples(lambda: [speak("I would like to work here. " * 6, voice="en-us+f3")])
    assert other.track.probabilities != reading.track.probabilities


def test_seconds_that_are_sure_enough_to_be_named(voice, monkeypatch):
    """All of the speech where nothing is asked, none where certainty is; and between, each frame with its window."""
    from ml.speech import classifier, infer

    card = classifier.shipped()
    for least, share in ((0.0, 1.0), (1.1, 0.0)):
        monkeypatch.setattr(infer, "shipped", lambda least=least: card | {"abstain_below": least})
        reading = infer.read_samples(lambda: [voice])
        assert reading.sure_seconds == pytest.approx(share * reading.speech_seconds, abs=0.02)
    monkeypatch.setattr(infer, "shipped", lambda: {"abstain_below": 0.5})
    rows = np.array([[0.6, 0.4], [np.nan, np.nan], [0.3, 0.3]])
    assert infer._sure(np.ones(400, bool), [1.0, 2.0, 3.0], rows) == 151
