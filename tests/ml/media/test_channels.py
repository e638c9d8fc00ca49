"""Sound in several channels and tracks: what is there is heard."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from ml.core.errors import Unreadable
from ml.media import demux, synthetic
from ml.speech.infer import read_samples

RATE = 48000


def voice(seconds: float = 3.0) -> np.ndarray:
    """Something like a voice: a tone that comes and goes."""
    t = np.arange(int(seconds * RATE)) / RATE
    return 0.3 * np.sin(2 * np.pi * 220 * t) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * t))


def write(path: Path, *tracks: np.ndarray, codec: str = "libopus") -> Path:
    """A file with these tracks, each (channels, samples)."""
    layouts = {1: "mono", 2: "stereo", 6: "5.1"}
    with av.open(str(path), "w") as output:
        streams = [output.add_stream(codec, rate=RATE, layout=layouts[len(track)]) for track in tracks]
        packets = []
        for stream, track in zip(streams, tracks, strict=True):
            frame = av.AudioFrame.from_ndarray(track.astype(np.float32), format="fltp", layout=layouts[len(track)])
            frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
            for resampled in av.AudioResampler(stream.format.name, stream.layout.name, RATE).resample(frame):
                packets += stream.encode(resampled)
            packets += stream.encode(None)
        for packet in sorted(packets, key=lambda one: one.dts * one.time_base):
            output.mux(packet)
    return path


def level(path: Path) -> float:
    """The root mean square of what is heard, against that of the voice."""
    sound = np.concatenate(list(demux.audio_blocks(path)))
    return float(np.sqrt(np.square(sound).mean()) / np.sqrt(np.square(voice()).mean()))


@pytest.mark.parametrize(
    ("channels", "least"),
    [
        ([1, 1], 0.95),
        ([1, -1], 0.95),
        ([-0.8, 0.9], 0.7),
        ([0, 1], 0.95),
        ([1, 0], 0.95),
        ([0, 0, 1, 0, 0, 0], 0.9),
    ],
    ids=["both", "opposite", "nearly opposite", "right alone", "left alone", "centre of six"],
)
@pytest.mark.parametrize("suffix", [".webm", ".wav"])
def test_channels_do_not_cancel_out(tmp_path: Path, channels: list[float], least: float, suffix: str):
    track = np.array(channels)[:, None] * voice()
    path = write(tmp_path / f"sound{suffix}", track, codec="libopus" if suffix == ".webm" else "pcm_s16le")
    assert least <= level(path) <= 1.1


def test_a_loud_voice_on_two_channels_does_not_clip(tmp_path: Path):
    loud = voice() / float(np.abs(voice()).max()) * 0.9
    sound = np.concatenate(
        list(demux.audio_blocks(write(tmp_path / "loud.wav", np.stack([loud, loud]), codec="pcm_s16le")))
    )
    assert float(np.abs(sound).max()) < 0.95


def test_two_people_on_two_channels_are_both_heard(tmp_path: Path):
    first, second = voice().copy(), voice().copy()
    first[len(first) // 2 :] = 0
    second[: len(second) // 2] = 0
    sound = np.concatenate(list(demux.audio_blocks(write(tmp_path / "two.webm", np.stack([first, second])))))
    halves = [float(np.abs(part).mean()) for part in np.split(sound[: len(sound) // 2 * 2], 2)]
    assert min(halves) > 0.4 * max(halves)


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_the_track_that_is_not_silent_is_heard_and_played(tmp_path: Path, suffix: str):
    codec = "aac" if suffix == ".mp4" else "libopus"
    silent, spoken = np.zeros((1, 3 * RATE)), voice()[None]
    path = write(tmp_path / f"tracks{suffix}", silent, spoken, codec=codec)
    copy = tmp_path / f"copy{suffix}"
    demux.remux(path, copy)
    assert level(path) > 0.9 and level(copy) > 0.9
    assert len(av.open(str(copy)).streams.audio) == 1
    assert level(write(tmp_path / f"first{suffix}", spoken, 0.5 * spoken, codec=codec)) > 0.9


def test_music_is_not_called_silence():
    t = np.arange(8 * 16000) / 16000
    chords = sum(np.sin(2 * np.pi * hertz * t) for hertz in (261.6, 329.6, 392.0))
    music = (0.1 * chords * (1 - (t % 0.5) / 0.5)).astype(np.float32)
    with pytest.raises(Unreadable) as unread:
        read_samples(lambda: iter([music]))
    assert unread.value.code == "no_voice"
    with pytest.raises(Unreadable) as unread:
        read_samples(lambda: iter([np.zeros(8 * 16000, np.float32)]))
    assert unread.value.code == "silence"


def test_speech_in_opposite_channels_is_speech(tmp_path: Path):
    samples = synthetic.speak(synthetic.ANSWERS["why"], 16000).astype(np.float64)
    samples = np.interp(np.arange(len(samples) * 3) / 3, np.arange(len(samples)), samples)
    samples = samples / max(1.0, float(np.abs(samples).max()))
    path = write(tmp_path / "speech.webm", np.stack([samples, -samples]))
    blocks = list(demux.audio_blocks(path))
    assert read_samples(lambda: iter(blocks)).speech_seconds > 0.5 * len(samples) / RATE
