"""The talking face and the fake camera: ours, quick, and readable by our own models' front ends."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from ml.media import demux, synthetic
from ml.media.animated_portrait import AnimatedPortrait


def test_the_voice_speaks_at_any_rate():
    low, high = synthetic.speak("Good morning.", 16000), synthetic.speak("Good morning.", 48000)
    assert low.dtype == np.float32
    assert len(high) == pytest.approx(3 * len(low), rel=0.01)  # eSpeak's pauses vary by 0.15 % in thirty readings
    assert 0.6 < len(low) / 16000 < 3
    assert np.abs(low).max() == pytest.approx(0.7, abs=0.02)


def pitch(sound: np.ndarray) -> float:
    """The median pitch (Hz) of the loud parts of sound at 16 kHz, by autocorrelation."""
    found = []
    for start in range(0, len(sound) - 1024, 512):
        part = sound[start : start + 1024]
        if np.sqrt(np.mean(part**2)) > 0.05:
            likeness = np.correlate(part, part, "full")[1023:]
            found.append(16000 / (40 + likeness[40:230].argmax()))
    return float(np.median(found))


def test_a_womans_voice_is_higher_than_a_mans():
    text = "My name is Anna and I am a nurse."
    low, high = (pitch(synthetic.speak(text, voice=voice)) for voice in ("en-us", "en-us+f3"))
    assert high > 1.3 * low, (low, high)


def test_nothing_to_say_and_an_unknown_voice_are_errors():
    with pytest.raises(ValueError, match="nothing to say"):
        synthetic.speak("")
    with pytest.raises(ValueError, match="no voice"):
        synthetic.speak("Hello", voice="xx-klingon-nobody")


def test_answers_are_long_enough_to_read():
    assert len(synthetic.ANSWERS) == 3
    for text in synthetic.ANSWERS.values():
        assert 40 <= len(text.split()) <= 90
    assert len(synthetic.WRITTEN_ANSWER.split()) > 120


@pytest.mark.parametrize("suffix", [".webm", ".mp4"])
def test_a_talking_face_is_a_recording(tmp_path: Path, suffix: str):
    path = synthetic.talking_face(tmp_path / f"face{suffix}", "Hello, my name is Viva.", 3)
    info = demux.verify(path)
    assert (info.width, info.height) == (640, 480)
    assert info.seconds == pytest.approx(3, abs=0.1)
    assert info.fps == pytest.approx(synthetic.FPS, rel=0.05)
    assert info.has_audio and not info.truncated
    sound = np.concatenate(list(demux.audio_blocks(path)))
    assert np.abs(sound[:16000]).max() > 0.2


def test_the_face_is_found_opens_its_mouth_and_blinks():
    from ml.face import features

    puppet = AnimatedPortrait()

    def ratios(**pose: float) -> tuple[float, float]:
        picture = puppet.draw(**pose)
        assert picture.shape == (480, 640, 3) and picture.dtype == np.uint8
        grey = features.grey(picture)
        (box, *others) = features.detect(grey)
        assert not others
        points = features.landmarks(grey, getattr(box, "box", box))
        return features.eye_aspect_ratio(points), features.mouth_aspect_ratio(points)

    eyes, mouth = ratios()
    assert ratios(mouth=1.0)[1] > 1.3 * mouth
    assert ratios(eyelids=1.0)[0] < 0.8 * eyes


def test_the_same_seed_draws_the_same(tmp_path: Path):
    sound = synthetic.speak("Yes.", 48000)[:24000]
    draw = [list(synthetic.face_frames(sound, 48000, seed=seed))[-1] for seed in (1, 1, 2)]
    assert np.array_equal(draw[0], draw[1])
    assert not np.array_equal(draw[0], draw[2])


def test_a_fake_camera_from_a_recording(tmp_path: Path):
    source = tmp_path / "clip.webm"
    frames = (np.full((480, 360, 3), 40 * (n // 10), np.uint8) for n in range(50))
    synthetic.encode(source, frames, 25, synthetic.speak("One, two, three, four.", 48000)[: 2 * 48000])
    synthetic.fake_camera(tmp_path / "c.mjpeg", tmp_path / "c.wav", source)
    data = (tmp_path / "c.mjpeg").read_bytes()
    assert data.startswith(b"\xff\xd8") and data.endswith(b"\xff\xd9")
    assert data.count(b"\xff\xd8\xff") == pytest.approx(60, abs=2), "two seconds at 30 pictures a second"
    with wave.open(str(tmp_path / "c.wav")) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (48000, 1, 2)
        assert sound.getnframes() / 48000 == pytest.approx(2, abs=0.15)
