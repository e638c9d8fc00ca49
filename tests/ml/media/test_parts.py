"""Several recordings in one file, and a last picture that is held."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from ml.core.errors import MediaError
from ml.media import demux, synthetic
from ml.media.parts import find_parts
from ml.media.seeking import frames_around


def write(path: Path, pitch: float, light: int, *, codecs: tuple[str | None, str | None], hold: float = 0.0) -> Path:
    """Two seconds of one tone and of an evenly grey picture; the last picture held for ``hold`` seconds more."""
    video_codec, audio_codec = codecs
    with av.open(str(path), "w") as output:
        if video_codec:
            video = output.add_stream(video_codec, rate=10)
            video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
            video.codec_context.max_b_frames = 0
        if audio_codec:
            audio = output.add_stream(audio_codec, rate=48000, layout="mono")
        packets = []
        if video_codec:
            for number in range(20):
                frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), light + number, np.uint8), format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, 10)
                packets += video.encode(frame)
            packets += video.encode(None)
            packets[-1].duration = round((0.1 + hold) / packets[-1].time_base)
        if audio_codec:
            tone = (0.4 * np.sin(2 * np.pi * pitch * np.arange(96000) / 48000)).astype(np.float32)
            frame = av.AudioFrame.from_ndarray(tone[None], format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 48000, 0, Fraction(1, 48000)
            if audio_codec == "pcm_s16le":
                frame = av.AudioResampler("s16", "mono", 48000).resample(frame)[0]
            packets += audio.encode(frame) + audio.encode(None)
        for packet in sorted(packets, key=lambda one: one.dts * one.time_base):
            output.mux(packet)
    return path


def joined(folder: Path, suffix: str, codecs: tuple, others: tuple | None = None) -> Path:
    one = write(folder / f"one{suffix}", 300, 40, codecs=codecs)
    two = write(folder / f"two{suffix}", 600, 160, codecs=others or codecs)
    path = folder / f"both{suffix}"
    path.write_bytes(one.read_bytes() + two.read_bytes())
    return path


def pitch_of(samples: np.ndarray) -> float:
    return float(np.abs(np.fft.rfft(samples)).argmax() * 16000 / len(samples))


@pytest.mark.parametrize(
    ("suffix", "codecs"),
    [(".webm", ("libvpx", "libopus")), (".mp4", ("libx264", "aac")), (".ogg", (None, "libopus")), (".wav", (None, "pcm_s16le"))],
)  # fmt: skip
def test_both_recordings_are_read_and_played(tmp_path: Path, suffix: str, codecs: tuple):
    path = joined(tmp_path, suffix, codecs)
    copy = (
        tmp_path
        / f"copy{'.webm' if suffix == '.ogg' else '.mp4' if suffix == '.mp4' else '.webm' if suffix == '.webm' else '.mkv'}"
    )
    demux.remux(path, copy)
    for clip in (path, copy):
        for info in (demux.probe(clip), demux.verify(clip)):
            assert info.seconds == pytest.approx(4.0, abs=0.12) and not info.truncated
        sound = np.concatenate(list(demux.audio_blocks(clip)))
        assert len(sound) == pytest.approx(64000, abs=2000)
        assert pitch_of(sound[8000:24000]) == pytest.approx(300, abs=5)
        assert pitch_of(sound[40000:56000]) == pytest.approx(600, abs=5)
        if codecs[0]:
            frames = list(demux.video_frames(clip, fps=5))
            assert [frame.time for frame in frames] == pytest.approx(np.arange(len(frames)) / 5, abs=0.12)
            assert len(frames) == 20 and frames[2].rgb.mean() < 100 < frames[15].rgb.mean()
            assert frames_around(clip, 3.0, 0.2)[0].rgb.mean() > 100
    assert len(find_parts(copy, {".webm": "matroska", ".mp4": "mov", ".mkv": "matroska"}[copy.suffix])) == 1


def test_parts_of_different_kinds_are_read_and_not_copied(tmp_path: Path):
    path = joined(tmp_path, ".webm", ("libvpx", "libopus"), ("libvpx-vp9", "libopus"))
    assert demux.verify(path).seconds == pytest.approx(4.0, abs=0.1)
    assert len(list(demux.video_frames(path, fps=5))) == 20
    with pytest.raises(MediaError) as refused:
        demux.remux(path, tmp_path / "copy.webm")
    assert refused.value.code == "mixed" and list(tmp_path.glob(".remux*")) == []


def test_what_is_cut_off_after_a_whole_recording_is_said(tmp_path: Path):
    path = joined(tmp_path, ".webm", ("libvpx", "libopus"))
    whole = (tmp_path / "one.webm").stat().st_size
    path.write_bytes(path.read_bytes()[: whole + 400])
    assert demux.verify(path).truncated


def test_a_header_alone_is_no_recording(tmp_path: Path):
    one = write(tmp_path / "one.webm", 300, 40, codecs=("libvpx", "libopus"))
    one.write_bytes(one.read_bytes() + one.read_bytes()[:100])
    assert demux.verify(one).seconds == pytest.approx(2.0, abs=0.1)


def test_a_held_last_picture_is_not_broken_off(tmp_path: Path):
    path = write(tmp_path / "held.mp4", 300, 40, codecs=("libx264", "aac"), hold=6.0)
    info = demux.verify(path)
    assert not info.truncated and info.seconds == pytest.approx(8.0, abs=0.1)


def test_a_recording_that_breaks_off_is_still_said(tmp_path: Path):
    path = tmp_path / "cut.webm"
    synthetic.encode(path, [np.full((48, 64, 3), 90, np.uint8)] * 100, 25, None)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    assert demux.verify(path).truncated
