"""From a recording to a reading."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from ml.core import naming
from ml.core.emotions import FACE_EMOTIONS
from ml.core.errors import MediaError, ModelMissing, Unreadable
from ml.core.readings import Estimate
from ml.face import infer


def test_a_reading_of_one_face(one_face: Path) -> None:
    done: list[float] = []
    reading = infer.read(one_face, progress=done.append)
    assert reading.seconds == pytest.approx(8, abs=0.2)
    assert reading.frames == pytest.approx(80, abs=2)
    assert 0.8 < reading.coverage < 0.95  # gone for one second of eight
    assert reading.frames_with_face == round(reading.coverage * reading.frames)
    assert set(reading.distribution) == set(FACE_EMOTIONS)
    assert sum(e.value for e in reading.distribution.values()) == pytest.approx(1, abs=1e-5)
    assert all(0 <= e.low <= e.value <= e.high <= 1 for e in reading.distribution.values())
    assert max(reading.distribution, key=lambda name: reading.distribution[name].value) == "happy"
    assert reading.mouth_open > 0.5
    assert reading.people == {"max_faces": 1, "share_with_several": 0.0}
    assert reading.warnings == []
    assert done == sorted(done)
    assert done[-1] == 1.0


def test_the_track_is_empty_where_nobody_is_seen(one_face: Path) -> None:
    track = infer.read(one_face).track
    assert track.times == sorted(track.times)
    gone = [row is None for t, row in zip(track.times, track.probabilities, strict=True) if 5.3 < t < 5.8]
    assert gone
    assert all(gone)
    rows = [row for row in track.probabilities if row is not None]
    assert np.allclose(np.sum(rows, axis=1), 1, atol=1e-3)


def test_a_reading_is_json_and_repeats_itself(one_face: Path) -> None:
    first, second = (json.dumps(infer.read(one_face).to_json()) for _ in range(2))
    assert first == second


def test_two_faces_are_said_and_one_is_followed(two_faces: Path) -> None:
    reading = infer.read(two_faces)
    assert reading.people["max_faces"] == 2
    assert reading.people["share_with_several"] == pytest.approx(1 / 3, abs=0.1)
    (warning,) = reading.warnings
    assert warning.startswith("Two faces were seen in 3")
    assert warning.endswith(" % of the frames: the reading follows the one that stays.")
    assert (reading.state, reading.codes) == ("read", ["several_faces"])
    one, other = reading.tracks
    assert (one["candidate"], other["candidate"]) == (True, False)
    assert one["share"] > 0.95
    assert other["share"] == pytest.approx(1 / 3, abs=0.1)
    assert other["first"] == pytest.approx(4.5, abs=1.0)  # it came at 4 s


def test_nobody_in_the_picture(nobody: Path) -> None:
    with pytest.raises(Unreadable, match="No face was seen") as caught:
        infer.read(nobody)
    assert caught.value.code == "no_face"


def test_sound_without_a_picture(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "sound.wav"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=16000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 16000), np.int16), format="s16", layout="mono")
        frame.sample_rate = 16000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(Unreadable, match="no picture") as caught:
        infer.read(tmp_path / "sound.wav")
    assert caught.value.code == "no_video"


def test_a_text_file_is_no_recording(tmp_path: Path) -> None:
    (tmp_path / "answer.webm").write_text("I am not a video.")
    with pytest.raises(MediaError):
        infer.read(tmp_path / "answer.webm")


def test_missing_weights_are_said_before_anything_is_decoded(one_face: Path, no_weights: Path) -> None:
    with pytest.raises(ModelMissing, match="face model is missing"):
        infer.read(one_face)


def test_nothing_is_named_that_is_not_clear() -> None:
    def estimates(first: Estimate, second: Estimate) -> dict[str, Estimate]:
        rest = {name: Estimate(0.01, 0.0, 0.02, first.n) for name in FACE_EMOTIONS}
        return rest | {"happy": first, "neutral": second}

    clear = estimates(Estimate(0.7, 0.6, 0.8, 9), Estimate(0.2, 0.1, 0.3, 9))
    even = estimates(Estimate(0.5, 0.4, 0.6, 9), Estimate(0.4, 0.3, 0.5, 9))
    short = estimates(Estimate(0.7, 0.6, 0.8, 1), Estimate(0.2, 0.1, 0.3, 1))
    assert naming.dominant(clear, 0.9) == "happy"
    assert naming.dominant(clear, 0.2) is None
    assert naming.dominant(even, 0.9) is None
    assert naming.dominant(short, 0.9) is None


def test_a_long_track_stays_short() -> None:
    times = np.arange(18000) / 5
    rows = np.tile(np.eye(7)[0], (18000, 1))
    rows[100:200] = np.nan
    track = infer._track(times, rows)
    assert len(track.times) == infer.ROWS
    assert track.probabilities[20] is None
    assert track.probabilities[0] == list(np.eye(7)[0])


def test_reading_loads_no_training_library() -> None:
    code = "import sys, ml.face.infer, ml.training.face.evaluate; print([m for m in sys.modules if '.' not in m])"
    root = Path(__file__).parents[3]
    out = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout
    assert not [name for name in ("keras", "tensorflow", "torch", "librosa") if f"'{name}'" in out]


def test_a_real_speaker(real_data: Path) -> None:
    reading = infer.read(real_data / "media" / "talking_a.mp4")
    assert reading.coverage > 0.95
    assert 0.3 < reading.mouth_open < 0.95
    assert reading.people["max_faces"] == 1
